"""Newer terms for those who have older ones: announced to each, and agreed to or not.

Without an answer nothing changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.plans.change_orders import NEWER_TERMS, enter_change
from app.plans.changing import other_terms
from app.plans.memberships import change_terms
from app.plans.order_documents import Paper
from app.plans.ordering import Statements
from app.plans.product_versions import locked_product
from app.plans.queries import MembershipCard, memberships_where
from app.plans.terms import PlanTerms, PriceClass, agreed, terms_of
from app.platform.database import execute, fetch, fetch_row, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

_A_DAY = timedelta(days=1)


class ChangeTooEarly(BadInput):
    code = "change_too_early"
    text = marked("Bitte einen Tag ab {day} angeben.")


class NothingNewer(Conflict):
    code = "nothing_newer"
    text = marked("Davon ist noch keine Fassung im Verkauf.")


class OfferGone(Conflict):
    code = "change_offer_gone"
    text = marked("Auf diese Frage braucht es keine Antwort mehr.")


@dataclass(frozen=True, slots=True)
class ChangeOffer:
    """A change that a member is asked about: what holds, and what would hold from a day on."""

    id: int
    public_id: str
    card: MembershipCard
    version: int
    terms: PlanTerms
    price_class: PriceClass
    valid_from: date
    offered_at: datetime
    answered_at: datetime | None
    is_accepted: bool | None
    withdrawn_at: datetime | None
    agreed_before: PlanTerms

    @property
    def is_gone(self) -> bool:
        """Whether nobody waits for an answer, though there was none: replaced by a newer one, or the contract ends."""
        ends = self.card.ends_on is not None and self.card.ends_on < self.valid_from
        return self.answered_at is None and (self.withdrawn_at is not None or ends)

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and not self.is_gone

    def begins(self, today: date) -> date:
        """The first day of the new terms if they are agreed to today; never one that has begun."""
        return max(self.valid_from, today + _A_DAY)


def carried_over(old: PlanTerms, new: PlanTerms) -> PlanTerms:
    """The newer terms with those of the paid extras that the contract has already, as far as there still are such."""
    had = {extra.name_de for extra in old.extras}
    return agreed(new, frozenset(place for place, extra in enumerate(new.extras) if extra.name_de in had))


_OLDER = """
    SELECT m.id FROM membership m
      JOIN LATERAL (SELECT product_version FROM membership_terms WHERE membership = m.id
                     ORDER BY valid_from DESC, id DESC LIMIT 1) t ON true
      JOIN product_version v ON v.id = t.product_version
     WHERE v.product = $1 AND v.number < $2 AND coalesce(m.ends_on, 'infinity') >= $3
       AND NOT EXISTS (SELECT FROM change_offer c WHERE c.membership = m.id AND c.product_version = $4)
"""


async def waiting_for_news(product: int, today: date) -> int:
    """How many memberships have older terms than those of the product's newest version and were not asked yet."""
    newest = await _newest(product)
    if newest is None:
        return 0
    return len(await fetch(_OLDER, product, newest["number"], today, newest["id"]))


async def announce(actor: Actor | None, public_id: str, valid_from: date, now: datetime, today: date) -> int:
    """Asks everybody with older terms whether the newest version's shall hold from this day on; how many.

    Who was asked about this version before is not asked again; an older question without an answer is withdrawn.
    Raises NotFound, NothingNewer, ChangeTooEarly.
    """
    async with transaction():
        product = await locked_product(actor, public_id)
        newest = await _newest(product)
        if newest is None:
            raise NothingNewer
        first = max(today + _A_DAY, newest["valid_from"].date())
        if valid_from < first:
            raise ChangeTooEarly(field="change_from", day=first)
        asked = await fetch(_OLDER, product, newest["number"], valid_from, newest["id"])
        for row in asked:
            await _ask(row["id"], newest["id"], valid_from, now)
        if asked:
            await record("product.announced", "product", product, actor, now, valid_from=valid_from, asked=len(asked))
        return len(asked)


async def _newest(product: int) -> Any:
    """The version that was put on sale last, also for a time to come."""
    return await fetch_row(
        "SELECT id, number, valid_from AT TIME ZONE 'Europe/Berlin' AS valid_from FROM product_version"
        " WHERE product = $1 AND valid_from IS NOT NULL ORDER BY number DESC LIMIT 1",
        product,
    )


async def _ask(membership: int, version: int, valid_from: date, now: datetime) -> None:
    await execute(
        "UPDATE change_offer SET withdrawn_at = $2 WHERE membership = $1 AND answered_at IS NULL"
        " AND withdrawn_at IS NULL",
        membership,
        now,
    )
    row = await fetch_row(
        "INSERT INTO change_offer (public_id, membership, product_version, valid_from, offered_at)"
        " VALUES ($1, $2, $3, $4, $5) RETURNING id",
        new_public_id(),
        membership,
        version,
        valid_from,
        now,
    )
    assert row is not None
    await emit("change_offer.made", "change_offer", row["id"], now)


@retried
async def answer(
    actor: Actor, public_id: str, paper: Paper, now: datetime, today: date, *, accepts: bool
) -> ChangeOffer:
    """The member agrees, which is kept and confirmed like an order, or keeps the old terms. The same answer again
    changes nothing.

    Raises NotFound to everybody else, OfferGone where something else was answered or nobody asks any more.
    """
    async with transaction():
        if not await fetch("SELECT FROM change_offer WHERE public_id = $1 FOR UPDATE", public_id):
            raise NotFound
        offer = await offer_of(actor.person, public_id)
        if offer.answered_at is not None and offer.is_accepted == accepts:
            return offer
        if not offer.is_open:
            raise OfferGone
        await execute(
            "UPDATE change_offer SET answered_at = $2, is_accepted = $3 WHERE id = $1", offer.id, now, accepts
        )
        word = "accepted" if accepts else "declined"
        await record(f"change_offer.{word}", "change_offer", offer.id, actor, now, whom=actor.person)
        if accepts:
            other = other_terms(offer.card, offer.version, offer.terms, offer.price_class, offer.begins(today), today)
            await enter_change(offer.card, other, NEWER_TERMS, paper, Statements(), now, today)
            await change_terms(
                actor,
                offer.card.id,
                other.version,
                other.terms,
                other.price_class,
                other.valid_from,
                now,
                today,
                is_told=True,
            )
        return await offer_of(actor.person, public_id)


async def offer_of(person: int, public_id: str) -> ChangeOffer:
    """The change that this member is or was asked about. Raises NotFound for everybody else's."""
    found = await _offers("m.person = $1 AND c.public_id = $2", person, public_id)
    if not found:
        raise NotFound
    return found[0]


async def offer_by_id(key: int) -> ChangeOffer | None:
    """The change with this key, for mails."""
    found = await _offers("c.id = $1", key)
    return found[0] if found else None


async def open_offers_of(person: int) -> list[ChangeOffer]:
    """The changes that the person is asked about and has not answered, the earliest first."""
    return [offer for offer in await _offers("m.person = $1 AND c.answered_at IS NULL", person) if offer.is_open]


_OFFER = """
    SELECT c.*, v.terms,
           (SELECT t.terms FROM membership_terms t
             WHERE t.membership = m.id AND t.agreed_at <= coalesce(c.answered_at, 'infinity')
               AND NOT (c.is_accepted IS TRUE AND t.product_version = c.product_version)
             ORDER BY t.valid_from DESC, t.id DESC LIMIT 1) AS before
      FROM change_offer c JOIN membership m ON m.id = c.membership JOIN product_version v ON v.id = c.product_version
"""


async def _offers(condition: str, *arguments: object) -> Sequence[ChangeOffer]:
    rows = await fetch(f"{_OFFER} WHERE {condition} ORDER BY c.id", *arguments)
    if not rows:
        return []
    cards = {card.id: card for card in await memberships_where("m.id = ANY($1)", [row["membership"] for row in rows])}
    return [_offer(row, cards[row["membership"]]) for row in rows]


def _offer(row: Any, card: MembershipCard) -> ChangeOffer:
    terms, before = terms_of.decode(row["terms"]), terms_of.decode(row["before"])
    assert isinstance(terms, PlanTerms), "a membership has a plan's terms"
    assert isinstance(before, PlanTerms), "a membership has a plan's terms"
    return ChangeOffer(
        row["id"],
        row["public_id"],
        card,
        row["product_version"],
        carried_over(before, terms),
        card.timeline.stretches[-1].price_class,
        row["valid_from"],
        row["offered_at"],
        row["answered_at"],
        row["is_accepted"],
        row["withdrawn_at"],
        before,
    )
