"""Operators say by which rules their resources are booked: for a kind at a space, or for one resource."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.booking_rules import DAYS_AHEAD, NOTHING_SAID, BookingRules, RulesRow, Who
from app.inventory.queries import ResourceCard
from app.inventory.rules import MINUTES_OF_A_DAY, Kind
from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit

MOST_PARTS: Final = 8
GRIDS: Final = (timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=60))


class RuleOutOfReach(BadInput):
    """A figure that no rule can have."""

    code = "rule_out_of_reach"
    text = marked("Möglich ist {least} bis {most}.")


class NotAGrid(BadInput):
    code = "not_a_grid"
    text = marked("Möglich sind 15, 30 oder 60 Minuten.")


class NotInQuarters(BadInput):
    code = "not_in_quarters"
    text = marked("Bitte in Viertelstunden angeben, etwa 30 oder 45 Minuten.")


class LongestBelowShortest(BadInput):
    code = "longest_below_shortest"
    text = marked("Die längste Dauer muss mindestens so lang sein wie die kürzeste.")


class PartsOfTheDayUnusable(BadInput):
    code = "parts_of_the_day_unusable"
    text = marked("Teile des Tages stehen in ihrer Reihenfolge, überschneiden sich nicht und enden nach ihrem Anfang.")


class GroupMissing(BadInput):
    code = "group_missing"
    text = marked("Bitte mindestens eine Gruppe wählen.")


class GroupUnknown(BadInput):
    code = "group_unknown"
    text = marked("Diese Gruppe gibt es bei Ihnen nicht.")


class RulesChangedMeanwhile(Conflict):
    """Somebody else has said something else since the form was shown."""

    code = "rules_changed_meanwhile"
    text = marked("Diese Regeln wurden inzwischen geändert. Unten steht, was jetzt gilt und was Sie eingetragen haben.")


@dataclass(frozen=True, slots=True)
class StatedRules:
    """Rules that stand at a space, for a kind or (with its key) one resource."""

    kind: Kind
    resource: int | None
    version: int
    rules: BookingRules


@dataclass(frozen=True, slots=True)
class RulesFor:
    """What rules are said for: a kind at the space, or one resource of it."""

    space: SpaceCard
    kind: Kind
    resource: ResourceCard | None = None

    @property
    def key(self) -> int | None:
        return self.resource.id if self.resource else None


_row = msgspec.json.Decoder(RulesRow)


async def stated_rules(space: int) -> list[StatedRules]:
    """All rules that the space has, those of a kind before those of its resources."""
    rows = await fetch(
        "SELECT kind, resource, version, to_json(q)::text AS rules FROM booking_rules q WHERE space = $1"
        " ORDER BY kind, resource NULLS FIRST",
        space,
    )
    return [
        StatedRules(Kind(row["kind"]), row["resource"], row["version"], _row.decode(row["rules"]).rules())
        for row in rows
    ]


async def stated_for(target: RulesFor) -> StatedRules | None:
    """What stands for exactly this kind or resource, None where nothing was said."""
    said = await stated_rules(target.space.id)
    return next((one for one in said if (one.kind, one.resource) == (target.kind, target.key)), None)


def holding_for(target: RulesFor, said: Sequence[StatedRules]) -> BookingRules:
    """What holds for the target: its own rules, else those of its kind, else what nobody has said."""
    for resource in dict.fromkeys((target.key, None)):
        for one in said:
            if (one.kind, one.resource) == (target.kind, resource):
                return one.rules
    return NOTHING_SAID


def wrong_with(wanted: BookingRules, groups: Mapping[int, object]) -> list[Refusal]:
    """All that cannot stand as a rule, each beside its field; `groups` are the operator's by key."""
    return [*_out_of_reach(wanted), *_wrong_lengths(wanted), *_wrong_parts(wanted), *_wrong_groups(wanted, groups)]


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_REACH: Final[Mapping[str, tuple[object, object]]] = {
    "shortest": (15 * _MINUTE, _DAY),
    "longest": (15 * _MINUTE, _DAY),
    "days_ahead": (0, DAYS_AHEAD),
    "own_members_days": (0, DAYS_AHEAD),
    "notice": (0 * _HOUR, 31 * _DAY),
    "buffer_before": (0 * _HOUR, 4 * _HOUR),
    "buffer_after": (0 * _HOUR, 4 * _HOUR),
    "most_open": (1, 1000),
    "cancel_before": (0 * _HOUR, 31 * _DAY),
    "decide_within": (_HOUR, 14 * _DAY),
    "most_guests": (0, 1000),
    "no_show_after": (30 * _MINUTE, 4 * _HOUR),
}


def _out_of_reach(wanted: BookingRules) -> Iterator[Refusal]:
    for name, (least, most) in _REACH.items():
        value = getattr(wanted, name)
        if value is not None and not least <= value <= most:
            yield RuleOutOfReach(field=name, least=least, most=most)


def _wrong_lengths(wanted: BookingRules) -> Iterator[Refusal]:
    if wanted.grid not in GRIDS:
        yield NotAGrid(field="grid")
    for name in ("shortest", "longest"):
        if getattr(wanted, name) % (15 * _MINUTE):
            yield NotInQuarters(field=name)
    if wanted.longest < wanted.shortest:
        yield LongestBelowShortest(field="longest")


def _wrong_parts(wanted: BookingRules) -> Iterator[Refusal]:
    ends = 0
    for part in wanted.day_parts:
        if not ends <= part.opens < part.closes <= MINUTES_OF_A_DAY or part.opens % 15 or part.closes % 15:
            yield PartsOfTheDayUnusable(field="day_parts")
            return
        ends = part.closes
    if len(wanted.day_parts) > MOST_PARTS:
        yield PartsOfTheDayUnusable(field="day_parts")


def _wrong_groups(wanted: BookingRules, groups: Mapping[int, object]) -> Iterator[Refusal]:
    if wanted.who is Who.GROUPS and not wanted.groups:
        yield GroupMissing(field="groups")
    if not wanted.groups <= groups.keys():
        yield GroupUnknown(field="groups")


async def set_rules(actor: Actor, target: RulesFor, wanted: BookingRules, version: int, now: datetime) -> StatedRules:
    """From now on bookings of the target obey these rules; what is booked stays.

    `version` is that of the rules that were shown, 0 where none stood. Raises NotFound, the first of `wrong_with`, and
    RulesChangedMeanwhile.
    """
    demand_managed(actor, target.space)
    async with transaction():
        await _lock(target.space)
        for refusal in wrong_with(wanted, await _group_keys(target.space.operator.id)):
            raise refusal
        before = await _unchanged(target, version)
        columns = _columns(wanted)
        if before is None:
            names = ", ".join(columns)
            places = ", ".join(f"${number}" for number in range(4, len(columns) + 4))
            key: int = await fetch_value(
                f"INSERT INTO booking_rules (space, kind, resource, {names})"  # noqa: S608
                f" VALUES ($1, $2, $3, {places}) RETURNING id",
                target.space.id,
                target.kind,
                target.key,
                *columns.values(),
            )
        else:
            key = before.rules.key
            changes = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 2))
            await execute(
                f"UPDATE booking_rules SET {changes}, version = version + 1 WHERE id = $1",  # noqa: S608
                key,
                *columns.values(),
            )
        await obey(target.space.id, target.kind)
        await record(
            "booking_rules.set",
            "space",
            target.space.id,
            actor,
            now,
            kind=target.kind,
            resource=target.key,
            before=_shown(before),
            after=[f"{name}={value}" for name, value in columns.items()],
        )
        await emit("space.rules_changed", "space", target.space.id, now)
        stated = await stated_for(target)
        assert stated is not None, "it was written just now"
        return stated


async def drop_rules(actor: Actor, target: RulesFor, version: int, now: datetime) -> None:
    """The target obeys its kind's rules again, or none. Raises NotFound and RulesChangedMeanwhile."""
    demand_managed(actor, target.space)
    async with transaction():
        await _lock(target.space)
        before = await _unchanged(target, version)
        if before is None:
            return
        await execute("UPDATE resource SET rules = NULL WHERE rules = $1", before.rules.key)
        await execute("DELETE FROM booking_rules WHERE id = $1", before.rules.key)
        await obey(target.space.id, target.kind)
        await record(
            "booking_rules.dropped",
            "space",
            target.space.id,
            actor,
            now,
            kind=target.kind,
            resource=target.key,
            before=_shown(before),
        )
        await emit("space.rules_changed", "space", target.space.id, now)


async def _lock(space: SpaceCard) -> None:
    """Until the transaction ends nobody else sets rules at the space."""
    await fetch_row("SELECT FROM space WHERE id = $1 FOR NO KEY UPDATE", space.id)


async def _unchanged(target: RulesFor, version: int) -> StatedRules | None:
    before = await stated_for(target)
    if version != (before.version if before else 0):
        raise RulesChangedMeanwhile
    return before


async def _group_keys(operator: int) -> dict[int, object]:
    rows = await fetch("SELECT id FROM person_group WHERE operator = $1 AND retired_at IS NULL", operator)
    return {row["id"]: None for row in rows}


async def obey(space: int, kind: Kind) -> None:
    """Every resource of the kind points to its own rules, else to those of its kind; call it after any comes in."""
    await execute(
        "UPDATE resource r SET rules = coalesce("
        " (SELECT id FROM booking_rules WHERE space = r.space AND kind = r.kind AND resource = r.id),"
        " (SELECT id FROM booking_rules WHERE space = r.space AND kind = r.kind AND resource IS NULL))"
        " WHERE r.space = $1 AND r.kind = $2",
        space,
        kind,
    )


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds() // 60)


_IN_MINUTES: Final = (
    *("shortest", "longest", "grid", "notice", "buffer_before", "buffer_after", "cancel_before", "decide_within"),
    "no_show_after",
)
_AS_THEY_ARE: Final[Mapping[str, Callable[[BookingRules], object]]] = {
    "day_parts": lambda rules: msgspec.json.encode([(part.opens, part.closes) for part in rules.day_parts]).decode(),
    "days_ahead": lambda rules: rules.days_ahead,
    "own_members_days": lambda rules: rules.own_members_days,
    "most_open": lambda rules: rules.most_open,
    "who": lambda rules: rules.who.value,
    "groups": lambda rules: sorted(rules.groups) if rules.who is Who.GROUPS else [],
    "needs_approval": lambda rules: rules.needs_approval,
    "most_guests": lambda rules: rules.most_guests,
    "outside_hours": lambda rules: rules.outside_hours.value,
}


def _columns(rules: BookingRules) -> dict[str, object]:
    """The row's values by column."""
    lengths: dict[str, object] = {name: _minutes(getattr(rules, name)) for name in _IN_MINUTES}
    return lengths | {name: value(rules) for name, value in _AS_THEY_ARE.items()}


def _shown(stated: StatedRules | None) -> list[str] | None:
    return None if stated is None else [f"{name}={value}" for name, value in _columns(stated.rules).items()]
