"""A new operator on a phone: from the mailed invitation, without help, to a desk that somebody has booked there.

The way is gone by what the pages show alone, on a slow line; seconds of deciding, tapping and typing follow the
Keystroke-Level Model, those of reading every page once as a whole its words; beside them stands how long the way took
in the browser, where nobody reads, types or decides.
"""

import asyncio
import re
import time
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.newcomers import Thumb, open_mail
from tests.browser.pace import on_a_slow_line
from tests.browser.visitors import PHONE, Visitors

TEN_MINUTES = 600


async def invited(network: Page, operator: str, email: str) -> None:
    """By the network's administrator."""
    await network.goto("/netzwerk/betreiber")
    await network.get_by_role("link", name=re.compile("einladen")).click()
    await network.get_by_label("Name des Betreibers").fill(operator)
    await network.get_by_label("Wer richtet ihn ein?").fill("Karin Kruft")
    await network.get_by_label("E-Mail-Adresse").fill(email)
    await network.get_by_role("button", name="Einladung senden").click()
    await expect(network.get_by_role("status")).to_contain_text("Die Einladung ist unterwegs")


async def set_operator_up(page: Page, hand: Thumb, operator: str) -> None:
    """Account, entity, tax status, team."""
    letter = page.frame_locator(".nw-frame")
    await hand.press(letter.get_by_role("link", name="Einladung ansehen"))
    await hand.fill(new="roter Bus im Mai")
    await hand.send("Einladung annehmen")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"{operator} einrichten")
    await hand.on("Weiter: Wer Sie sind")
    await expect(page.locator("#legal_name")).to_have_value(operator)
    await hand.fill(legal_form="eG", street="Bahnhofstraße 5", postcode="56642", place="Kruft")
    await hand.send("Angaben speichern")
    await hand.on("Steuern")
    await hand.press(page.locator("label", has_text="Kleinunternehmer"))
    await hand.fill(valid_from="2026-01-01")
    await hand.send("Angabe speichern")
    await hand.on("Team")
    await hand.fill(name="Theo Theke", email=f"theo@{operator.lower().replace(' ', '-')}.example")
    await hand.send("Einladung senden")
    await expect(page.get_by_role("main")).to_contain_text("Theo Theke")
    await hand.on("Weiter einrichten")


async def set_space_up(page: Page, hand: Thumb, operator: str, photo: Path) -> None:
    """The first space with its resources, hours, position and a photo, and publishing it."""
    await hand.on("Weiter: Erster Standort")
    await expect(page.locator("#street")).to_have_value("Bahnhofstraße 5")
    await hand.fill(name=operator)
    await hand.send("Standort anlegen")
    await hand.on("Weiter: Plätze eintragen")
    await hand.fill(names="A1 bis A12")
    await hand.send("Vorschau zeigen")
    await hand.send("12 Plätze eintragen")
    await hand.on("Weiter einrichten")
    await hand.press(page.get_by_role("listitem").filter(has_text="Öffnungszeiten"))  # the whole row is a target
    await hand.fill(day_6="9-13")
    await hand.send("Zeiten speichern")
    await hand.on("Weiter einrichten")
    await hand.on("Die genaue Lage auf der Karte")
    was = await page.locator("#lat").input_value()
    await hand.press(page.locator("input[type=image]"))
    await expect(page.locator("#lat")).not_to_have_value(was)
    await hand.send("Angaben speichern")
    await hand.on("Weiter einrichten")
    await hand.on("Bilder")
    await hand.choose_photo(page.locator("#photo"), photo)
    await hand.fill(alt_de="Der Laden von der Straße")
    await hand.send("Bild hochladen")
    await expect(page.get_by_alt_text("Der Laden von der Straße")).to_be_visible(timeout=60_000)
    await hand.on("Weiter einrichten")
    await hand.send("Standort veröffentlichen")
    await expect(page.get_by_role("status")).to_contain_text("Veröffentlicht")


async def book_there(page: Page, hand: Thumb, operator: str) -> None:
    """Somebody with an account finds the new space and books a desk."""
    await hand.open("/")
    await hand.write(page.get_by_label("Ort oder Postleitzahl"), "Kruft")
    await hand.press(page.get_by_role("button", name="Suchen"))
    await hand.on(operator)
    await hand.send("Auswahl prüfen")
    await hand.send("Platz buchen")
    await expect(page.get_by_role("status").first).to_contain_text("Gebucht")
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(rf"{operator}, Platz A\d+"))


async def test_a_desk_is_booked_within_ten_minutes_of_the_invitation(visitors: Visitors, tmp_path: Path) -> None:
    """Two at once, because a slow line is mostly waited for: one with scripts there, one without on a quick line."""
    photo = tmp_path / "IMG_0001.jpg"
    Image.effect_noise((3200, 2400), 12).convert("RGB").save(photo, quality=90)
    assert photo.stat().st_size > 2_000_000
    async with asyncio.TaskGroup() as ways:
        ways.create_task(from_invitation_to_booking(visitors, photo, "Dorfladen Kruft", scripts=True))
        ways.create_task(from_invitation_to_booking(visitors, photo, "Backhaus Kruft", scripts=False))


async def from_invitation_to_booking(visitors: Visitors, photo: Path, operator: str, *, scripts: bool) -> None:
    email = f"karin@{operator.split(maxsplit=1)[0].lower()}.example"
    async with visitors.visitor("network") as (network, _):
        await invited(network, operator, email)
    async with (
        visitors.visitor(width=PHONE, scripts=scripts, touch=True) as (page, seen),
        visitors.visitor("freelancer", width=PHONE, scripts=scripts, touch=True) as (guest, seen_too),
    ):
        await open_mail(page, email)
        hands = Thumb(page, is_new=True), Thumb(guest)
        for each in (page, guest) if scripts else ():
            await on_a_slow_line(each)
        started = time.perf_counter()
        await set_operator_up(page, hands[0], operator)
        await set_space_up(page, hands[0], operator, photo)
        await book_there(guest, hands[1], operator)
        acting, waiting = sum(hand.acting for hand in hands), time.perf_counter() - started
        presses, reading = sum(hand.presses for hand in hands), sum(hand.reading for hand in hands)
        print(f"{presses} taps, {acting:.0f} s of them and typing, {reading:.0f} s reading, {waiting:.0f} s waiting")
        assert acting + reading + waiting < TEN_MINUTES
        assert not seen.complaints
        assert not seen_too.complaints
