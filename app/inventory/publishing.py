"""From nothing to a space that people can book: setting it up, what is still missing, and publishing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Action, Actor, Scope, ScopeMissing
from app.inventory.hours_setting import enter_week
from app.inventory.resource_names import MOST_AT_ONCE
from app.inventory.resource_setting import ResourceFacts, enter_resources
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, Conflict, NotFound, Phrase, Refusal, marked, phrase
from app.kernel.wall_time import Opening
from app.network.managing import demand_managed
from app.network.new_operators import enter_operator
from app.network.queries import OperatorCard, SpaceCard, space_by_id
from app.network.space_setting import NewSpace, enter_space, wrong_with_new
from app.network.whereabouts import is_exact
from app.platform.database import execute, fetch_row, transaction
from app.platform.outbox import emit


class DesksOutOfReach(BadInput):
    code = "desks_out_of_reach"
    text = marked("Möglich sind {least} bis {most} Schreibtische.")


class WeekEmpty(BadInput):
    """A space that never opens cannot be booked."""

    code = "week_empty"
    text = marked("Bitte mindestens an einem Tag Öffnungszeiten angeben.")


class ContactMissing(BadInput):
    code = "contact_missing"
    text = marked("Bitte eine Telefonnummer oder eine E-Mail-Adresse angeben, unter der jemand zu erreichen ist.")


class NotReadyToPublish(Conflict):
    """What nobody could book, or nobody could ask, is not shown to people."""

    code = "not_ready_to_publish"
    text = marked("Vor dem Veröffentlichen fehlt noch: {what}.")


@dataclass(frozen=True, slots=True)
class SpaceToBe:
    """What a space is set up from: itself, its usual week, and how many desks."""

    new: NewSpace
    week: Mapping[int, Sequence[Opening]]
    desks: int


def wrong_with_space(wanted: SpaceToBe, *, least_desks: int = 0) -> list[Refusal]:
    """All that cannot stand so, each beside its field."""
    refused = wrong_with_new(wanted.new)
    if not least_desks <= wanted.desks <= MOST_AT_ONCE:
        refused.append(DesksOutOfReach(field="desks", least=least_desks, most=MOST_AT_ONCE))
    if not any(wanted.week.values()):
        refused.append(WeekEmpty(field="week"))
    return refused


async def set_up_space(actor: Actor, operator: OperatorCard, wanted: SpaceToBe, now: datetime) -> SpaceCard:
    """A space of the operator with hours and numbered desks, not published yet.

    Raises NotFound, and the first of `wrong_with_space`.
    """
    if not actor.has_scope(Scope.STAFF):
        raise ScopeMissing(scope=Scope.STAFF)
    if not actor.may(Action.MANAGE_OPERATOR, operator=operator.id):
        raise NotFound
    async with transaction():
        return await _enter(actor, operator, wanted, now)


async def _enter(actor: Actor, operator: OperatorCard, wanted: SpaceToBe, now: datetime) -> SpaceCard:
    for refusal in wrong_with_space(wanted):
        raise refusal
    space = await space_by_id(await enter_space(operator, wanted.new, actor, now))
    assert space is not None, "it was written just now"
    await enter_week(space.id, wanted.week)
    desks = [ResourceFacts(Kind.DESK, str(number)) for number in range(1, wanted.desks + 1)]
    if desks:
        await enter_resources(actor, space, desks, now)
    return space


@dataclass(frozen=True, slots=True)
class NewOperator:
    """An operator as it is named on the telephone."""

    name: str


async def publish_by_phone(
    actor: Actor, whose: OperatorCard | NewOperator, wanted: SpaceToBe, now: datetime
) -> SpaceCard:
    """During one call: an operator, unless it is there already, its space, hours and desks, published at once.

    Whoever is to look after it hears of it through the event operator.published_by_phone, which names the space; it is
    free of charge, and no tax status, price or plan is asked for. Raises NotFound, ContactMissing, NameUnusable at
    `operator`, and the first of `wrong_with_space`.
    """
    if not actor.may(Action.PUBLISH_BY_PHONE):
        raise NotFound
    for refusal in wrong_on_the_phone(whose, wanted):
        raise refusal
    async with transaction():
        operator = whose
        if isinstance(operator, NewOperator):
            operator = await enter_operator(operator.name, wanted.new.email, wanted.new.phone, actor, now)
        space = await _enter(actor, operator, wanted, now)
        await _publish(actor, space, now)
        await emit("operator.published_by_phone", "operator", operator.id, now, space=space.id)
    shown = await space_by_id(space.id)
    assert shown is not None, "it was written just now"
    return shown


def wrong_on_the_phone(whose: OperatorCard | NewOperator, wanted: SpaceToBe) -> list[Refusal]:
    """All that cannot stand so, each beside its field."""
    refused = wrong_with_space(wanted, least_desks=1)
    if not (wanted.new.email or wanted.new.phone):
        refused.append(ContactMissing(field="phone"))
    if isinstance(whose, NewOperator) and not any(character.isalnum() for character in whose.name):
        refused.append(OperatorUnnamed(field="operator"))
    return refused


class OperatorUnnamed(BadInput):
    code = "operator_unnamed"
    text = marked("Bitte den Betreiber nennen, etwa die Gemeinde oder den Verein.")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a space should have: what, in words, where it is said, whether it is there and has to be."""

    what: str
    name: str
    section: str
    is_there: bool
    is_needed: bool

    @property
    def text(self) -> Phrase:
        return phrase(self.name)


_NEEDED: Final = (
    ("hours", marked("Öffnungszeiten"), "oeffnungszeiten"),
    ("resources", marked("Plätze oder Räume zum Buchen"), "plaetze"),
    ("contact", marked("Telefonnummer oder E-Mail-Adresse"), "angaben"),
)
_WELCOME: Final = (
    ("description", marked("Beschreibung"), "angaben"),
    ("position", marked("Die genaue Lage auf der Karte"), "angaben#lage"),
    ("directions", marked("Anfahrt"), "angaben"),
    ("facts", marked("Was da ist, etwa WLAN und ob der Zugang stufenlos ist"), "angaben"),
    ("photos", marked("Bilder"), "bilder"),
    ("card", marked("Was jemand beim ersten Besuch wissen muss"), "erster-besuch"),
    ("house_rules", marked("Hausordnung"), "hausordnung"),
    ("staffed", marked("Zeiten mit Personal"), "personal"),
)


async def steps_of(space: SpaceCard) -> list[Step]:
    """What the space needs before it is published, then what guests are glad to find."""
    row = await fetch_row(
        "SELECT EXISTS (SELECT FROM weekly_hours WHERE space = $1) AS hours,"
        " EXISTS (SELECT FROM resource WHERE space = $1 AND retired_at IS NULL AND kind <> 'equipment') AS resources,"
        " EXISTS (SELECT FROM space_photo WHERE space = $1) AS photos,"
        " EXISTS (SELECT FROM first_visit WHERE space = $1) AS card,"
        " EXISTS (SELECT FROM house_rules WHERE space = $1) AS house_rules,"
        " EXISTS (SELECT FROM staffed_hours WHERE space = $1) AS staffed",
        space.id,
    )
    assert row is not None, "it asks for nothing that could be missing"
    there = dict(row) | {
        "contact": bool(space.email or space.phone or space.operator.email or space.operator.phone),
        "description": bool(space.description["de"]),
        "position": is_exact(space),
        "directions": bool(space.directions["de"]),
        "facts": bool(space.features or space.lacking),
    }
    return [
        Step(key, name, section, there[key], is_needed)
        for steps, is_needed in ((_NEEDED, True), (_WELCOME, False))
        for key, name, section in steps
    ]


async def publish(actor: Actor, space: SpaceCard, now: datetime) -> None:
    """From now on people find and book the space, if they did not before. Raises NotFound, NotReadyToPublish."""
    demand_managed(actor, space)
    async with transaction():
        await fetch_row("SELECT FROM space WHERE id = $1 FOR NO KEY UPDATE", space.id)
        missing = [step.text for step in await steps_of(space) if step.is_needed and not step.is_there]
        if missing:
            raise NotReadyToPublish(what=tuple(missing))
        await _publish(actor, space, now)


async def _publish(actor: Actor, space: SpaceCard, now: datetime) -> None:
    is_new = await execute(
        "UPDATE space SET published_at = $2, first_published_at = coalesce(first_published_at, $2),"
        " version = version + 1 WHERE id = $1 AND published_at IS NULL",
        space.id,
        now,
    )
    if is_new:
        await record("space.published", "space", space.id, actor, now)
        await emit("space.published", "space", space.id, now)
