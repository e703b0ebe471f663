"""Agreements by which a manager may see what each person used: recorded, confirmed by the works council, and told to
everybody concerned before anybody is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from app.billing.queries import law_values
from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor, Role
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, Refusal, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, refuse_constraint, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id
from app.teams.queries import TeamCard

SHOWN: Final = ("desk_day", "room_minute", "money")
"""What can be shown of a person's month: days, minutes in rooms, and what was paid by use. Never where or when."""

LONGEST_TITLE: Final = 120
LONGEST_PARTIES: Final = 200
_COUNCIL_REMEMBERED: Final = timedelta(days=365)


class AgreementTitleUnusable(BadInput):
    code = "agreement_title_unusable"
    text = marked("Bitte geben Sie der Vereinbarung einen Titel mit höchstens {longest} Zeichen.")


class AgreementPartiesUnusable(BadInput):
    code = "agreement_parties_unusable"
    text = marked("Bitte nennen Sie, wer die Vereinbarung geschlossen hat, mit höchstens {longest} Zeichen.")


class NothingAgreed(BadInput):
    """An agreement shows something."""

    code = "nothing_agreed"
    text = marked("Bitte wählen Sie, was die Vereinbarung mit Namen zeigt.")


class AgreedInFuture(BadInput):
    code = "agreed_in_future"
    text = marked("Die Vereinbarung muss schon geschlossen sein.")


class EndsBeforeToday(BadInput):
    code = "agreement_ends_before_today"
    text = marked("Der letzte Tag liegt schon hinter uns.")


class AgreementRuns(Conflict):
    """A team has one agreement at a time."""

    code = "agreement_runs"
    text = marked("Es läuft schon eine Vereinbarung. Beenden Sie sie zuerst.")


class AgreementOver(Conflict):
    """Somebody else has confirmed or ended it meanwhile."""

    code = "agreement_over"
    text = marked("Inzwischen hat jemand anderes die Vereinbarung bestätigt oder beendet. Unten steht, was jetzt gilt.")


refuse_constraint("team_agreement_one_at_a_time", AgreementRuns)


@dataclass(frozen=True, slots=True)
class RecordAgreement:
    """An agreement as it was signed. Without `last` it holds until somebody ends it."""

    title: str
    parties: str
    agreed_on: date
    shows: tuple[str, ...]
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A recorded agreement; it holds from the time it is confirmed until it ends."""

    id: int
    public_id: str
    team: int
    title: str
    parties: str
    agreed_on: date
    shows: Sequence[str]
    last: date | None
    recorded_by: str
    recorded_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None

    def holds_on(self, day: date) -> bool:
        """Whether names may be shown on this day at all."""
        return self.confirmed_at is not None and self.ended_at is None and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody has looked at a month by name."""

    name: str
    month: date
    looked_at: datetime


async def record_agreement(
    actor: Actor, team: TeamCard, wanted: RecordAgreement, now: datetime, today: date
) -> Agreement:
    """Records what was agreed. Where the team has a works council's seat, or lately had one, it has to confirm.

    Raises NotFound for who does not manage the team, AgreementRuns, and what the text lacks.
    """
    if not actor.may(Action.MANAGE_TEAM, team=team.id):
        raise NotFound
    checked = checked_agreement(wanted, today)
    async with transaction():
        await _end_past(team.id, today, now)
        waits = await has_council(team.id, now - _COUNCIL_REMEMBERED)
        key = await fetch_value(
            "INSERT INTO team_agreement (public_id, team, title, parties, agreed_on, shows, last, recorded_by,"
            " recorded_at, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
            new_public_id(),
            team.id,
            checked.title,
            checked.parties,
            checked.agreed_on,
            list(checked.shows),
            checked.last,
            actor.person,
            now,
            None if waits else now,
        )
        await record("team_agreement.recorded", "team", team.id, actor, now, title=checked.title, shows=checked.shows)
        await emit("team_agreement.recorded", "team_agreement", key, now)
    if not waits:
        await tell_concerned(now)
    found = await running_agreement(team.id)
    assert found is not None, "it was just recorded"
    return found


async def confirm_agreement(actor: Actor, team: TeamCard, public_id: str, now: datetime) -> None:
    """The works council says that this was agreed. Raises NotFound for everybody else, and AgreementOver where it waits
    no more."""
    if not holds_council_seat(actor, team.id):
        raise NotFound
    async with transaction():
        key = await fetch_value(
            "UPDATE team_agreement SET confirmed_by = $3, confirmed_at = $4 WHERE team = $1 AND public_id = $2"
            " AND confirmed_at IS NULL AND ended_at IS NULL RETURNING id",
            team.id,
            public_id,
            actor.person,
            now,
        )
        if key is None:
            raise await _nothing_to_do(team.id, public_id)
        await record("team_agreement.confirmed", "team", team.id, actor, now)
        await emit("team_agreement.confirmed", "team_agreement", key, now)
    await tell_concerned(now)


async def end_agreement(actor: Actor, team: TeamCard, public_id: str, now: datetime) -> None:
    """From now on nobody is named. A manager and the works council may each do it alone. Raises NotFound,
    AgreementOver."""
    if not (actor.may(Action.MANAGE_TEAM, team=team.id) or holds_council_seat(actor, team.id)):
        raise NotFound
    async with transaction():
        key = await fetch_value(
            "UPDATE team_agreement SET ended_by = $3, ended_at = $4 WHERE team = $1 AND public_id = $2"
            " AND ended_at IS NULL RETURNING id",
            team.id,
            public_id,
            actor.person,
            now,
        )
        if key is None:
            raise await _nothing_to_do(team.id, public_id)
        await record("team_agreement.ended", "team", team.id, actor, now)
        await emit("team_agreement.ended", "team_agreement", key, now)


async def _nothing_to_do(team: int, public_id: str) -> Refusal:
    """Why nothing was confirmed or ended: it is over, or never was."""
    is_known = await fetch_value(
        "SELECT EXISTS (SELECT FROM team_agreement WHERE team = $1 AND public_id = $2)", team, public_id
    )
    return AgreementOver() if is_known else NotFound()


async def tell_concerned(now: datetime) -> int:
    """Tells everybody in a team with an agreement of it who has not been told yet; how many."""
    async with transaction():
        rows = await fetch(
            "INSERT INTO team_agreement_notice (agreement, person, told_at)"
            " SELECT a.id, m.person, $1 FROM team_agreement a JOIN team_member m ON m.team = a.team"
            " WHERE a.confirmed_at IS NOT NULL AND a.ended_at IS NULL AND m.left_at IS NULL"
            " ON CONFLICT DO NOTHING RETURNING id",
            now,
        )
        for row in rows:
            await emit("team_agreement.told", "team_agreement_notice", row["id"], now)
    return len(rows)


async def running_agreement(team: int) -> Agreement | None:
    """The agreement that was not ended, confirmed or not."""
    row = await fetch_row(f"{_AGREEMENT} WHERE a.team = $1 AND a.ended_at IS NULL", team)
    return Agreement(**row) if row is not None else None


async def agreements_of(team: int) -> Sequence[Agreement]:
    """All that were ever recorded, the latest first."""
    rows = await fetch(f"{_AGREEMENT} WHERE a.team = $1 ORDER BY a.id DESC", team)
    return [Agreement(**row) for row in rows]


async def agreement_by_id(agreement: int) -> Agreement | None:
    row = await fetch_row(f"{_AGREEMENT} WHERE a.id = $1", agreement)
    return Agreement(**row) if row is not None else None


async def agreement_of_notice(notice: int) -> tuple[Agreement, int] | None:
    """The agreement of which a person was told, and the person's key."""
    row = await fetch_row("SELECT agreement, person FROM team_agreement_notice WHERE id = $1", notice)
    if row is None:
        return None
    found = await agreement_by_id(row["agreement"])
    return (found, row["person"]) if found is not None else None


async def told_since(agreement: int) -> Mapping[int, datetime]:
    """When each person was told of it."""
    rows = await fetch("SELECT person, told_at FROM team_agreement_notice WHERE agreement = $1", agreement)
    return {row["person"]: row["told_at"] for row in rows}


async def notice_days(today: date) -> int:
    """So many days lie between telling somebody and the first month with the person's name."""
    return (await law_values(today))["team_names_notice_days"]


async def note_look(actor: Actor, agreement: Agreement, month: date, now: datetime) -> None:
    """That the actor looks at this month by name."""
    async with transaction():
        await execute(
            "INSERT INTO team_names_look (agreement, person, month, looked_at) VALUES ($1, $2, $3, $4)",
            agreement.id,
            actor.person,
            month,
            now,
        )
        await record("team_names.looked_at", "team", agreement.team, actor, now, month=month.isoformat())


async def looks_of(team: int) -> Sequence[Look]:
    """Who has looked at which month by name, the latest first."""
    rows = await fetch(
        "SELECT p.name, l.month, l.looked_at FROM team_names_look l JOIN team_agreement a ON a.id = l.agreement"
        " JOIN person p ON p.id = l.person WHERE a.team = $1 ORDER BY l.id DESC LIMIT 100",
        team,
    )
    return [Look(**row) for row in rows]


async def council_of(team: int) -> Sequence[int]:
    """The keys of those who are the team's works council."""
    rows = await fetch(
        "SELECT person FROM role_grant WHERE role = $2 AND scope_kind = 'team' AND scope_id = $1"
        " AND revoked_at IS NULL ORDER BY person",
        team,
        Role.WORKS_COUNCIL,
    )
    return [row["person"] for row in rows]


async def has_council(team: int, since: datetime) -> bool:
    """Whether the team has a works council's seat, or had one since then."""
    return bool(
        await fetch_value(
            "SELECT EXISTS (SELECT FROM role_grant WHERE role = $2 AND scope_kind = 'team' AND scope_id = $1"
            " AND (revoked_at IS NULL OR revoked_at > $3))",
            team,
            Role.WORKS_COUNCIL,
            since,
        )
    )


def holds_council_seat(actor: Actor, team: int) -> bool:
    """Whether the actor is the team's works council, whatever else he may do there."""
    return actor.has_scope("staff") and any(
        grant.role is Role.WORKS_COUNCIL and grant.covers(None, None, team) for grant in actor.grants
    )


def checked_agreement(wanted: RecordAgreement, today: date) -> RecordAgreement:
    """The same with texts in one line. Raises what is wrong with it."""
    title, parties = one_line(wanted.title), one_line(wanted.parties)
    shows = tuple(shown for shown in SHOWN if shown in wanted.shows)
    if not 0 < len(title) <= LONGEST_TITLE:
        raise AgreementTitleUnusable(field="titel", longest=LONGEST_TITLE)
    if not 0 < len(parties) <= LONGEST_PARTIES:
        raise AgreementPartiesUnusable(field="parteien", longest=LONGEST_PARTIES)
    if wanted.agreed_on > today:
        raise AgreedInFuture(field="geschlossen")
    if not shows:
        raise NothingAgreed(field="zeigt")
    if wanted.last is not None and wanted.last < today:
        raise EndsBeforeToday(field="bis")
    return RecordAgreement(title, parties, wanted.agreed_on, shows, wanted.last)


async def _end_past(team: int, today: date, now: datetime) -> None:
    """One whose last day is over makes way for the next."""
    await execute(
        "UPDATE team_agreement SET ended_at = $3 WHERE team = $1 AND ended_at IS NULL AND last < $2", team, today, now
    )


_AGREEMENT: Final = (
    "SELECT a.id, a.public_id, a.team, a.title, a.parties, a.agreed_on, a.shows, a.last, r.name AS recorded_by,"
    " a.recorded_at, c.name AS confirmed_by, a.confirmed_at, e.name AS ended_by, a.ended_at FROM team_agreement a"
    " JOIN person r ON r.id = a.recorded_by LEFT JOIN person c ON c.id = a.confirmed_by"
    " LEFT JOIN person e ON e.id = a.ended_by"
)


@on_merge("team_agreement.recorded_by", "team_agreement.confirmed_by", "team_agreement.ended_by")
async def _move_agreements(merge: Merge) -> None:
    for column in ("recorded_by", "confirmed_by", "ended_by"):
        await execute(
            f"UPDATE team_agreement SET {column} = $1 WHERE {column} = $2",  # noqa: S608
            merge.kept,
            merge.gone,
        )


@on_merge("team_agreement_notice.person", "team_names_look.person")
async def _move_notices(merge: Merge) -> None:
    """Where both were told, what the one that stays was told first stays."""
    await execute(
        "DELETE FROM team_agreement_notice n WHERE person = $2 AND EXISTS (SELECT FROM team_agreement_notice k"
        " WHERE k.agreement = n.agreement AND k.person = $1)",
        merge.kept,
        merge.gone,
    )
    await execute("UPDATE team_agreement_notice SET person = $1 WHERE person = $2", merge.kept, merge.gone)
    await execute("UPDATE team_names_look SET person = $1 WHERE person = $2", merge.kept, merge.gone)
