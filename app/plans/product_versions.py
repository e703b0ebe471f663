"""Products written as drafts and put on sale. What was on sale never changes: what was sold stays readable."""

from datetime import date, datetime

import msgspec

from app.billing.queries import law_values
from app.identity.audit import record
from app.identity.rules import Action, Actor
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.plans.term_checks import check_terms
from app.plans.terms import PlanTerms, Terms
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id


class NoDraft(Conflict):
    code = "no_draft"
    text = marked("Es gibt keinen Entwurf, der in den Verkauf gehen könnte.")


class SaleInThePast(BadInput):
    code = "sale_in_the_past"
    text = marked("Der Verkauf beginnt frühestens jetzt.")


class SaleIsComing(Conflict):
    code = "sale_is_coming"
    text = marked("Eine neue Fassung ist schon angesetzt. Ziehen Sie diese zuerst zurück.")


class SaleIsAnnounced(Conflict):
    code = "sale_is_announced"
    text = marked("Diese Fassung ist den Mitgliedern schon angekündigt. Sie lässt sich nicht mehr zurückziehen.")


class DraftInTheWay(Conflict):
    code = "draft_in_the_way"
    text = marked("Es gibt schon einen neueren Entwurf. Zwei Entwürfe nebeneinander gehen nicht.")


class DraftChangedMeanwhile(Conflict):
    code = "draft_changed"
    text = marked(
        "Inzwischen hat jemand anderes diesen Entwurf gespeichert. Ihre Eingaben stehen noch hier; speichern Sie noch"
        " einmal, um ihn zu ersetzen."
    )


class NotOwnSpace(BadInput):
    """An operator sells for its own spaces alone."""

    code = "not_own_space"
    text = marked("Ein Betreiber verkauft nur für eigene Standorte.")


async def wrong_in(terms: Terms, today: date) -> list[BadInput]:
    """What is wrong with the terms as the law stands today, field by field."""
    law = await law_values(today)
    return list(check_terms(terms, law["longest_first_term_months"], law["longest_notice_months"]))


async def new_product(actor: Actor | None, seller: int | None, terms: Terms, now: datetime, today: date) -> str:
    """A product with a first draft, sold by an operator or (None) by the network; its public id.

    Raises NotFound to who may not sell there, BadInput.
    """
    _demand_seller(actor, seller)
    terms = await _sellable(terms, seller, today)
    async with transaction():
        public_id = new_public_id()
        kind = "plan" if isinstance(terms, PlanTerms) else "pass"
        product: int = await fetch_value(
            "INSERT INTO product (public_id, operator, kind, position, created_at)"
            " SELECT $1, $2, $3, coalesce(max(position), 0) + 1, $4 FROM product"
            " WHERE operator IS NOT DISTINCT FROM $2 RETURNING id",
            public_id,
            seller,
            kind,
            now,
        )
        await _insert_draft(actor, product, 1, terms, now)
        await record("product.made", "product", product, actor, now)
        return public_id


async def write_draft(
    actor: Actor | None, public_id: str, terms: Terms, now: datetime, today: date, *, seen: datetime | None = None
) -> None:
    """The product's next version as a draft, in place of a draft that is there.

    Raises NotFound, BadInput; DraftChangedMeanwhile where the latest version is not of the time that was `seen`.
    """
    async with transaction():
        product, seller, kind = await _locked(actor, public_id)
        if (kind == "plan") is not isinstance(terms, PlanTerms):
            raise NotFound
        terms = await _sellable(terms, seller, today)
        written = await fetch_value(
            "SELECT made_at FROM product_version WHERE product = $1 ORDER BY number DESC LIMIT 1", product
        )
        if seen is not None and written != seen:
            raise DraftChangedMeanwhile
        changed = await execute(
            "UPDATE product_version SET terms = $2::jsonb, made_by = $3, made_at = $4"
            " WHERE product = $1 AND valid_from IS NULL",
            product,
            msgspec.json.encode(terms).decode(),
            actor.person if actor else None,
            now,
        )
        if not changed:
            latest = await fetch_value("SELECT max(number) FROM product_version WHERE product = $1", product)
            await _insert_draft(actor, product, latest + 1, terms, now)
        await record("product.drafted", "product", product, actor, now)


async def put_on_sale(actor: Actor | None, public_id: str, valid_from: datetime, now: datetime) -> None:
    """The draft is what is sold from this time on. Who has bought before keeps what was agreed.

    Raises NotFound, NoDraft, SaleInThePast.
    """
    if valid_from < now:
        raise SaleInThePast(field="valid_from")
    async with transaction():
        product, _, _ = await _locked(actor, public_id)
        if not await execute(
            "UPDATE product_version SET valid_from = $2 WHERE product = $1 AND valid_from IS NULL", product, valid_from
        ):
            raise NoDraft
        await execute(
            "UPDATE product SET version = version + 1, retired_at = CASE WHEN $2 THEN NULL ELSE retired_at END"
            " WHERE id = $1",
            product,
            valid_from <= now,
        )
        await record("product.put_on_sale", "product", product, actor, now, valid_from=valid_from)
        await emit("product.put_on_sale", "product", product, now)


async def call_off_sale(actor: Actor | None, public_id: str, now: datetime) -> None:
    """The version that is to be sold from a later time on is the draft again; where there is none nothing changes.

    Raises NotFound, DraftInTheWay, SaleIsAnnounced.
    """
    async with transaction():
        product, _, _ = await _locked(actor, public_id)
        coming = await _coming(product, now)
        if coming is None:
            return
        if await fetch_value("SELECT 1 FROM change_offer WHERE product_version = $1 LIMIT 1", coming):
            raise SaleIsAnnounced
        if await fetch_value("SELECT 1 FROM product_version WHERE product = $1 AND valid_from IS NULL", product):
            raise DraftInTheWay
        await execute("UPDATE product_version SET valid_from = NULL WHERE id = $1", coming)
        await record("product.sale_called_off", "product", product, actor, now)


async def take_off_sale(actor: Actor | None, public_id: str, now: datetime) -> None:
    """Nobody can buy it any more; who has bought it keeps it. Raises NotFound, SaleIsComing."""
    async with transaction():
        product, _, _ = await _locked(actor, public_id)
        if await _coming(product, now) is not None:
            raise SaleIsComing
        await execute("UPDATE product SET retired_at = $2, version = version + 1 WHERE id = $1", product, now)
        await record("product.taken_off_sale", "product", product, actor, now)


def may_sell_for(actor: Actor, seller: int | None) -> bool:
    """Whether the actor looks after what this operator, or (None) the network, sells."""
    if seller is None:
        return actor.may(Action.MANAGE_NETWORK)
    return actor.may(Action.MANAGE_OPERATOR, operator=seller)


async def locked_product(actor: Actor | None, public_id: str) -> int:
    """The key of a product that the actor looks after; nobody else changes it until the transaction ends.

    Raises NotFound.
    """
    product, _, _ = await _locked(actor, public_id)
    return product


def _demand_seller(actor: Actor | None, seller: int | None) -> None:
    if actor is not None and not may_sell_for(actor, seller):
        raise NotFound


async def _coming(product: int, now: datetime) -> int | None:
    """The version that is to be sold last of those to come; its key."""
    key: int | None = await fetch_value(
        "SELECT id FROM product_version WHERE product = $1 AND valid_from > $2 ORDER BY valid_from DESC, number DESC"
        " LIMIT 1",
        product,
        now,
    )
    return key


async def _locked(actor: Actor | None, public_id: str) -> tuple[int, int | None, str]:
    """Key, seller and kind of the product, which nobody else changes until the transaction ends."""
    row = await fetch_row("SELECT id, operator, kind FROM product WHERE public_id = $1 FOR UPDATE", public_id)
    if row is None:
        raise NotFound
    _demand_seller(actor, row["operator"])
    return row["id"], row["operator"], row["kind"]


async def _sellable(terms: Terms, seller: int | None, today: date) -> Terms:
    """The terms as this seller may sell them: those of an operator that name no place hold at all of its own.

    Raises BadInput.
    """
    for refusal in await wrong_in(terms, today):
        raise refusal
    if seller is None:
        return terms
    own = {row["id"] for row in await fetch("SELECT id FROM space WHERE operator = $1", seller)}
    scope = terms.scope
    if not (set(scope.operators) <= {seller} and set(scope.spaces) <= own):
        raise NotOwnSpace(field="places")
    if scope.operators or scope.spaces:
        return terms
    return msgspec.structs.replace(terms, scope=msgspec.structs.replace(scope, operators=[seller]))


async def _insert_draft(actor: Actor | None, product: int, number: int, terms: Terms, now: datetime) -> None:
    await execute(
        "INSERT INTO product_version (product, number, terms, made_by, made_at) VALUES ($1, $2, $3::jsonb, $4, $5)",
        product,
        number,
        msgspec.json.encode(terms).decode(),
        actor.person if actor else None,
        now,
    )
