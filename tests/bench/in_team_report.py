"""A manager's report over three years of a team of 2,000 in 20 cost centres, and how long its months take to close."""

from datetime import timedelta

from app.billing.payers import PayerDetails, PayerKind
from app.identity.authentication import SESSION_COOKIE
from app.identity.queries import actor_of_person, person_of_email
from app.identity.sessions import open_session
from app.insights.team_months import close_team_months, month_of
from app.kernel.clock import system_clock
from app.plans.timeline import months_later
from app.platform.database import execute
from app.teams.company import CompanyDetails
from app.teams.operations import found_team
from app.teams.queries import TeamCard
from app.web.search_form import ZONE

MANAGER = "network@demo.example"
PEOPLE, COST_CENTRES, MONTHS, DAYS_A_MONTH = 2_000, 20, 36, 4
_PAYER = PayerDetails(
    PayerKind.TEAM, "Messleitung", "Messwerk GmbH", "Am Markt 1", "56727", "Mayen", "rechnung@messwerk.example"
)


def file_path(team: TeamCard) -> str:
    """Every month by cost centre."""
    return f"/team/{team.public_id}/bericht.csv?tabelle=kostenstellen"


def page_path(team: TeamCard) -> str:
    """The year before this one."""
    year = system_clock().astimezone(ZONE).year - 1
    return f"/team/{team.public_id}/bericht?jahr={year}"


async def cookie() -> str:
    """The manager's browser."""
    person = await person_of_email(MANAGER)
    assert person is not None, "the demo network has one"
    return f"{SESSION_COOKIE}={await open_session(person, 'bench', system_clock())}"


async def fill_three_years() -> tuple[TeamCard, float]:
    """The team with its use, each day out of the month's account of a cost centre; and seconds of closing."""
    now = system_clock()
    today = now.astimezone(ZONE).date()
    since = month_of(months_later(today, -MONTHS))
    person = await person_of_email(MANAGER)
    actor = await actor_of_person(person) if person is not None else None
    assert actor is not None, "the demo network has one"
    team = await found_team(actor, CompanyDetails("Messwerk", _PAYER), now)
    await execute("UPDATE team SET founded_at = $2::date WHERE id = $1", team.id, since)
    await execute(
        "INSERT INTO cost_centre (public_id, team, code, made_at)"
        " SELECT 'messstelle' || n, $1, 'K' || lpad(n::text, 2, '0'), $2 FROM generate_series(1, $3::int) n",
        *(team.id, now, COST_CENTRES),
    )
    await execute(
        """
        WITH made AS (
            INSERT INTO person (public_id, name, email, language, created_at)
            SELECT 'messperson' || n, 'Messperson ' || n, 'mess' || n || '@messwerk.example', 'de', $2
              FROM generate_series(1, $3::int) n RETURNING id
        ), numbered AS (
            SELECT id, row_number() OVER (ORDER BY id) AS n FROM made
        ), centre AS (
            SELECT id, row_number() OVER (ORDER BY id) AS n FROM cost_centre WHERE team = $1
        )
        INSERT INTO team_member (public_id, team, person, cost_centre, joined_by, joined_at)
        SELECT 'messmitglied' || p.n, $1, p.id, c.id, 'file', $4::date
          FROM numbered p JOIN centre c ON c.n = 1 + p.n % $5
        """,
        *(team.id, now, PEOPLE, since, COST_CENTRES),
    )
    await execute(
        "INSERT INTO entitlement (public_id, unit, source, purse, label_de, label_en, starts_on, ends_on, left_units,"
        " created_at) SELECT 'mess' || c.id || 'x' || n, 'desk_day', 'team', $2, c.code, c.code, month::date,"
        " (month + interval '1 month - 1 day')::date, 2000, $3 FROM cost_centre c"
        " CROSS JOIN generate_series(0, $4 - 1) n"
        " CROSS JOIN LATERAL (SELECT $5::date + make_interval(months => n) AS month) m WHERE c.team = $1",
        *(team.id, team.purse, now, MONTHS, since),
    )
    for n in range(MONTHS):
        await execute(
            "INSERT INTO entitlement_entry (entitlement, change, left_change, booked_change, person, day, step, at)"
            " SELECT e.id, 'consume', -2, 480, m.person, e.starts_on + 3 * n, 1, e.created_at"
            " FROM entitlement e JOIN cost_centre c ON c.code = e.label_de AND c.team = $2"
            " JOIN team_member m ON m.cost_centre = c.id CROSS JOIN generate_series(0, $3 - 1) n"
            " WHERE e.purse = $1 AND e.starts_on = $4",
            *(team.purse, team.id, DAYS_A_MONTH, months_later(since, n)),
        )
    before = system_clock()
    await close_team_months(before, today)
    return team, (system_clock() - before) / timedelta(seconds=1)
