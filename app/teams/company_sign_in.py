"""Signing in through a company: whose account an answer opens, and what has to be agreed to before it opens one.

An account is opened by a link that was made once (issuer and subject), never by a name. The link is made to the account
with the address that the provider vouches for, in a domain that the team has proved to be its own, and it opens that
account only while the account still has an address there and the person belongs to the team. Accounts of who works for
the network are never opened so (docs/decisions/0051-sign-in-at-the-company.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.identity.federation import (
    LinkedIdentity,
    end_identities,
    link_identity,
    linked_identity,
    note_identity_used,
)
from app.identity.link_sign_in import StaffNeedsPassword
from app.identity.operations import EmailTaken, confirmed_person, person_of_sign_up
from app.identity.queries import actor_of_person
from app.identity.rules import Action, Actor, usable_language, usable_name
from app.identity.sessions import BegunThere
from app.kernel.refusals import NotFound, Refusal, marked
from app.platform.database import transaction
from app.platform.logs import Log
from app.teams.company_ways import Waiting, Way, asked_with, keep_waiting, settle_waiting, waiting_in, way_back
from app.teams.domains import domains_agreed_to, proven_domains_of
from app.teams.openid_rules import (
    AddressNotProven,
    CompanySignInFailed,
    Proved,
    SignInDeclined,
    SignInUnproven,
    address_in,
    demand_issuer,
    domain_of,
    proved_of,
)
from app.teams.operations import JoinedBy, join_team
from app.teams.providers import Installation, note_tried, openid, secret_of
from app.teams.queries import member_of, team_by_id

log = Log("company_sign_in")


class AddressMovedAway(Refusal):
    """The account has a private address by now; a company does not open it any more."""

    code = "company_address_moved"
    text = marked(
        "Ihr Konto hat inzwischen eine E-Mail-Adresse, die nicht zur Firma gehört. Melden Sie sich damit an: mit"
        " Passwort oder mit einem Link per E-Mail."
    )


class NotByCompany(Refusal):
    """The account leads into another company's; which, and that it does, is not told to who may not be its owner."""

    code = "not_by_company"
    text = marked(
        "Dieses Konto lässt sich nicht über die Firma öffnen. Melden Sie sich mit Passwort oder mit einem Link per"
        " E-Mail an."
    )


@dataclass(frozen=True, slots=True)
class Came:
    """What the browser brought back from a provider, to the address of its team; all of it may be anybody's
    invention."""

    team: str
    state: str
    code: str
    issuer: str | None
    error: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session to open, as of when that was proved, where it began, and where to go on."""

    actor: Actor
    proved_at: datetime
    began: BegunThere
    next_url: str


@dataclass(frozen=True, slots=True)
class ToAgree:
    """Somebody waits for his own agreement in this browser."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial has shown to who manages the team; `why` says what is wrong, if anything."""

    team: str
    email: str
    name: str
    why: str


async def come_back(
    came: Came, browser: str, actor: Actor | None, now: datetime, installation: Installation
) -> SignedIn | ToAgree | Tried:
    """What follows from an answer. Raises SignInLapsed, CompanySignInFailed, StaffNeedsPassword, NotByCompany,
    AddressMovedAway."""
    way = await way_back(came.state, browser, now)
    try:
        proved, claims = await _proved(came, way, now, installation)
        if way.is_trial:
            return await _tried(way, proved, claims, actor, now)
        return await _settled(way, proved, claims, now)
    except CompanySignInFailed as failed:
        log.warning("sign-in at a company failed", team=way.provider.team, why=failed.why)
        if way.is_trial:
            return await _report(way, actor, "", "", failed.why)
        raise


async def _proved(came: Came, way: Way, now: datetime, installation: Installation) -> tuple[Proved, Mapping[str, Any]]:
    demand_issuer(way.endpoints, came.issuer)
    if came.team != way.provider.team_public_id:
        raise SignInUnproven("other_issuer")
    if came.error or not came.code:
        raise SignInDeclined("declined")
    asked = asked_with(way.state, way.provider, installation)
    secret = await secret_of(way.provider, installation)
    claims: Mapping[str, Any] = await openid().claims_behind(
        way.endpoints, asked, secret, came.code, now, own_machine=installation.own_machine
    )
    if way.provider.issuer != way.endpoints.issuer:
        raise SignInUnproven("other_issuer")
    return proved_of(claims, way.endpoints, asked.client_id, now), claims


async def _settled(way: Way, proved: Proved, claims: Mapping[str, Any], now: datetime) -> SignedIn | ToAgree:
    team, domains = way.provider.team, await domains_agreed_to(way.provider.team, proved.identity.issuer)
    linked = await linked_identity(proved.identity)
    if linked is not None:
        actor = await _owner(linked, team)
        if actor.email is None or domain_of(actor.email) not in domains:
            raise AddressMovedAway
        if linked.team == team and await member_of(team, actor.person) is not None:
            await note_identity_used(linked, actor, now)
            return SignedIn(actor, proved.proved_at, BegunThere(linked.id, proved.session), way.next_url)
    email = address_in(proved, claims, domains)
    person = await confirmed_person(email)
    if person is not None:
        _demand_own(await actor_of_person(person, "page"), team)
    await keep_waiting(way, proved, email, now)
    return ToAgree()


async def _owner(linked: LinkedIdentity, team: int) -> Actor:
    actor = await actor_of_person(linked.person, "page")
    _demand_own(actor, team)
    return actor


def _demand_own(actor: Actor, team: int) -> None:
    """Whoever runs a company's provider must not be let into what belongs to many, or to another company."""
    if actor.is_staff:
        raise StaffNeedsPassword
    if actor.looks_after_another(team):
        raise NotByCompany


async def who_waits(browser: str, now: datetime) -> tuple[Waiting, str | None]:
    """Who waits in this browser, and the name of the account that he has already. Raises SignInLapsed."""
    waiting = await waiting_in(browser, now)
    person = await confirmed_person(waiting.email)
    return waiting, (await actor_of_person(person)).name if person is not None else None


async def agree(browser: str, name: str, language: str, now: datetime, today: date) -> SignedIn:
    """Links the account with the proved address or makes one, and joins the team.

    `name` is for a new account. Raises SignInLapsed, NameUnusable, StaffNeedsPassword, NotByCompany, OtherIdentity,
    EmailTaken, AddressNotProven, TeamEnded.
    """
    waiting = await waiting_in(browser, now)
    async with transaction():
        await settle_waiting(waiting, now)
        team = await team_by_id(waiting.provider.team)
        domains = await domains_agreed_to(waiting.provider.team, waiting.identity.issuer)
        if team is None or domain_of(waiting.email) not in domains:
            raise AddressNotProven("other_domain")
        actor = await _account(waiting, name, language, now)
        linked = await _link(waiting, actor, team.id, now)
        await join_team(actor, team, actor.person, JoinedBy.SIGN_IN, now, today)
    began = BegunThere(linked, waiting.session)
    return SignedIn(await actor_of_person(actor.person, "page"), waiting.proved_at, began, waiting.next_url)


async def _link(waiting: Waiting, actor: Actor, team: int, now: datetime) -> int:
    """The link's key; anew where it was made for a team that the person's domain does not belong to any more."""
    linked = await linked_identity(waiting.identity)
    if linked is not None and linked.person == actor.person:
        if linked.team == team:
            return linked.id
        await end_identities(linked.team, now, person=actor.person)
    return await link_identity(actor, waiting.identity, team, now)


async def _account(waiting: Waiting, name: str, language: str, now: datetime) -> Actor:
    person = await confirmed_person(waiting.email)
    if person is not None:
        actor = await actor_of_person(person, "page")
        _demand_own(actor, waiting.provider.team)
        return actor
    typed_in = {"name": usable_name(name), "email": waiting.email, "password_hash": None}
    made = await person_of_sign_up({**typed_in, "language": usable_language(language)}, now)
    if made is None:
        raise EmailTaken
    return made


async def _tried(way: Way, proved: Proved, claims: Mapping[str, Any], actor: Actor | None, now: datetime) -> Tried:
    domains = await proven_domains_of(way.provider.team)
    try:
        email = address_in(proved, claims, domains)
    except AddressNotProven as failed:
        return await _report(way, actor, proved.email or str(claims.get("email") or ""), proved.name, failed.why)
    report = await _report(way, actor, email, proved.name, "")
    assert actor is not None, "a report is for somebody"
    await note_tried(way.provider, actor, now)
    return report


async def _report(way: Way, actor: Actor | None, email: str, name: str, why: str) -> Tried:
    """For who manages the team, and for nobody else. Raises NotFound."""
    team = await team_by_id(way.provider.team)
    if team is None or actor is None or not actor.may(Action.MANAGE_TEAM, team=team.id):
        raise NotFound
    return Tried(team.public_id, email[:200], name, why)
