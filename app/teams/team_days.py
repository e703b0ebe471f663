"""Days on which a team meets: proposed, answered, set or withdrawn. Who can come when is nobody's to see but of those
who let each other see their days; of five and more it is a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id
from app.teams.colleagues import colleagues_of
from app.teams.company import TeamEnded
from app.teams.queries import MemberCard, TeamCard, member_of

MOST_CHOICES: Final = 5
LONGEST_TITLE: Final = 80
FARTHEST: Final = timedelta(days=400)
FEWEST_COUNTED: Final = 5
"""Fewer answers than that are not counted out: who knows some of them would know the others."""

_KEPT: Final = timedelta(days=30)


class Answer(StrEnum):
    """Whether somebody can come."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class TitleUnusable(BadInput):
    code = "team_day_title_unusable"
    text = marked("Bitte sagen Sie mit höchstens {longest} Zeichen, worum es geht.")


class DaysUnusable(BadInput):
    code = "team_day_days_unusable"
    text = marked("Bitte schlagen Sie einen bis {most} Tage vor, die noch kommen.")


class NoSuchChoice(BadInput):
    code = "team_day_no_such_choice"
    text = marked("Bitte wählen Sie einen der vorgeschlagenen Tage.")


class TeamDaySettled(Conflict):
    code = "team_day_settled"
    text = marked("Über diesen Teamtag ist schon entschieden. Bitte laden Sie die Seite neu.")


@dataclass(frozen=True, slots=True)
class ChoiceCard:
    """A day that could be it, as one person sees it: the own answer, those of colleagues by name where both let each
    other see their days, and how many said yes from FEWEST_COUNTED up."""

    id: int
    day: date
    own: Answer | None
    counts_home: bool
    said_yes: int | None
    known: Sequence[tuple[str, Answer]]


@dataclass(frozen=True, slots=True)
class TeamDayCard:
    """A team day. It is open until it is set to a day; `may_settle` who has proposed it, and who manages the team."""

    id: int
    public_id: str
    title: str
    proposed_by: str
    day: date | None
    space: int | None
    may_settle: bool
    choices: Sequence[ChoiceCard]

    @property
    def is_open(self) -> bool:
        return self.day is None


async def propose_day(
    actor: Actor, team: TeamCard, title: str, days: Sequence[date], now: datetime, today: date
) -> str:
    """The public id of a new one. Raises NotFound, TeamEnded, TitleUnusable, DaysUnusable."""
    await _demand_part(actor, team)
    if team.has_ended:
        raise TeamEnded
    clean, wanted = one_line(title), sorted(set(days))
    if not 0 < len(clean) <= LONGEST_TITLE:
        raise TitleUnusable(field="titel", longest=LONGEST_TITLE)
    if not 0 < len(wanted) <= MOST_CHOICES or wanted[0] < today or wanted[-1] > today + FARTHEST:
        raise DaysUnusable(field="tag1", most=MOST_CHOICES)
    public_id = new_public_id()
    async with transaction():
        key = await fetch_value(
            "INSERT INTO team_day (public_id, team, proposed_by, title, made_at) VALUES ($1, $2, $3, $4, $5)"
            " RETURNING id",
            public_id,
            team.id,
            actor.person,
            clean,
            now,
        )
        await execute("INSERT INTO team_day_choice (team_day, day) SELECT $1, unnest($2::date[])", key, wanted)
        await emit("team_day.proposed", "team_day", key, now)
    return public_id


async def answer_day(
    actor: Actor,
    team: TeamCard,
    public_id: str,
    answers: Mapping[date, Answer],
    now: datetime,
    *,
    counts_home: bool = False,
) -> None:
    """The person's answers for these days; what is not among them is no answer any more.

    Raises NotFound also to who does not belong to the team, NoSuchChoice, TeamDaySettled.
    """
    if await member_of(team.id, actor.person) is None:
        raise NotFound
    async with transaction():
        row = await _locked(team, public_id)
        if row["settled"]:
            raise TeamDaySettled
        rows = await fetch("SELECT id, day FROM team_day_choice WHERE team_day = $1", row["id"])
        choices = {each["day"]: each["id"] for each in rows}
        if not answers.keys() <= choices.keys():
            raise NoSuchChoice
        await execute(
            "DELETE FROM team_day_answer WHERE person = $1 AND choice = ANY($2::bigint[])",
            actor.person,
            list(choices.values()),
        )
        for day, answer in answers.items():
            await execute(
                "INSERT INTO team_day_answer (choice, person, answer, counts_home, answered_at)"
                " VALUES ($1, $2, $3, $4, $5)",
                choices[day],
                actor.person,
                answer,
                counts_home,
                now,
            )


async def set_day(actor: Actor, team: TeamCard, public_id: str, day: date, space: int | None, now: datetime) -> None:
    """The team meets that day, there or wherever everybody likes. Raises NotFound, NoSuchChoice, TeamDaySettled."""
    async with transaction():
        row = await _locked(team, public_id)
        await _demand_settling(actor, team, row["proposed_by"])
        if row["settled"]:
            raise TeamDaySettled
        if not await fetch_value(
            "SELECT EXISTS (SELECT FROM team_day_choice WHERE team_day = $1 AND day = $2)", row["id"], day
        ):
            raise NoSuchChoice(field="tag")
        await execute(
            "UPDATE team_day SET day = $2, space = $3, decided_at = $4 WHERE id = $1", row["id"], day, space, now
        )
        await emit("team_day.set", "team_day", row["id"], now)


async def withdraw_day(actor: Actor, team: TeamCard, public_id: str, now: datetime) -> None:
    """It does not take place. Raises NotFound."""
    async with transaction():
        row = await _locked(team, public_id)
        await _demand_settling(actor, team, row["proposed_by"])
        await execute("UPDATE team_day SET withdrawn_at = $2 WHERE id = $1", row["id"], now)


async def days_of_team(actor: Actor, team: TeamCard, members: Sequence[MemberCard], today: date) -> list[TeamDayCard]:
    """The team days that are still to come, as the actor sees them, by their first day."""
    rows = await fetch(
        "SELECT d.id, d.public_id, d.title, d.proposed_by, p.name, d.day, d.space FROM team_day d"
        " JOIN person p ON p.id = d.proposed_by WHERE d.team = $1 AND d.withdrawn_at IS NULL"
        " AND coalesce(d.day, (SELECT max(day) FROM team_day_choice WHERE team_day = d.id)) >= $2"
        " ORDER BY coalesce(d.day, (SELECT min(day) FROM team_day_choice WHERE team_day = d.id)), d.id",
        team.id,
        today,
    )
    names = await _names_seen(team.id, actor.person, members)
    choices = await _choices([row["id"] for row in rows], actor.person, names)
    return [
        TeamDayCard(
            row["id"],
            row["public_id"],
            row["title"],
            row["name"],
            row["day"],
            row["space"],
            row["proposed_by"] == actor.person or actor.may(Action.MANAGE_TEAM, team=team.id),
            choices.get(row["id"], ()),
        )
        for row in rows
    ]


async def team_day_of(
    actor: Actor, team: TeamCard, members: Sequence[MemberCard], public_id: str, today: date
) -> TeamDayCard:
    """One of them. Raises NotFound."""
    for card in await days_of_team(actor, team, members, today):
        if card.public_id == public_id:
            return card
    raise NotFound


async def who_said_yes(choice: int) -> Sequence[int]:
    """Who of the team can come that day, for booking; tell nobody."""
    rows = await fetch(_YES, choice)
    return [row["person"] for row in rows]


async def homes_of_yes(choice: int) -> Sequence[str]:
    """The municipalities, as official keys, of those who can come that day and let theirs count."""
    rows = await fetch(
        f"SELECT p.home_municipality AS home FROM ({_YES}) y JOIN person p ON p.id = y.person"  # noqa: S608
        " WHERE y.counts_home AND p.home_municipality IS NOT NULL ORDER BY 1",
        choice,
    )
    return [row["home"] for row in rows]


@dataclass(frozen=True, slots=True)
class SetDay:
    """A team day that is set, for calendars and mails; `team_name` is whose."""

    id: int
    public_id: str
    team: int
    team_public_id: str
    team_name: str
    title: str
    day: date | None
    space_name: str | None
    proposed_by: int


async def set_days(team: int, first: date, last: date) -> list[SetDay]:
    """Those of the team in this time."""
    rows = await fetch(
        f"{_SET} WHERE d.team = $1 AND d.day BETWEEN $2 AND $3 AND d.withdrawn_at IS NULL ORDER BY d.day, d.id",
        team,
        first,
        last,
    )
    return [SetDay(**row) for row in rows]


async def team_day_by_id(key: int) -> SetDay | None:
    """The one with this key, unless it was withdrawn."""
    row = await fetch_row(f"{_SET} WHERE d.id = $1 AND d.withdrawn_at IS NULL", key)
    return SetDay(**row) if row else None


async def forget_team_days(now: datetime) -> int:
    """Deletes what is over for 30 days, with all answers; how many."""
    async with transaction():
        rows = await fetch(
            "SELECT id FROM team_day d WHERE coalesce(d.day, (SELECT max(day) FROM team_day_choice"
            " WHERE team_day = d.id)) < $1 ORDER BY id FOR UPDATE",
            (now - _KEPT).date(),
        )
        over = [row["id"] for row in rows]
        await execute(
            "DELETE FROM team_day_answer WHERE choice IN (SELECT id FROM team_day_choice"
            " WHERE team_day = ANY($1::bigint[]))",
            over,
        )
        await execute("DELETE FROM team_day_choice WHERE team_day = ANY($1::bigint[])", over)
        return await execute("DELETE FROM team_day WHERE id = ANY($1::bigint[])", over)


_YES: Final = (
    "SELECT a.person, a.counts_home FROM team_day_answer a JOIN team_day_choice c ON c.id = a.choice"
    " JOIN team_day d ON d.id = c.team_day JOIN team_member m ON m.team = d.team AND m.person = a.person"
    " AND m.left_at IS NULL WHERE a.choice = $1 AND a.answer = 'yes'"
)
_SET: Final = (
    "SELECT d.id, d.public_id, d.team, t.public_id AS team_public_id, t.name AS team_name, d.title, d.day,"
    " s.name AS space_name, d.proposed_by FROM team_day d JOIN team t ON t.id = d.team"
    " LEFT JOIN space s ON s.id = d.space"
)


async def _names_seen(team: int, viewer: int, members: Sequence[MemberCard]) -> Mapping[int, str]:
    """The names of colleagues who let the viewer see their days and see the viewer's."""
    found = await colleagues_of(team, viewer, members)
    return {one.member.person: one.member.name for one in found if one.is_seen and one.sees_me}


async def _choices(days: Sequence[int], viewer: int, names: Mapping[int, str]) -> dict[int, list[ChoiceCard]]:
    rows = await fetch(
        "SELECT c.id, c.team_day, c.day, a.person, a.answer, a.counts_home FROM team_day_choice c"
        " LEFT JOIN (team_day_answer a JOIN team_day_choice k ON k.id = a.choice JOIN team_day d ON d.id = k.team_day"
        "  JOIN team_member m ON m.team = d.team AND m.person = a.person AND m.left_at IS NULL) ON a.choice = c.id"
        " WHERE c.team_day = ANY($1::bigint[]) ORDER BY c.day, c.id",
        list(days),
    )
    by_choice: dict[tuple[int, int, date], list[Mapping[str, object]]] = {}
    for row in rows:
        by_choice.setdefault((row["team_day"], row["id"], row["day"]), []).append(row)
    found: dict[int, list[ChoiceCard]] = {}
    for (team_day, key, day), answers in by_choice.items():
        given = {row["person"]: Answer(str(row["answer"])) for row in answers if row["person"] is not None}
        yes = sum(answer is Answer.YES for answer in given.values())
        found.setdefault(team_day, []).append(
            ChoiceCard(
                key,
                day,
                given.get(viewer),
                any(row["person"] == viewer and bool(row["counts_home"]) for row in answers),
                yes if yes >= FEWEST_COUNTED else None,
                sorted((names[person], answer) for person, answer in given.items() if person in names),  # type: ignore[index]
            )
        )
    return found


async def _locked(team: TeamCard, public_id: str) -> Mapping[str, int]:
    row = await fetch_row(
        "SELECT id, proposed_by, (decided_at IS NOT NULL)::int AS settled FROM team_day"
        " WHERE team = $1 AND public_id = $2 AND withdrawn_at IS NULL FOR UPDATE",
        team.id,
        public_id,
    )
    if row is None:
        raise NotFound
    return row


async def _demand_part(actor: Actor, team: TeamCard) -> None:
    if not actor.may(Action.MANAGE_TEAM, team=team.id) and await member_of(team.id, actor.person) is None:
        raise NotFound


async def _demand_settling(actor: Actor, team: TeamCard, proposed_by: int) -> None:
    """Who has proposed it and still belongs to the team, or manages it. Raises NotFound."""
    if actor.may(Action.MANAGE_TEAM, team=team.id):
        return
    if proposed_by != actor.person or await member_of(team.id, actor.person) is None:
        raise NotFound


@on_merge("team_day.proposed_by", "team_day_answer.person")
async def _move_team_days(merge: Merge) -> None:
    await execute("UPDATE team_day SET proposed_by = $1 WHERE proposed_by = $2", merge.kept, merge.gone)
    await execute(
        "DELETE FROM team_day_answer a WHERE person = $2 AND EXISTS (SELECT FROM team_day_answer k"
        " WHERE k.choice = a.choice AND k.person = $1)",
        merge.kept,
        merge.gone,
    )
    await execute("UPDATE team_day_answer SET person = $1 WHERE person = $2", merge.kept, merge.gone)
