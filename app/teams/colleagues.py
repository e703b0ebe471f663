"""Colleagues who let each other see their days, person by person and each way by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.identity.merging import Merge, on_merge
from app.identity.rules import Actor
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.platform.database import execute, fetch, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.rate_limits import Limit, hit
from app.teams.queries import MemberCard, TeamCard, member_of

ASKED: Final = Limit("colleague_asked", 30, timedelta(days=1))
"""How many colleagues one person asks."""


class ThatIsYou(BadInput):
    code = "that_is_you"
    text = marked("Ihre eigenen Tage stehen in „Meine Woche“.")


class LooksAfterTheTeam(Refusal):
    """Nobody can be asked by an employer to show where he works."""

    code = "looks_after_the_team"
    text = marked("Wer das Team verwaltet, sieht die Tage der Kollegen nicht, auch nicht mit deren Erlaubnis.")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else in the team, and what there is between the two: whether the viewer sees the days or has asked to,
    and whether the colleague sees those of the viewer or has asked to."""

    member: MemberCard
    is_seen: bool = False
    times_seen: bool = False
    is_asked: bool = False
    sees_me: bool = False
    sees_my_times: bool = False
    asks_me: bool = False
    looks_after: bool = False

    @property
    def has_to_do(self) -> bool:
        return self.is_seen or self.is_asked or self.sees_me or self.asks_me


_BOTH_BELONG: Final = """
    colleague_sight c
      JOIN team_member p ON p.team = c.team AND p.person = c.person AND p.left_at IS NULL
      JOIN team_member v ON v.team = c.team AND v.person = c.viewer AND v.left_at IS NULL
"""
_LOOKS_AFTER: Final = """
    EXISTS (SELECT FROM role_grant g WHERE g.person = {person} AND g.revoked_at IS NULL
               AND (g.scope_kind = 'team' AND g.scope_id = {team} AND g.role <> 'team_member'
                    OR g.role = 'network_administrator'))
"""
_HOLDS: Final = (
    "coalesce(c.allowed_at, c.asked_at) >= greatest(p.joined_at, v.joined_at)"
    f" AND NOT {_LOOKS_AFTER.format(person='c.viewer', team='c.team')}"
)
"""Whoever left the team and came back is asked anew. Who looks after the team sees nobody's days, allowed or not."""


async def colleagues_of(team: int, person: int, others: Sequence[MemberCard]) -> list[Colleague]:
    """These members as the person stands to them, in their order; the person is left out."""
    rows = await fetch(
        "SELECT c.person, c.viewer, c.allowed_at IS NOT NULL AS allowed, c.with_times"  # noqa: S608
        f" FROM {_BOTH_BELONG} WHERE c.team = $1 AND (c.person = $2 OR c.viewer = $2) AND {_HOLDS}",
        team,
        person,
    )
    managing = await _who_looks_after(team, [member.person for member in others])
    mine = {row["person"]: row for row in rows if row["viewer"] == person}
    theirs = {row["viewer"]: row for row in rows if row["person"] == person}
    found = []
    for member in others:
        if member.person == person:
            continue
        seen, shown = mine.get(member.person), theirs.get(member.person)
        found.append(
            Colleague(
                member,
                is_seen=bool(seen and seen["allowed"]),
                times_seen=bool(seen and seen["allowed"] and seen["with_times"]),
                is_asked=bool(seen and not seen["allowed"]),
                sees_me=bool(shown and shown["allowed"]),
                sees_my_times=bool(shown and shown["allowed"] and shown["with_times"]),
                asks_me=bool(shown and not shown["allowed"]),
                looks_after=member.person in managing,
            )
        )
    return found


async def looks_after(team: int, person: int) -> bool:
    """Whether the person has a role by which he looks after the team."""
    return bool(await _who_looks_after(team, [person]))


async def _who_looks_after(team: int, people: Sequence[int]) -> frozenset[int]:
    rows = await fetch(
        "SELECT id FROM unnest($2::bigint[]) AS asked (id)"  # noqa: S608
        f" WHERE {_LOOKS_AFTER.format(person='asked.id', team='$1::bigint')}",
        team,
        list(people),
    )
    return frozenset(row["id"] for row in rows)


async def whom_one_sees(viewer: int) -> dict[int, list[tuple[int, bool]]]:
    """By team the people who let the viewer see their days, each with whether the times too."""
    rows = await fetch(
        f"SELECT c.team, c.person, c.with_times FROM {_BOTH_BELONG}"  # noqa: S608
        f" JOIN team t ON t.id = c.team AND t.ended_at IS NULL"
        f" WHERE c.viewer = $1 AND c.allowed_at IS NOT NULL AND {_HOLDS} ORDER BY c.team, c.person",
        viewer,
    )
    found: dict[int, list[tuple[int, bool]]] = {}
    for row in rows:
        found.setdefault(row["team"], []).append((row["person"], row["with_times"]))
    return found


async def ask_for_days(actor: Actor, team: TeamCard, colleague: MemberCard, now: datetime) -> None:
    """Asks to see the colleague's days; quietly where that is so or asked already.

    Raises ThatIsYou, NotFound, LooksAfterTheTeam, TooMany.
    """
    await _both(actor, team, colleague)
    if await looks_after(team.id, actor.person):
        raise LooksAfterTheTeam
    await hit(ASKED, str(actor.person), now)
    async with transaction():
        key = await fetch_value(
            "INSERT INTO colleague_sight (team, person, viewer, asked_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT ON CONSTRAINT colleague_sight_once DO UPDATE SET asked_at = $4, allowed_at = NULL"
            " WHERE coalesce(colleague_sight.allowed_at, colleague_sight.asked_at) < (SELECT max(joined_at)"
            "  FROM team_member WHERE team = $1 AND person IN ($2, $3) AND left_at IS NULL) RETURNING id",
            team.id,
            colleague.person,
            actor.person,
            now,
        )
        if key is not None:
            await emit("colleague.asked", "colleague_sight", key, now)


async def show_days_to(
    actor: Actor, team: TeamCard, colleague: MemberCard, now: datetime, *, with_times: bool = False
) -> None:
    """The colleague sees the actor's days from now on, asked for or not. Raises ThatIsYou, NotFound,
    LooksAfterTheTeam."""
    await _both(actor, team, colleague)
    if await looks_after(team.id, colleague.person):
        raise LooksAfterTheTeam
    async with transaction():
        key = await fetch_value(
            "INSERT INTO colleague_sight (team, person, viewer, allowed_at, with_times) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT ON CONSTRAINT colleague_sight_once DO UPDATE SET allowed_at = $4, with_times = $5"
            " RETURNING id",
            team.id,
            actor.person,
            colleague.person,
            now,
            with_times,
        )
        await emit("colleague.allowed", "colleague_sight", key, now)


async def take_days_back(actor: Actor, team: TeamCard, colleague: MemberCard) -> None:
    """The colleague sees the actor's days no more, or is not answered; nobody is told."""
    await execute(
        "DELETE FROM colleague_sight WHERE team = $1 AND person = $2 AND viewer = $3",
        team.id,
        actor.person,
        colleague.person,
    )


async def see_no_more(actor: Actor, team: TeamCard, colleague: MemberCard) -> None:
    """The actor sees the colleague's days no more, or asks no more."""
    await execute(
        "DELETE FROM colleague_sight WHERE team = $1 AND person = $2 AND viewer = $3",
        team.id,
        colleague.person,
        actor.person,
    )


@dataclass(frozen=True, slots=True)
class Sight:
    """What stands between two people of a team, for mails."""

    team: str
    team_public_id: str
    person: int
    viewer: int
    is_allowed: bool


async def sight_by_id(key: int) -> Sight | None:
    """The one with this key, as long as both belong to the team."""
    rows = await fetch(
        "SELECT t.name AS team, t.public_id AS team_public_id, c.person, c.viewer,"  # noqa: S608
        f" c.allowed_at IS NOT NULL AS is_allowed FROM {_BOTH_BELONG} JOIN team t ON t.id = c.team"
        f" WHERE c.id = $1 AND {_HOLDS}",
        key,
    )
    return Sight(**rows[0]) if rows else None


async def forget_sights(_: datetime) -> int:
    """Deletes what one has allowed or asked who belongs to the team no more; how many."""
    return await execute(
        "DELETE FROM colleague_sight s WHERE NOT EXISTS (SELECT FROM "  # noqa: S608
        f"{_BOTH_BELONG} WHERE c.id = s.id AND {_HOLDS})"
    )


async def _both(actor: Actor, team: TeamCard, colleague: MemberCard) -> None:
    if colleague.person == actor.person:
        raise ThatIsYou
    if await member_of(team.id, actor.person) is None or colleague.team != team.id:
        raise NotFound


@on_merge("colleague_sight.person", "colleague_sight.viewer")
async def _move_sights(merge: Merge) -> None:
    """What either has allowed was said of one record alone; whoever wants it says it anew."""
    await execute(
        "DELETE FROM colleague_sight WHERE $1 IN (person, viewer) AND $2 IN (person, viewer)", merge.kept, merge.gone
    )
    await execute("DELETE FROM colleague_sight WHERE $1 IN (person, viewer)", merge.gone)
