"""From the first page to a booking, moved and cancelled: by mouse, without scripts, and by keyboard alone."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from app.demo.cast import PASSWORD
from tests.browser.addresses import TOMORROW
from tests.browser.hands import Keyboard, Mouse, agree_and_pay
from tests.browser.visitors import PHONE, Visitors

GUEST = "guest@demo.example"


async def a_free_desk(page: Page) -> tuple[Locator, str]:
    """The last one that can be chosen in the plan, and what it is called."""
    desk = page.locator("a.desk", has_text=re.compile(r"^\d+$")).last
    return desk, f"Platz {await desk.text_content()}"


async def follow_the_journey(page: Page, hand: Mouse) -> None:
    """Home, result, filter, other day, back, space, desk, summary, sign in, confirm, week, move, cancel."""
    await page.goto("/")
    await hand.write(page.get_by_label("Ort oder Postleitzahl"), "56751 Polch")
    await hand.press(page.get_by_role("button", name="Suchen"))
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\d+ freie Plätze nahe Polch"))

    await hand.press(page.get_by_role("link", name="stufenlos", exact=True))
    await expect(page).to_have_url(re.compile("filter=stufenlos"))
    spaces = await page.locator(".nw-space").count()
    tomorrow = page.locator(".nw-days [aria-current]")
    await expect(tomorrow).to_contain_text("25.11.")
    await hand.press(page.get_by_role("link", name=re.compile("Do 26.11.")))
    await expect(tomorrow).to_contain_text("26.11.")
    await page.go_back()
    await expect(tomorrow).to_contain_text("25.11.")
    await expect(page.get_by_role("link", name="stufenlos", exact=True)).to_have_attribute("aria-current", "true")
    await expect(page.locator(".nw-space")).to_have_count(spaces)

    await hand.press(page.get_by_role("link", name="RegioHub Polch", exact=True))
    await expect(page.get_by_role("link", name=re.compile("Alle Standorte nahe"))).to_be_visible()
    await expect(page.get_by_role("search")).to_have_count(0)
    desk, name = await a_free_desk(page)
    await hand.press(desk)
    await expect(page.locator(".nw-confirm")).to_contain_text(name)
    await expect(page.get_by_role("radio", name=re.compile(f"^{name},"))).to_be_checked()
    await hand.press(page.get_by_role("button", name="Auswahl prüfen"))

    await expect(page.get_by_role("main")).to_contain_text(name)
    await hand.press(page.get_by_role("link", name="Ich habe schon ein Konto"))
    await hand.write(page.get_by_label("E-Mail-Adresse"), GUEST)
    await hand.write(page.get_by_label("Passwort", exact=True), PASSWORD)
    await hand.press(page.locator("form.nw-form").get_by_role("button", name="Anmelden"))
    await expect(page.get_by_role("main")).to_contain_text(name)
    await agree_and_pay(page, hand, r"19,00\s€")
    await expect(page.get_by_role("status")).to_contain_text("Gebucht")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"RegioHub Polch, {name}")

    await hand.press(page.get_by_role("main").get_by_role("link", name="Meine Woche"))
    coming = page.locator(".nw-next")
    await expect(coming).to_contain_text("8–18 Uhr")
    await hand.press(coming.get_by_role("link", name="Verschieben"))
    await hand.press(page.get_by_role("link", name=re.compile("^Nachmittag")))
    await expect(page.locator(".nw-confirm")).to_contain_text("13–18 Uhr")
    await hand.press(page.get_by_role("button", name="Verschieben"))
    await expect(page.get_by_role("status")).to_contain_text("Verschoben")

    await hand.press(page.get_by_role("main").get_by_role("link", name="Absagen"))
    await hand.press(page.get_by_role("button", name="Absagen"))
    await expect(page.get_by_role("status")).to_contain_text("Abgesagt")
    await hand.press(page.get_by_role("main").get_by_role("link", name="Meine Woche"))
    await expect(coming).to_have_count(0)


@pytest.mark.parametrize(
    ("hand", "scripts"), [(Mouse, True), (Mouse, False), (Keyboard, True)], ids=["mouse", "no script", "keyboard"]
)
async def test_a_commuter_books_moves_and_cancels(visitors: Visitors, hand: type[Mouse], scripts: bool) -> None:
    async with visitors.visitor(scripts=scripts) as (page, seen):
        await follow_the_journey(page, hand(page))
    assert not seen.complaints


async def test_a_filter_changes_the_list_in_place(visitors: Visitors) -> None:
    """With a script the page is not loaded anew and the focus stays where it was."""
    async with visitors.visitor() as (page, _):
        await page.goto(f"/plaetze?ort=56751+Polch&tag={TOMORROW}")
        await page.evaluate("() => { window.isTheSamePage = true }")
        switch = page.get_by_role("link", name="nur freie")
        await switch.focus()
        await page.keyboard.press("Enter")
        await expect(switch).to_have_attribute("aria-current", "true")
        await expect(switch).to_be_focused()
        assert await page.evaluate("() => window.isTheSamePage")


async def test_a_desk_is_chosen_in_the_plan_at_once(visitors: Visitors) -> None:
    """With a script a press on the plan marks the desk in the list too, without asking the server."""
    async with visitors.visitor() as (page, seen):
        await page.goto(f"/standorte/regiohub-polch?tag={TOMORROW}")
        pages: list[str] = []
        page.on("framenavigated", lambda frame: pages.append(frame.url))
        desk, name = await a_free_desk(page)
        await desk.click()
        await expect(page.get_by_role("radio", name=re.compile(f"^{name},"))).to_be_checked()
        await expect(page.locator(".nw-confirm")).to_contain_text(name)
    assert pages == []
    assert not seen.complaints


async def test_the_map_folds_on_a_phone(visitors: Visitors) -> None:
    async with visitors.visitor(width=PHONE) as (page, _):
        await page.goto(f"/plaetze?ort=56751+Polch&tag={TOMORROW}")
        await expect(page.locator(".nw-map")).to_be_hidden()
        await page.get_by_text("Karte", exact=True).click()
        await expect(page.locator(".nw-map")).to_be_visible()


@pytest.mark.parametrize("forget", ["ort", "tag"])
async def test_an_error_stands_beside_its_field(visitors: Visitors, forget: str) -> None:
    async with visitors.visitor() as (page, _):
        await page.goto({"ort": "/plaetze?ort=Atlantis", "tag": "/plaetze?ort=Polch&tag=2020-01-01"}[forget])
        field = page.locator(f"#{forget}")
        await expect(field).to_have_attribute("aria-invalid", "true")
        said = page.locator(f"#{forget}-fehler")
        await expect(said).to_be_visible()
        await page.get_by_role("alert").get_by_role("link").first.click()
        await expect(field).to_be_focused()


async def test_the_first_view_of_the_search_is_light(visitors: Visitors) -> None:
    """Everything that Chromium loads for it, headers included, as it goes over the wire."""
    async with visitors.visitor(width=PHONE) as (page, _):
        wire = await page.context.new_cdp_session(page)
        await wire.send("Network.enable")
        sizes: list[float] = []
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        await page.goto(f"/plaetze?ort=56751+Polch&tag={TOMORROW}", wait_until="networkidle")
    assert len(sizes) > 5
    assert sum(sizes) < 200_000
