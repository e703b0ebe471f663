"""What goes on in the demo network's team, made by the same operations as on the pages: limits and who asks for more,
colleagues who let each other see their days, team days, booking for others, and who is still to join."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from app.bookings.meeting_places import meeting_places
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_booking import BookForTeam, book_for_team
from app.demo.content.plans import TEAM_SEAT
from app.demo.rows import copy_rows, make_ids_steady
from app.demo.teams import ZONE, DemoTeam
from app.identity.queries import actor_of_person
from app.insights.team_months import close_team_months
from app.inventory.rules import wall_instant
from app.kernel.refusals import Refusal
from app.network.commuting import municipality_named
from app.network.holidays import public_holidays
from app.plans.grants import month_of
from app.plans.limits import Amounts, LimitShape, OwnLimits
from app.plans.order_documents import Paper
from app.plans.products import team_offers_on_sale
from app.plans.timeline import months_later
from app.platform.database import execute, fetch, transaction
from app.teams.agreements import RecordAgreement, record_agreement
from app.teams.colleagues import ask_for_days
from app.teams.invitations import invite_people
from app.teams.invited_lines import Invited
from app.teams.join_links import make_join_link
from app.teams.limit_requests import AskForMore, answer_request, ask_for_more
from app.teams.limits import limit_everybody, limit_one
from app.teams.operations import JoinedBy
from app.teams.quotes import make_quote
from app.teams.team_days import Answer, propose_day, set_day

FOR_ALL: Final = LimitShape(desk_halves=8, room_minutes=6 * 60)
WITH_BUDGET: Final = LimitShape(desk_halves=8, room_minutes=6 * 60, money=4000)
FOR_SEATED: Final = LimitShape(desk_halves=24, room_minutes=10 * 60, money=6000)
"""Who has a seat may use all of it."""

MUTUAL: Final = 4
"""So many colleagues and Mia let each other see their days."""

HOMES: Final = ("Polch", "Mayen", "Mendig", "Ochtendung", "Münstermaifeld", "Kruft", "Plaidt")
THURSDAY: Final = 4
_A_DAY: Final = timedelta(days=1)
_QUOTED_SEATS: Final = 5
_LINK_FOR: Final = 25
_BOOKED_FOR: Final = 6


async def set_limits(demo: DemoTeam, seated: Sequence[int], since: date) -> dict[int, OwnLimits]:
    """Sets them on the day of founding; what holds for each person since."""
    assert demo.team.purse is not None, "it pays"
    at, purse = wall_instant(since, 11 * 60, ZONE), demo.team.purse
    await limit_everybody(demo.emil, demo.team, FOR_ALL, at, since)
    own = LimitShape(desk_halves=FOR_SEATED.desk_halves, room_minutes=FOR_SEATED.room_minutes)
    for member in demo.members:
        if member.person in seated:
            await limit_one(demo.emil, demo.team, member, own, at, since)
    return {m.person: OwnLimits(purse, own if m.person in seated else FOR_ALL) for m in demo.members}


async def live_with_money(demo: DemoTeam, seated: Sequence[int], paper: Paper, today: date, now: datetime) -> None:
    """Budgets since today, one request that waits and one that was answered, a quote, an agreement that the works
    council has not confirmed yet, and the report of the months that are over."""
    await _answered_request(demo, today, now - 9 * _A_DAY)
    agreed = RecordAgreement(
        "Betriebsvereinbarung Arbeiten in der Nähe",
        "Becker Maschinenbau GmbH und Betriebsrat",
        today - 10 * _A_DAY,
        ("desk_day",),
    )
    await record_agreement(demo.emil, demo.team, agreed, now - 2 * _A_DAY, today)
    await _waiting_request(demo, today, now - _A_DAY)
    await limit_everybody(demo.emil, demo.team, WITH_BUDGET, now, today)
    for member in demo.members:
        if member.person in seated:
            await limit_one(demo.emil, demo.team, member, FOR_SEATED, now, today)
    offer = next(one for one in await team_offers_on_sale(now) if one.terms.name_de == TEAM_SEAT.name_de)
    await make_quote(demo.emil, demo.team, offer, _QUOTED_SEATS, paper.address, paper.language, now, today)
    await make_ids_steady("limit_request")
    await make_ids_steady("team_agreement")
    await close_team_months(now, today)


async def _answered_request(demo: DemoTeam, today: date, asked: datetime) -> None:
    colleague = await actor_of_person(demo.colleagues[3].person)
    more = AskForMore(month_of(today).first, Amounts(desk_halves=4), "Bei uns zu Hause wird umgebaut.")
    request = await ask_for_more(colleague, demo.team, more, asked, today)
    said = "Einen Tag mehr gern. Für weitere sprechen Sie mich bitte an."
    one_day = Amounts(desk_halves=2)
    await answer_request(demo.emil, demo.team, request.public_id, one_day, said, asked + _A_DAY, today)


async def _waiting_request(demo: DemoTeam, today: date, asked: datetime) -> None:
    mia = await actor_of_person(demo.mia.person)
    next_month = months_later(month_of(today).first, 1)
    await ask_for_more(
        mia, demo.team, AskForMore(next_month, Amounts(desk_halves=4), "Wir bereiten eine Messe vor."), asked, today
    )


async def live_together(demo: DemoTeam, assistant: int, key: bytes, today: date, now: datetime) -> None:
    """Everything that costs nothing: colleagues, team days, desks booked by the assistant, and who may still join."""
    await _let_be_seen(demo, today, now)
    await _settle_in(demo)
    await _answer_a_day(demo, today, now)
    await _set_a_day(demo, today, now)
    await make_ids_steady("team_day")
    await make_join_link(demo.emil, demo.team, _LINK_FOR, now, key=key)
    ina = Invited("Ina Lehnert", "ina.lehnert@becker.example", demo.mia.cost_centre)
    await invite_people(demo.emil, demo.team, [ina], JoinedBy.INVITATION, now, key=key)
    await make_ids_steady("team_invitation")
    there = Wanted(_working_days(today + 9 * _A_DAY, 1)[0], DayPart.WHOLE_DAY)
    people = demo.colleagues[-_BOOKED_FOR:]
    with suppress(Refusal):
        async with transaction():
            actor = await actor_of_person(assistant)
            await book_for_team(actor, demo.team, BookForTeam(people, ["regiohub-mayen", "regiohub-polch"], there), now)
    await make_ids_steady("team_act")
    await make_ids_steady("booking", "id IN (SELECT booking FROM team_act_place)", "team act", "booking")


async def _let_be_seen(demo: DemoTeam, today: date, now: datetime) -> None:
    """Mia and some colleagues see each other's days, those first who work at a desk next Thursday; one more has asked
    her, and she has asked one."""
    thursday = next(today + n * _A_DAY for n in range(1, 8) if (today + n * _A_DAY).isoweekday() == THURSDAY)
    rows = await fetch(
        "SELECT DISTINCT b.person FROM booking b JOIN resource r ON r.id = b.resource WHERE r.kind = 'desk'"
        " AND b.status = 'confirmed' AND (b.starts_at AT TIME ZONE 'Europe/Berlin')::date = $1"
        " AND b.person = ANY($2::bigint[])",
        thursday,
        [member.person for member in demo.colleagues],
    )
    there = {row["person"] for row in rows}
    first = sorted(demo.colleagues, key=lambda member: member.person not in there)
    allowed = now - 30 * _A_DAY
    pairs = [
        (demo.team.id, *pair, allowed, number % 2 == 0)
        for number, member in enumerate(first[:MUTUAL])
        for pair in ((demo.mia.person, member.person), (member.person, demo.mia.person))
    ]
    await copy_rows("colleague_sight", ["team", "person", "viewer", "allowed_at", "with_times"], pairs)
    mia, asking = [await actor_of_person(one.person) for one in (demo.mia, first[MUTUAL])]
    await ask_for_days(asking, demo.team, demo.mia, now - _A_DAY)
    await ask_for_days(mia, demo.team, first[MUTUAL + 1], now - 2 * _A_DAY)


async def _settle_in(demo: DemoTeam) -> None:
    """Colleagues say where they live, as far as the ways to a team day count."""
    homes = [municipality_named(name, "home") for name in HOMES]
    await execute(
        "UPDATE person p SET home_municipality = h.home FROM unnest($1::bigint[], $2::text[]) AS h (person, home)"
        " WHERE p.id = h.person",
        [member.person for member, _ in zip(demo.colleagues, homes, strict=False)],
        homes,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a colleague answers for a day."""

    day: date
    person: int
    answer: Answer


async def _answer_a_day(demo: DemoTeam, today: date, now: datetime) -> None:
    """Mia has proposed three days; half of the colleagues have answered, she has not."""
    days, asked = _working_days(today + 12 * _A_DAY, 3), now - 3 * _A_DAY
    mia = await actor_of_person(demo.mia.person)
    await propose_day(mia, demo.team, "Quartalsplanung", days, asked, today)
    kinds = ((Answer.YES, Answer.MAYBE, Answer.NO), (Answer.YES, Answer.YES, Answer.NO), (Answer.NO, *[Answer.YES] * 2))
    said = [
        _Said(day, member.person, answer)
        for number, member in enumerate(demo.colleagues[: len(HOMES)])
        for day, answer in zip(days, kinds[number % 2 if number < 6 else 2], strict=True)
    ]
    await _enter_answers(said, asked + _A_DAY)


async def _set_a_day(demo: DemoTeam, today: date, now: datetime) -> None:
    """A colleague has proposed a day, most could come, and Emil has set it, where it is best for their ways."""
    [day], asked = _working_days(today + 7 * _A_DAY, 1), now - 6 * _A_DAY
    who = await actor_of_person(demo.colleagues[0].person)
    public_id = await propose_day(who, demo.team, "Werkstattgespräch", [day], asked, today)
    said = [_Said(day, member.person, Answer.YES) for member in demo.colleagues[: len(HOMES)]]
    [choice] = await _enter_answers(said, asked + _A_DAY)
    best = await meeting_places(choice, day, now)
    await set_day(demo.emil, demo.team, public_id, day, best[0].space.id if best else None, now - 2 * _A_DAY)


async def _enter_answers(said: Sequence[_Said], at: datetime) -> Sequence[int]:
    """Enters them for the team day that was proposed last; the keys of its days."""
    rows = await fetch(
        "SELECT id, day FROM team_day_choice WHERE team_day = (SELECT max(id) FROM team_day) ORDER BY day"
    )
    choices = {row["day"]: row["id"] for row in rows}
    columns = ["choice", "person", "answer", "counts_home", "answered_at"]
    await copy_rows("team_day_answer", columns, [(choices[one.day], one.person, one.answer, True, at) for one in said])
    return list(choices.values())


def _working_days(first: date, count: int) -> list[date]:
    """So many from this day on."""
    days = (first + n * _A_DAY for n in range(21))
    open_then = (day for day in days if day.isoweekday() <= 5 and day not in public_holidays("RP", day.year))
    return [day for day, _ in zip(open_then, range(count), strict=False)]
