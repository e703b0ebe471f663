"""From nothing to a bookable desk on a phone, as a new operator goes it."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.browser.addresses import OPERATOR, TOMORROW
from tests.browser.examination import findings, under_examination
from tests.browser.hands import Mouse, agree_and_pay
from tests.browser.visitors import PHONE, Visitors


async def test_a_space_is_set_up_and_booked_on_a_phone(visitors: Visitors, tmp_path: Path) -> None:
    photo = tmp_path / "IMG_0001.jpg"
    Image.new("RGB", (2400, 1600), "olive").save(photo)
    async with under_examination(visitors, OPERATOR) as (page, seen):
        await page.set_viewport_size({"width": PHONE, "height": 900})
        await page.emulate_media(reduced_motion="reduce")
        await page.goto("/betreiber/dorfwerk-maifeld")
        await page.get_by_role("link", name="Neuer Standort").click()
        await page.get_by_label("Name des Standorts").fill("Schulhaus Gering")
        await page.get_by_label("Straße und Hausnummer").fill("Hauptstraße 3")
        await page.get_by_label("Postleitzahl").fill("56751")
        await page.get_by_label("Ort", exact=True).fill("Gering")
        await page.get_by_role("button", name="Standort anlegen").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Veröffentlichen")
        await expect(page.get_by_role("button", name="Standort veröffentlichen")).to_have_count(0)
        assert not await findings(page)

        await page.get_by_role("link", name="Plätze oder Räume zum Buchen").click()
        await page.get_by_label("Welche Plätze?").fill("A1 bis A12")
        await page.get_by_role("button", name="Vorschau zeigen").click()
        await page.get_by_role("button", name="12 Plätze eintragen").click()
        await expect(page.get_by_role("link", name=re.compile("^Platz A"))).to_have_count(12)
        assert not await findings(page)

        await page.goto("/betrieb/schulhaus-gering/bilder")
        await page.get_by_label("Bild", exact=True).set_input_files(photo)
        await page.get_by_label("Was ist zu sehen?").fill("Das alte Schulhaus")
        await page.get_by_role("button", name="Bild hochladen").click()
        await expect(page.get_by_alt_text("Das alte Schulhaus")).to_be_visible()
        assert not await findings(page)

        await page.goto("/betrieb/schulhaus-gering/veroeffentlichen")
        await page.get_by_role("button", name="Standort veröffentlichen").click()
        await expect(page.get_by_role("status")).to_contain_text("Veröffentlicht")
        assert not seen.complaints

        await page.goto(f"/standorte/schulhaus-gering?tag={TOMORROW}&zeit=ganz&art=desk")
        await expect(page.get_by_role("main")).to_contain_text("12 von 12")
        await page.get_by_role("button", name="Auswahl prüfen").click()
        await agree_and_pay(page, Mouse(page), r"19,00\s€")
        await expect(page.get_by_role("status")).to_contain_text("Gebucht")
        booked = page.url

        await page.goto("/betrieb/schulhaus-gering/oeffnungszeiten")
        await page.get_by_label("Mittwoch").fill("18–20")
        await page.get_by_role("button", name="Zeiten speichern").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Gebucht außerhalb der neuen Zeiten")
        assert not await findings(page)
        await page.get_by_text("absagen", exact=True).click()
        await page.get_by_role("button", name="Zeiten speichern").click()
        await page.goto(booked)
        await expect(page.get_by_role("main")).to_contain_text("zu dieser Zeit nicht mehr geöffnet")

        await page.goto("/betrieb/schulhaus-gering/aufgeben")
        await page.get_by_role("button", name="Standort aufgeben").click()
        await expect(page.get_by_role("status")).to_contain_text("aufgegeben")


async def test_arrow_keys_move_the_pin_and_enter_saves(visitors: Visitors) -> None:
    async with visitors.visitor(OPERATOR) as (page, seen):
        await page.goto("/betrieb/regiohub-polch/angaben")
        lat, lng = page.locator("#lat"), page.locator("#lng")
        north, east = float(await lat.input_value()), float(await lng.input_value())
        pin = page.get_by_role("button", name="Nadel auf der Karte setzen")
        await pin.press("ArrowUp")
        await pin.press("Shift+ArrowRight")
        moved = float(await lat.input_value()), float(await lng.input_value())
        assert moved[0] - north == pytest.approx(20 / 111_195, rel=0.05)
        assert moved[1] - east == pytest.approx(200 / 111_195 / 0.638, rel=0.05)
        await pin.press("Enter")
        assert (float(await lat.input_value()), float(await lng.input_value())) == moved
        await lng.press("Enter")
        await expect(page.get_by_role("status").first).to_contain_text("Gespeichert")
        await expect(lat).to_have_value(str(moved[0]))
        await lat.fill(str(north))
        await lng.fill(str(east))
        await page.get_by_role("button", name="Angaben speichern").click()
        await expect(lat).to_have_value(str(north))
        assert not seen.complaints
