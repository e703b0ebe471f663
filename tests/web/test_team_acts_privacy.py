"""Whoever acts for a team learns nothing of its people by it: booking for others, giving back, buying, giving seats,
setting limits and answering requests.

Two lives of Mia differ in when or how much she works, or in what she makes of a desk that was booked for her. Whoever
looks after the team does the same in both, really, by the forms of the pages; every answer, page and mail is the same
letter by letter. Mia and her manager are the whole team.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import unified_diff

import httpx
import pytest
from msgspec import structs

from app.bookings.cancellation import cancel
from app.bookings.fixed_desks import assign_desk, release_days
from app.bookings.operations import BookDesk, book
from app.bookings.settling import settle_due
from app.bookings.team_acts import ActCard
from app.identity.last_use import notes_written
from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.insights.team_months import close_team_months
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, open_account, use_up_past
from app.plans.limits import Amounts, LimitShape
from app.plans.purse_limits import set_limits_for_all
from app.plans.rules import Pays, Source
from app.plans.uses import Unit
from app.platform.database import DB, execute, fetch, fetch_value
from app.platform.settings import Settings
from app.teams.limit_requests import AskForMore, ask_for_more
from app.teams.queries import MemberCard, TeamCard, members_of
from app.web import team_booking as booking_pages
from tests.plans.desks import a_member as a_desk_holder
from tests.selling import TODAY, a_charging_world
from tests.teams.buying import DAYS, SEAT, bought, seated, seats, sold_to_teams
from tests.teams.founding import a_team, acting, joined
from tests.web.conftest import Browser, Now, an_application
from tests.web.watching import OF_A_TEAM, Seen, Watcher, a_watcher, last_event, mails_since, same
from tests.worlds import NOW, APerson, AResource, ASpace, World, a_person, a_space, at

FOR_HER = date(2026, 11, 26)
"""The day for which the team books a desk for her."""
AGAIN = date(2026, 12, 8)
LATER = at(date(2026, 12, 5), 9)


@dataclass(frozen=True, slots=True)
class Life:
    """Where and when Mia works at the team's cost, by a seat of hers or out of the pool, on which day she leaves her
    own desk to others, and whether she gives back what was booked for her."""

    desk: str
    days: Sequence[date]
    released: date | None = None
    gives_back: bool = False
    has_seat: bool = False


PAIRS: Mapping[str, tuple[Life, Life]] = {
    "another day": (
        Life("polch", [FOR_HER, date(2026, 11, 27)], released=FOR_HER),
        Life("andernach", [date(2026, 11, 30), date(2026, 11, 25)], released=date(2026, 12, 2)),
    ),
    "another month, so that her limit is used up or not": (
        Life("polch", [FOR_HER, date(2026, 11, 30)], has_seat=True),
        Life("polch", [date(2026, 12, 3), date(2026, 12, 4)], has_seat=True),
    ),
    "a desk given back": (
        Life("polch", [FOR_HER, date(2026, 11, 27)], gives_back=True),
        Life("polch", [FOR_HER, date(2026, 11, 27)]),
    ),
}
HOW_MUCH = (Life("polch", [FOR_HER, date(2026, 11, 27)]), Life("polch", []))
"""The team's pool is empty since an hour ago, or full."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The network, the team of two, and who looks after it."""

    world: World
    hall: ASpace
    clock: Now
    team: TeamCard
    members: Sequence[MemberCard]
    ids: Mapping[str, str]
    fixed: str
    watchers: Mapping[str, Watcher]


@pytest.fixture(scope="module")
async def standing(settings: Settings, database: str) -> Standing:
    """Made once for the file: what happens in a life is rolled back."""
    clock = Now()
    app = an_application(settings, database, clock)
    world = await a_charging_world()
    desks = [(Kind.DESK, str(number), ()) for number in range(1, 5)]
    hall = await a_space(world.operator, "halle", "Halle", resources=desks)
    for operator in (world.operator, world.rival_operator):
        await execute(
            "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
            " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
            operator,
            NOW,
        )
    team = await a_team(world, world.mia)
    await joined(team, world.gundula)
    await execute("UPDATE team SET founded_at = $2 WHERE id = $1", team.id, NOW - timedelta(days=60))
    assert team.purse is not None, "it pays"
    await set_limits_for_all(team.purse, LimitShape(desk_halves=4))
    await bought(team, structs.replace(DAYS, amount=2))
    contract = await bought(team, SEAT, 1)
    await seated(team, world.gundula)
    desk_of_hers = await assign_desk(
        world.otto.actor(), (await a_desk_holder(world.mia)).public_id, world.polch["3"].public_id, TODAY, NOW
    )
    people: dict[str, APerson] = {"manager": world.gundula}
    assistant = Grant(Role.TEAM_ASSISTANT, "team", team.id)
    people["assistant"] = await a_person("Assistenz", "assistenz@becker.example", assistant)
    await grant_role(None, world.gundula.id, Grant(Role.TEAM_MANAGER, "team", team.id), NOW)
    [seat] = await seats(team)
    members = await members_of(team.id)
    ids = {
        "team": team.public_id,
        "member": next(one.public_id for one in members if one.person == world.mia.id),
        "team_contract": contract.public_id,
        "team_product": (await sold_to_teams(SEAT)).public_id,
        "seat": seat.public_id,
    }
    watchers = {name: await a_watcher(Browser(app), Browser(app), person) for name, person in people.items()}
    return Standing(world, hall, clock, team, members, ids, desk_of_hers.desk.public_id, watchers)


@asynccontextmanager
async def lived(standing: Standing, life: Life) -> AsyncIterator[None]:
    """Mia's life until she learns that something was booked for her, undone afterwards."""
    await notes_written()
    await execute("UPDATE session SET seen_at = $1", NOW)
    tx = DB.transaction()
    await tx.__aenter__()
    standing.clock.at = NOW
    try:
        mia = await acting(standing.world.mia)
        desk: AResource = {"polch": standing.world.polch["1"], "andernach": standing.world.andernach["A1"]}[life.desk]
        if life.has_seat:
            purse = standing.team.purse
            await open_account(
                NewAccount(mia.person, Unit.DESK_DAY, Source.TEAM, None, TODAY, None, "Platz", "Seat", purse=purse), NOW
            )
        for day in life.days:
            wish = BookDesk(desk.public_id, at(day, 8), at(day, 18))
            assert (await book(mia, wish, NOW)).paid_by is Pays.TEAM
        if life.released is not None:
            await release_days(mia, standing.fixed, [life.released], NOW)
        more = AskForMore(TODAY.replace(day=1), Amounts(desk_halves=2), "Es ist viel zu tun.")
        await ask_for_more(mia, standing.team, more, NOW, TODAY)
        yield
    finally:
        await tx.rollback()
        await tx.__aexit__(None, None, None)


@dataclass(slots=True)
class Walk:
    """What somebody does at the browser, and everything that is answered; what is drawn anew is left out of it."""

    watcher: Watcher
    base: str
    seen: Seen = field(default_factory=dict)
    drawn: list[str] = field(default_factory=list)

    async def get(self, path: str) -> httpx.Response:
        return self._note(f"GET {path}", await self.watcher.browser.get(self.base + path))

    async def post(self, path: str, **form: str) -> httpx.Response:
        return self._note(f"POST {path}", await self.watcher.browser.post(self.base + path, **form))

    def _note(self, way: str, answer: httpx.Response) -> httpx.Response:
        where = answer.headers.get("location", "")
        self.seen[f"{len(self.seen):02} {way}"] = f"{answer.status_code} {where}\n{answer.text}"
        return answer

    def without(self, text: str) -> str:
        text = text.replace("\r\n ", "")  # a line of a feed that was folded
        for one in self.drawn:
            text = re.sub(rf"(/absagen/)?{one}\w*", "…", text)
        return same(re.sub(r'(/verlassen">.*name="stand" value=")[^"]*', r"\1…", text))

    def everything(self) -> Seen:
        return {self.without(way): self.without(answer) for way, answer in self.seen.items()}


def carried_along(html: str, after: str = "") -> dict[str, str]:
    """The hidden fields of the first form behind this text."""
    form = html.split(after, maxsplit=1)[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


async def books_for_her(walk: Walk, standing: Standing, day: date, *more: MemberCard) -> str:
    """As the pages lead: the form, what is free, the act; the path of its page."""
    people = {f"person-{one.public_id}": "ja" for one in [*_mia(standing), *more]}
    form = {"tag": day.isoformat(), "zeit": "ganz", "standort": standing.hall.slug, **people}
    preview = await walk.post("/buchen", **form)
    assert preview.status_code == 200, preview.text
    done = await walk.post("/buchen", **{**carried_along(preview.text, 'id="vorschau"'), "schritt": "buchen"})
    assert done.status_code == 303, done.text
    path = str(done.headers["location"]).removeprefix(walk.base)
    await walk.get(path)
    return path.split("?")[0]


def _mia(standing: Standing) -> list[MemberCard]:
    return [one for one in standing.members if one.person == standing.world.mia.id]


async def for_a_group(walk: Walk, standing: Standing, life: Life) -> None:
    """Booking for others, all of it given back, and booked again."""
    await walk.get("/buchen")
    act = await books_for_her(walk, standing, FOR_HER)
    if life.gives_back:
        key = await fetch_value("SELECT public_id FROM booking WHERE space = $1", standing.hall.id)
        await cancel(await acting(standing.world.mia), key, NOW)
    await walk.get(act)
    await walk.get("/buchen")
    await walk.post(f"{act}/zurueckgeben")
    await walk.get(act)
    for _ in range(3):
        await books_for_her(walk, standing, AGAIN, *[one for one in standing.members if one not in _mia(standing)])


async def for_the_company(walk: Walk, standing: Standing, _: Life) -> None:
    """Answering her request, giving her the seat, ordering more, a quote, other limits."""
    page = (await walk.get("/antraege")).text
    assert "Es ist viel zu tun." in page
    asked = await fetch_value("SELECT public_id FROM limit_request")
    await walk.post(f"/antraege/{asked}", tage="1", antwort="Gern")
    await walk.post(f"/plaetze/{standing.ids['seat']}", person=standing.ids["member"])
    await walk.get(f"/plaetze/{standing.ids['seat']}")
    offer = await walk.get(f"/tarife/{standing.ids['team_product']}?menge=2&beginn=2026-12-01")
    chosen = {"menge": "2", "beginn": "2026-12-01"}
    form = {**carried_along(offer.text, "<main"), **chosen}
    order = await walk.post(f"/tarife/{standing.ids['team_product']}", **form)
    assert order.status_code == 303, order.text
    await walk.get(str(order.headers["location"]).removeprefix(walk.base))
    await walk.post("/angebote", angebot=standing.ids["team_product"], menge="3")
    for path in (f"/grenzen/{standing.ids['member']}", "/grenzen"):
        shown = carried_along((await walk.get(path)).text, "<main")
        await walk.post(path, **{**shown, "tage": "1", "budget": "40", "was": "vorschau"})
        assert (await walk.post(path, **{**shown, "tage": "1", "budget": "40"})).status_code == 303
    for path in ("/antraege", "/grenzen", "/vertraege", "/plaetze", "/kontingent", "/personen", ""):
        await walk.get(path)


_DRAWN = " UNION ALL ".join(
    f"SELECT public_id FROM {table}"
    for table in (
        "booking",
        "team_act",
        "team_contract",
        "seat",
        "team_order",
        "team_document",
        "team_quote",
        "limit_request",
    )
)
"""What was made in a life has another public id in the other one."""

Acts = Callable[[Walk, Standing, Life], Awaitable[None]]


async def seen(standing: Standing, who: str, life: Life, acts: Sequence[Acts], *, until_later: bool = True) -> Seen:
    """All that somebody gets who does this in such a life: answers, mails, and every page of the team, that evening and
    when the month is over."""
    watcher, before = standing.watchers[who], await last_event()
    async with lived(standing, life):
        walk = Walk(watcher, f"/team/{standing.team.public_id}")
        for act in acts:
            await act(walk, standing, life)
        walk.drawn += [row["public_id"] for row in await fetch(_DRAWN) if row["public_id"] not in standing.ids.values()]
        found = walk.everything()
        mails = [text for address, text in await mails_since(before) if watcher.person.email in address]
        found |= {f"mail {number}": walk.without(text) for number, text in enumerate(mails)}
        found |= await watcher.sees(standing.ids, {}, OF_A_TEAM)
        if until_later:
            standing.clock.at = LATER
            await settle_due(LATER)
            await use_up_past(LATER, LATER.date())
            await close_team_months(LATER, LATER.date())
            found |= {f"{way} later": text for way, text in (await watcher.sees(standing.ids, {}, OF_A_TEAM)).items()}
        return {way: walk.without(answer) for way, answer in found.items()}


WHO: Mapping[str, Sequence[Acts]] = {"manager": (for_a_group, for_the_company), "assistant": (for_a_group,)}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("pair", PAIRS)
async def test_acting_for_a_team_tells_nothing_of_a_colleague(standing: Standing, who: str, pair: str) -> None:
    one, other = [await seen(standing, who, life, WHO[who]) for life in PAIRS[pair]]
    assert_same(one, other)


async def test_a_report_does_not_tell_how_much_she_had_used_when_the_team_booked_for_her(standing: Standing) -> None:
    """Whether the pool paid or money did is in no sum."""
    one, other = [await seen(standing, "manager", life, [for_a_group]) for life in HOW_MUCH]
    reports = [way for way in one if "/bericht" in way and way.endswith("later")]
    assert [way for way in reports if one[way].startswith("200")]
    assert [way for way in reports if one[way] != other[way]] == []


@pytest.mark.parametrize("who", WHO)
async def test_how_much_she_has_used_today_nobody_learns_today(standing: Standing, who: str) -> None:
    """What is left of a pool is told as of the last midnight; whether it still pays is not told by booking for her."""
    one, other = [await seen(standing, who, life, WHO[who], until_later=False) for life in HOW_MUCH]
    assert_same(one, other)


async def test_a_list_that_tells_who_gave_a_desk_back_is_found(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a page of the act that shows what became of it."""
    honest = booking_pages.act_of

    async def telling(person: int, team: int, public_id: str) -> ActCard:
        act = await honest(person, team, public_id)
        stands = await fetch_value(
            "SELECT EXISTS (SELECT FROM booking WHERE space = $1 AND status = 'confirmed')", standing.hall.id
        )
        return act if stands else replace(act, places=())

    monkeypatch.setattr(booking_pages, "act_of", telling)
    pair = PAIRS["a desk given back"]
    one, other = [await seen(standing, "assistant", life, [for_a_group], until_later=False) for life in pair]
    with pytest.raises(AssertionError, match="GET /buchen/"):
        assert_same(one, other)


def assert_same(one: Seen, other: Seen) -> None:
    told = [
        "\n".join([way, *unified_diff(text.split("\n"), other.get(way, "").split("\n"), n=0, lineterm="")])
        for way, text in one.items()
        if text != other.get(way)
    ]
    assert not told, "\n\n".join(told)
    assert one.keys() == other.keys()
    assert any("Mia Hammes" in text for text in one.values()), "it is about her"
