"""An employer's assistant on a first morning: the company's account, ten people in, and the first desks booked.

The way is gone by what the pages show alone. Seconds of deciding, clicking, typing and reading are counted as those of
a new operator are; the people that are invited act at the same time, so the slowest of them counts. They read what they
join; who then books knows how to find a desk.
"""

import asyncio
import re
import time

from playwright.async_api import expect

from tests.browser.newcomers import Newcomer, Thumb, open_mail
from tests.browser.visitors import PHONE, Visitors

FIFTEEN_MINUTES = 900
PEOPLE = ("Anna Adler", "Bernd Busch", "Clara Cron", "Dirk Daum", "Eva Ernst", "Falk Feld", "Gabi Groß", "Hans Hoff")
MORE_PEOPLE = ("Ines Ihl", "Jan Jung")


def address_of(person: str) -> str:
    return f"{person.split(maxsplit=1)[0].lower()}@holzbau-weber.example"


async def set_company_up(hand: Newcomer) -> None:
    """From the page for companies to an account of one's own and one of the company."""
    page = hand.page
    await hand.open("/firma")
    await hand.on("Firmenkonto anlegen")
    await hand.on("Konto anlegen")
    await hand.fill(name="Petra Weber", email="petra@holzbau-weber.example")
    await hand.send("Konto anlegen")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bitte sehen Sie in Ihr Postfach")
    await open_mail(page, "petra@holzbau-weber.example")
    await hand.press(page.frame_locator(".nw-frame").get_by_role("link", name="Adresse bestätigen"))
    await hand.send("Konto bestätigen")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Firmenkonto anlegen")
    await hand.fill(
        company="Holzbau Weber",
        legal_form="GmbH",
        street="Koblenzer Straße 12",
        postcode="56751",
        place="Polch",
        vat_id="DE136695976",
    )
    await hand.send("Firmenkonto anlegen")
    await expect(page.get_by_role("status")).to_contain_text("Das Firmenkonto ist angelegt.")


async def invite_and_buy(hand: Newcomer) -> None:
    """Ten addresses pasted out of another program; twenty days a month for all of them."""
    page = hand.page
    await hand.on("Weiter: Leute einladen")
    pasted = "\n".join(f"{person}, {address_of(person)}" for person in (*PEOPLE, *MORE_PEOPLE))
    await page.locator("#people").fill(pasted)
    await hand.press(page.locator("#people"))
    await hand.send("Einladungen senden")
    await expect(page.get_by_role("status")).to_contain_text("Die Einladungen sind unterwegs.")
    await hand.on("Weiter: Plätze oder Kontingent")
    await hand.press(page.get_by_role("main").get_by_role("link", name=re.compile("Auswählen.*Tage fürs Team", re.S)))
    await hand.fill(menge="20")
    await hand.send("Preis ausrechnen")
    await expect(page.get_by_role("main")).to_contain_text("20 Stück")
    await hand.send("Zahlungspflichtig bestellen")
    await expect(page.get_by_role("status")).to_contain_text("Bestellt.")


async def join(visitors: Visitors, person: str, *, books: bool) -> float:
    """From the mailed invitation into the team, and to a desk; seconds that the person needed."""
    async with visitors.visitor(width=PHONE, touch=True) as (page, seen):
        started, newcomer, member = time.perf_counter(), Thumb(page, is_new=True), Thumb(page)
        await open_mail(page, address_of(person))
        await newcomer.press(page.frame_locator(".nw-frame").get_by_role("link", name="Einladung ansehen"))
        await newcomer.send("Konto anlegen und beitreten")
        await expect(page.get_by_role("status")).to_contain_text("Sie gehören jetzt zum Team.")
        if books:
            await book_in_polch(member)
        assert not seen.complaints
        return newcomer.acting + newcomer.reading + member.acting + time.perf_counter() - started


async def book_in_polch(hand: Thumb) -> None:
    page = hand.page
    await hand.on("Platz buchen")
    await hand.write(page.get_by_label("Ort oder Postleitzahl"), "Polch")
    await hand.press(page.get_by_role("button", name="Suchen"))
    await hand.on("RegioHub Polch")
    await hand.send("Auswahl prüfen")
    await hand.press(page.locator("label", has_text="Ich habe die Hausordnung gelesen"))
    await hand.send("Platz buchen")
    await expect(page.get_by_role("status").first).to_contain_text("Gebucht")
    await expect(page.get_by_role("main")).to_contain_text("Tage fürs Team")


async def book_for_two(hand: Newcomer) -> None:
    """Desks side by side for two others."""
    page = hand.page
    await hand.press(page.get_by_role("link", name="Team", exact=True))
    await hand.on("Für andere buchen")
    for person in MORE_PEOPLE:
        await hand.press(page.get_by_role("main").locator("label", has_text=person))
    await page.locator("#standort").select_option("regiohub-mayen")
    await hand.press(page.locator("#standort"))
    await hand.send("Zeigen, was frei ist")
    await hand.send("2 Plätze buchen")
    await expect(page.get_by_role("status").first).to_contain_text("Gebucht.")


async def test_company_ten_people_and_first_bookings_within_fifteen_minutes(visitors: Visitors) -> None:
    started = time.perf_counter()
    async with visitors.visitor() as (page, seen):
        hand = Newcomer(page, is_new=True)
        await set_company_up(hand)
        await invite_and_buy(hand)
        first = await join(visitors, PEOPLE[0], books=True)
        others = await asyncio.gather(*(join(visitors, person, books=False) for person in (*PEOPLE[1:], *MORE_PEOPLE)))
        await book_for_two(hand)
        assert not seen.complaints
    waiting = time.perf_counter() - started
    slowest = max(first, *others)
    print(
        f"{hand.presses} presses, {hand.acting:.0f} s of them and typing, {hand.reading:.0f} s reading,"
        f" {slowest:.0f} s the slowest of the others, {waiting:.0f} s in the browser"
    )
    assert hand.acting + hand.reading + slowest + waiting < FIFTEEN_MINUTES
