"""From a choice to a booking: the summary and its button. Who is not signed in has the place held by it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.bookings.availability import count_bookable
from app.bookings.held import hold_by_public_id, hold_of_person
from app.bookings.holds import HELD_FOR, Newcomer, hold_desk
from app.bookings.operations import BookDesk, book
from app.bookings.quoting import Quote, quote
from app.bookings.rules import PURPOSE_NAMES, AlreadyTaken, AnyOf, DayPart, NothingFree, default_purpose
from app.bookings.rules_said import said_rules
from app.bookings.search import window_of
from app.bookings.together import book_together
from app.identity.authentication import Visitor
from app.identity.commuting import commute_of
from app.identity.rules import Action
from app.inventory.queries import SpaceClock, SpaceWindow, hours_of, resource_by_public_id
from app.inventory.rules import FEATURES, KIND_NAMES, Kind, label
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.commuting import municipalities, municipality_name
from app.network.groups import organisations_of
from app.network.house_rules import HouseRulesEdition, edition_to_accept
from app.network.queries import SpaceCard, space_by_id
from app.plans.rules import CannotPayThat, PriceChanged
from app.platform.idempotency import Answer, once
from app.platform.problems import NotSignedIn, status_of
from app.platform.rate_limits import TooMany
from app.web.filters import words_of
from app.web.forms import checked_id
from app.web.holds import HOLD_COOKIE, held_here
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.paying_view import demand_early_start, paying_of
from app.web.search_form import read_when, time_parts
from app.web.space_facts import coming
from app.web.spaces import published
from app.web.summary_form import FIELDS, FOLDED, ChoiceIncomplete, Typed, read_instant
from app.web.waiting_view import wait_url
from app.web.way_back import way_back
from app.web.week_view import times_text


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the summary is about: a time at a space, one resource or any of a kind, and what was typed in."""

    space: SpaceCard
    kind: Kind
    what: str | AnyOf
    starts_at: datetime
    ends_at: datetime
    typed: Typed
    rules: HouseRulesEdition | None

    @property
    def to_quote(self) -> BookDesk:
        """What could be booked, whatever else was typed in."""
        edition, typed = self.rules.edition if self.rules else None, self.typed
        return BookDesk(
            self.what,
            self.starts_at,
            self.ends_at,
            house_rules=edition,
            organisation=typed.organisation or None,
            pays=typed.pays or None,
        )

    @property
    def command(self) -> BookDesk:
        return self.typed.command(self.what, self.starts_at, self.ends_at, self.rules)

    @property
    def along(self) -> list[BookDesk]:
        """What is booked with it in the same act: any of each kind that was ticked."""
        command = self.command
        return [
            BookDesk(
                AnyOf(self.space.slug, kind),
                self.starts_at,
                self.ends_at,
                house_rules=command.house_rules,
                organisation=command.organisation,
            )
            for kind in sorted(self.typed.along - {self.kind})
        ]


@get("/buchen")
async def summary(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    """What would be booked, and what it costs. Also without an account, which comes about with the booking."""
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    if "gehalten" in query:
        chosen, is_over = await _held_before(request, visitor, pages, query["gehalten"])
        return await _show_summary(request, visitor, pages, chosen, was_held=is_over)
    space = await published(query.get("standort", ""), visitor)
    wanted, _ = read_when(query, visitor)
    kind = Kind(query["art"]) if query.get("art") in set(Kind) else Kind.DESK
    if wanted is None:
        raise ChoiceIncomplete
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], wanted.day, wanted.day, visitor.language))[space.id]
    person = visitor.actor.person if visitor.actor else None
    window = await window_of(space.id, wanted, hours, visitor.now, person=person)
    if window is None:
        again = [*time_parts(wanted).items(), ("art", kind), *way_back(request.query_params).pairs]
        return go(f"/standorte/{space.slug}?{urlencode(again)}#plan")
    chosen = Chosen(
        space,
        kind,
        query.get("platz") or _any_of(space, kind, request),
        window.starts_at,
        window.ends_at,
        Typed(commute=municipality_name((await commute_of(person)).usual) if person else ""),
        await edition_to_accept(space.id, person, visitor.now),
    )
    return await _show_summary(request, visitor, pages, chosen)


@post("/buchen")
async def confirm(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    """Books what the summary showed, or holds it for somebody who is not signed in.

    The form says what is booked, its address how it was chosen: that leads back to the choice.
    """
    actor = visitor.allowed(Action.BOOK_OWN) if visitor.actor else None
    space = await published(data.get("standort", ""), visitor)
    kind = Kind(data["art"]) if data.get("art") in set(Kind) else Kind.DESK
    chosen = Chosen(
        space,
        kind,
        data.get("platz") or _any_of(space, kind, request),
        read_instant(data, "beginn"),
        read_instant(data, "ende"),
        Typed.in_form(data),
        await edition_to_accept(space.id, actor.person if actor else None, visitor.now),
    )
    refusals = list(chosen.typed.refusals(chosen.rules, is_known=actor is not None))
    if actor is None and "email" not in data:
        refusals = [NotSignedIn()]  # a member's form whose session has ended meanwhile
    if not refusals:
        try:
            if actor is not None and not chosen.typed.organisation:
                await demand_early_start(data, actor.person, chosen.starts_at, visitor.now)
            if actor is None:
                return await _hold(request, visitor, pages, chosen)
            return go(await _book_once(visitor, chosen, data))
        except NotFound:
            raise
        except Refusal as refusal:
            refusals = [refusal]
    return await _show_summary(request, visitor, pages, chosen, refusals)


async def _book_once(visitor: Visitor, chosen: Chosen, data: Mapping[str, str]) -> str:
    """Books, and once for a form that is sent twice; where to go then."""
    actor = visitor.signed_in

    async def run() -> Answer:
        along = chosen.along
        if along:
            agreed = chosen.typed.agreed_price
            booking, *_ = await book_together(actor, [chosen.command, *along], visitor.now, agreed=agreed)
        else:
            booking = await book(actor, chosen.command, visitor.now)
        return Answer(201, booking.public_id.encode())

    refused: list[Refusal] = []

    def note(refusal: Refusal) -> Answer:
        refused.append(refusal)
        return Answer(429, b"")  # not kept: another choice may follow from the same page

    form = repr(sorted((name, value) for name, value in data.items() if name != "_csrf_token")).encode()
    key = f"page-{data.get('schluessel', '')[:40] or token_urlsafe(8)}"
    answer = await once(actor.person, key, form, visitor.now, run, refused=note)
    if refused:
        raise refused[0]
    return f"/buchungen/{answer.body.decode()}?neu=1"


async def _hold(request: PageRequest, visitor: Visitor, pages: Pages, chosen: Chosen) -> Redirect:
    """Holds the place for the address that was typed in; the page that says so.

    What this browser held before ends: the address had a mistake, or another place was chosen after all.
    """
    newcomer = Newcomer(chosen.typed.name, chosen.typed.email, visitor.language)
    hold = await hold_desk(
        chosen.command,
        newcomer,
        visitor.now,
        key=pages.settings.signing_key,
        address=visitor.address,
        instead_of=held_here(request, pages),
    )
    answer = go(f"/buchen/gehalten?platz={hold.public_id}")
    answer.cookies.append(pages.jar.cookie(HOLD_COOKIE, hold.public_id, max_age=int(HELD_FOR.total_seconds())))
    return answer


async def _held_before(request: PageRequest, visitor: Visitor, pages: Pages, public_id: str) -> tuple[Chosen, bool]:
    """All that was chosen when a place was held, and whether that is over; for its person or in the same browser.

    Raises NotFound for what was held for others, and NotSignedIn.
    """
    if visitor.actor is None and public_id == held_here(request, pages):
        hold = await hold_by_public_id(public_id)
    else:
        hold = await hold_of_person(visitor.allowed(Action.BOOK_OWN).person, checked_id(public_id))
    space = await space_by_id(hold.space.id) if hold else None
    if hold is None or space is None:
        raise NotFound
    person = visitor.actor.person if visitor.actor else None
    kind, choice = hold.resource.kind, hold.choice
    what = AnyOf(space.slug, kind, choice.features) if choice.any_of_kind else hold.resource.public_id
    rules = await edition_to_accept(space.id, person, visitor.now)
    typed = Typed.in_choice(choice, hold.email)
    chosen = Chosen(space, kind, what, hold.period.starts_at, hold.period.ends_at, typed, rules)
    return chosen, not hold.lives_at(visitor.now)


async def _show_summary(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    chosen: Chosen,
    refusals: list[Refusal] | None = None,
    *,
    was_held: bool = False,
) -> Response[str]:
    """The summary. Refusals of a field stand beside it; another one, or the quote's, says why nothing can be booked."""
    person = visitor.actor.person if visitor.actor else None
    to_quote = chosen.to_quote
    if any(isinstance(refusal, CannotPayThat) for refusal in refusals or []):
        to_quote = replace(to_quote, pays=None)
    quoted: Quote = await quote(to_quote, visitor.now, visitor.language, person=person, hold=held_here(request, pages))
    errors = _beside_fields(refusals or [], visitor)
    general = next((refusal for refusal in refusals or [] if refusal.field not in FIELDS), None)
    refusal = quoted.refusal or general
    if isinstance(refusal, NotFound):
        raise refusal
    alternatives = refusal.facts.get("alternatives", []) if isinstance(refusal, AlreadyTaken) else []
    zone = quoted.space.zone if quoted.space else None
    starts, ends = chosen.starts_at.astimezone(zone), chosen.ends_at.astimezone(zone)
    resource, kind = quoted.resource, chosen.kind
    context = _addresses(request, visitor, chosen, starts, ends) | {
        "space": chosen.space,
        "chosen": chosen,
        "typed": chosen.typed,
        "rules": chosen.rules,
        "rules_ticked": chosen.rules is not None and chosen.typed.agrees_to(chosen.rules),
        "coming": await coming(chosen.space, Period(chosen.starts_at, chosen.ends_at), visitor),
        "quoted": quoted,
        "decided_until": _local(quoted.decision.decide_by if quoted.decision else None, zone),
        "cancel_until": _local(quoted.decision.cancel_until if quoted.decision else None, zone),
        "any_of": isinstance(chosen.what, AnyOf),
        "label": label(resource.kind, resource.name) if resource else None,
        "kind_name": visitor.speaker.gettext(KIND_NAMES[kind]),
        "features": features_text(resource.features, visitor) if resource else "",
        "kind": kind,
        "starts": starts,
        "times": times_text(starts, ends, visitor),
        "key": token_urlsafe(16),
        "purposes": [(purpose.value, visitor.speaker.gettext(name)) for purpose, name in PURPOSE_NAMES.items()],
        "purpose": chosen.typed.purpose or default_purpose(kind, resource.capacity if resource else 1).value,
        "organisations": [(each.public_id, each.name) for each in await organisations_of(person)] if person else [],
        "along": await _to_book_along(chosen, visitor) if person else [],
        "seats": resource.capacity if resource else 1,
        "municipalities": [end.name for end in municipalities()],
        "errors": errors,
        "unfolded": not chosen.typed.is_folded or bool(errors.keys() & set(FOLDED)),
        "refusal": refusal,
        "own_rules": await _own_rules(quoted, visitor),
        "was_held": was_held,
        "wait": _wait_url(request, chosen) if isinstance(refusal, AlreadyTaken | NothingFree) else "",
        "alternatives": [
            (public_id, visitor.speaker.word(label(kind, name)))
            for public_id, name in (alternatives if isinstance(alternatives, list) else [])
        ],
        "can_be_booked": refusal is None
        or isinstance(refusal, NotSignedIn | TooMany | PriceChanged | CannotPayThat)
        or bool(alternatives),
        **await paying_of(
            quoted, refusal, chosen.starts_at, person, visitor, for_organisation=bool(chosen.typed.organisation)
        ),
    }
    worst = refusal or next(iter(refusals or []), None)
    status = status_of(worst) if worst else 200
    headers = {"Retry-After": str(worst.retry_after)} if isinstance(worst, TooMany) else {}
    return await pages.show(request, visitor, "booking/summary.html", context, status=status, headers=headers)


async def _own_rules(quoted: Quote, visitor: Visitor) -> tuple[str, ...]:
    """What holds for booking the resource that it would be."""
    if quoted.resource is None or quoted.space is None:
        return ()
    card = await resource_by_public_id(quoted.resource.public_id)
    return (await said_rules(quoted.space.id, [card], visitor.speaker)).get(card.id, ()) if card else ()


async def _to_book_along(chosen: Chosen, visitor: Visitor) -> list[tuple[str, str, bool]]:
    """The other kinds of which something is free there then: the field's name, what it says, whether it is ticked."""
    space, period = chosen.space, Period(chosen.starts_at, chosen.ends_at)
    zone = ZoneInfo(space.time_zone)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = await hours_of([clock], local_day(period.starts_at, zone), local_day(period.ends_at, zone))
    say, offered = visitor.speaker, []
    for kind in (kind for kind in Kind if kind is not chosen.kind):
        [count] = await count_bookable(
            [SpaceWindow(space.id, period)], kind, hours, visitor.now, person=visitor.signed_in.person
        )
        if count.free:
            text = say.say(marked("{kind} ({count} frei)"), kind=say.gettext(KIND_NAMES[kind]), count=count.free)
            offered.append((f"dazu_{kind}", text, kind in chosen.typed.along))
    return offered


def _beside_fields(refusals: list[Refusal], visitor: Visitor) -> dict[str, str]:
    """What is wrong, by the form's names of the fields and in their order."""
    said = {refusal.field: visitor.speaker.refusal(refusal) for refusal in refusals}
    return {form_field: said[field] for field, form_field in FIELDS.items() if field in said}


def _addresses(
    request: PageRequest, visitor: Visitor, chosen: Chosen, starts: datetime, ends: datetime
) -> dict[str, Any]:
    """This page, the one before, and signing in with the way back here."""
    slug = chosen.space.slug
    times = _chosen_times(request, visitor) or exact_times(starts, ends)
    choice = [*times.items(), ("art", chosen.kind.value), *way_back(request.query_params).pairs]
    place = [("platz", chosen.what)] if isinstance(chosen.what, str) else []
    this_page = f"/buchen?{urlencode([('standort', slug), *choice, *place])}"
    return {
        "this_page": this_page,
        "back_url": f"/standorte/{slug}?{urlencode([*choice, *place])}#plan",
        "sign_in_url": f"/anmelden?{urlencode({'weiter': this_page})}",
        "chosen_id": place[0][1] if place else "",
    }


def _wait_url(request: PageRequest, chosen: Chosen) -> str:
    """Where to wait for what is not to be had."""
    way, resource = way_back(request.query_params).pairs, chosen.what if isinstance(chosen.what, str) else ""
    return wait_url(chosen.space.slug, chosen.kind, chosen.starts_at, chosen.ends_at, way, resource)


def _any_of(space: SpaceCard, kind: Kind, request: PageRequest) -> AnyOf:
    """Any of the kind there that passes the filters of the address."""
    return AnyOf(space.slug, kind, words_of(way_back(request.query_params).marks, kind))


def _chosen_times(request: PageRequest, visitor: Visitor) -> dict[str, str]:
    """Day and part of the day as the address has them; nothing where it has none."""
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    wanted, _ = read_when(query, visitor) if query.keys() & {"tag", "zeit"} else (None, {})
    return time_parts(wanted) if wanted else {}


def exact_times(starts: datetime, ends: datetime) -> dict[str, str]:
    """The fields for exactly this time."""
    return {
        "tag": starts.date().isoformat(),
        "zeit": DayPart.OWN.value,
        "von": f"{starts:%H:%M}",
        "bis": f"{ends:%H:%M}" if ends.date() == starts.date() else "24:00",
    }


def features_text(features: tuple[str, ...], visitor: Visitor) -> str:
    """What a resource has, in one line."""
    return ", ".join(visitor.speaker.gettext(text) for feature, text in FEATURES.items() if feature in features)


def _local(at: datetime | None, zone: ZoneInfo | None) -> datetime | None:
    return at.astimezone(zone) if at else None


HANDLERS = [summary, confirm]
