"""What somebody has booked for others of a team: seen again, and called off as a whole, by that person alone.

It is shown as it was booked. What became of a booking since then is its person's own affair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.billing.operations import take_back
from app.bookings.clearing import BY_TEAM, call_off
from app.bookings.giving_back import free, hand_on
from app.bookings.paying_otherwise import MAY_END, otherwise_paid, settle_behind
from app.bookings.queries import bookings_where
from app.bookings.rules import HOLDING, Status
from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor
from app.inventory.operations import BOOKED
from app.kernel.refusals import Conflict, NotFound, marked
from app.kernel.wall_time import local_day
from app.plans.team_days import end_days, put_back
from app.platform.database import execute, fetch, fetch_row, fetch_value, retried, transaction
from app.teams.queries import TeamCard

_KEPT = timedelta(days=365)
_ZONE = ZoneInfo("Europe/Berlin")


class TooLateToCallOff(Conflict):
    code = "too_late_to_call_off"
    text = marked("Das lässt sich nicht mehr als Ganzes zurückgeben. Jede Person kann ihren Platz selbst zurückgeben.")


@dataclass(frozen=True, slots=True)
class ActPlace:
    """For whom, and at which space (by its name and its name in addresses); without a space `reason` says why not.

    `member` is the public id of the person's place in the team while there is one.
    """

    name: str
    space: str | None
    reason: str
    slug: str | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class ActCard:
    """Desks booked in one act, by who booked them; as it was then, without names where it `is_unnamed`."""

    id: int
    public_id: str
    day: date
    is_unnamed: bool
    made_at: datetime
    call_off_until: datetime
    called_off_at: datetime | None
    places: Sequence[ActPlace]

    @property
    def booked(self) -> Sequence[ActPlace]:
        return [place for place in self.places if place.space is not None]

    @property
    def rest(self) -> Sequence[ActPlace]:
        return [place for place in self.places if place.space is None]

    def can_be_called_off(self, now: datetime) -> bool:
        return bool(self.booked) and self.called_off_at is None and now < self.call_off_until


_ACT = "SELECT id, public_id, day, is_unnamed, made_at, call_off_until, called_off_at FROM team_act"


async def acts_of(person: int, team: int, today: date) -> list[ActCard]:
    """What this person has booked for others of the team from today on, by day."""
    rows = await fetch(f"{_ACT} WHERE made_by = $1 AND team = $2 AND day >= $3 ORDER BY day, id", person, team, today)
    places = await _places([row["id"] for row in rows])
    return [ActCard(**row, places=places.get(row["id"], ())) for row in rows]


async def act_of(person: int, team: int, public_id: str) -> ActCard:
    """One of them. Raises NotFound, also for what somebody else has booked."""
    row = await fetch_row(f"{_ACT} WHERE made_by = $1 AND team = $2 AND public_id = $3", person, team, public_id)
    if row is None:
        raise NotFound
    return ActCard(**row, places=(await _places([row["id"]])).get(row["id"], ()))


async def team_that_booked(booking: int) -> str | None:
    """The name of the team that has booked it for its person."""
    name: str | None = await fetch_value(
        "SELECT t.name FROM team_act_place p JOIN team_act a ON a.id = p.act JOIN team t ON t.id = a.team"
        " WHERE p.booking = $1",
        booking,
    )
    return name


@retried
async def call_off_act(actor: Actor, team: TeamCard, public_id: str, now: datetime) -> None:
    """Gives back all of it that still stands. What was paid comes back to the team in full, whatever its people have
    made of their places since. Raises NotFound, TooLateToCallOff."""
    if not actor.may(Action.BOOK_FOR_TEAM, team=team.id):
        raise NotFound
    async with transaction():
        act = await act_of(actor.person, team.id, public_id)
        await fetch("SELECT FROM team_act WHERE id = $1 FOR UPDATE", act.id)
        act = await act_of(actor.person, team.id, public_id)
        if not act.can_be_called_off(now):
            raise TooLateToCallOff
        await execute("UPDATE team_act SET called_off_at = $2 WHERE id = $1", act.id, now)
        paid = await fetch(
            "SELECT booking, account, pool, charge, units FROM team_act_place WHERE act = $1 AND booking IS NOT NULL",
            act.id,
        )
        standing = await bookings_where(
            "b.id = ANY($1::bigint[]) AND b.status = ANY($2) ORDER BY b.id FOR UPDATE OF b",
            [row["booking"] for row in paid],
            sorted(HOLDING - {Status.CHECKED_IN}),
        )
        for booking in standing:
            await call_off(actor, booking, BY_TEAM, now)
        await hand_on(await free([booking.id for booking in standing], *BOOKED), now)
        for pool in sorted({row["pool"] for row in paid if row["pool"] is not None}):
            units = sum(row["units"] for row in paid if row["pool"] == pool)
            await put_back(pool, units, actor.person, now)
        accounts = [row["account"] for row in paid if row["account"] is not None]
        await _settle_besides(actor, accounts, now)
        await end_days(accounts, now)
        for charge in sorted({row["charge"] for row in paid if row["charge"] is not None}):
            await take_back(charge, now)
        await record("team.called_off", "team", team.id, actor, now, people=len(paid))


async def _settle_besides(actor: Actor, accounts: Sequence[int], now: datetime) -> None:
    """What its people have paid with the provided days besides is paid otherwise, or called off."""
    found = await bookings_where(
        "b.entitlement = ANY($1::bigint[]) AND b.starts_at > $2 AND b.status = ANY($3) ORDER BY b.starts_at, b.id",
        list(accounts),
        now,
        MAY_END,
    )
    for person in sorted({booking.person for booking in found}):
        theirs = [booking for booking in found if booking.person == person]
        behind = await otherwise_paid(theirs, frozenset(accounts), local_day(now, _ZONE))
        await settle_behind(actor, behind, BY_TEAM, now)


async def forget_team_acts(now: datetime) -> int:
    """Deletes what was booked for others twelve months after the day; how many acts. The bookings stay."""
    before = (now - _KEPT).date()
    async with transaction():
        await execute("DELETE FROM team_act_place WHERE act IN (SELECT id FROM team_act WHERE day < $1)", before)
        return await execute("DELETE FROM team_act WHERE day < $1", before)


async def _places(acts: Sequence[int]) -> Mapping[int, list[ActPlace]]:
    rows = await fetch(
        "SELECT p.act, CASE WHEN a.is_unnamed THEN '' ELSE n.name END AS name, s.name AS space, p.reason, s.slug,"
        " CASE WHEN NOT a.is_unnamed THEN m.public_id END AS member"
        " FROM team_act_place p JOIN team_act a ON a.id = p.act JOIN person n ON n.id = p.person"
        " LEFT JOIN space s ON s.id = p.space"
        " LEFT JOIN team_member m ON m.team = a.team AND m.person = p.person AND m.left_at IS NULL"
        " WHERE p.act = ANY($1::bigint[]) ORDER BY n.name, p.id",
        list(acts),
    )
    found: dict[int, list[ActPlace]] = {}
    for row in rows:
        place = ActPlace(row["name"], row["space"], row["reason"], row["slug"], row["member"])
        found.setdefault(row["act"], []).append(place)
    return found


@on_merge("team_act.made_by", "team_act_place.person")
async def _move_acts(merge: Merge) -> None:
    await execute("UPDATE team_act SET made_by = $1 WHERE made_by = $2", merge.kept, merge.gone)
    await execute("UPDATE team_act_place SET person = $1 WHERE person = $2", merge.kept, merge.gone)
