"""An operator that is free of charge in a network that is not: its spaces speak of no price."""

from app.bookings.queries import bookings_where
from app.platform.database import execute
from tests.demo.words_of_money import words_of_money
from tests.web.conftest import Site, said
from tests.worlds import TOMORROW, World


async def test_its_spaces_and_bookings_speak_of_no_price(site: Site, world: World) -> None:
    """Also where it once had prices, and where somebody has nothing that would pay. That it costs nothing may be said:
    elsewhere it does."""
    await execute("UPDATE network SET charges = true")
    await execute("UPDATE operator SET charges = false WHERE id = $1", world.operator)
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " SELECT id, 'desk', 1900, '2026-01-01', now() FROM operator"
    )
    browser = await site.browser(world.mia)
    summary = f"/buchen?standort={world.polch.slug}&art=desk&tag={TOMORROW}&zeit=ganz"
    async with site.program(world.mia) as program:
        wanted = {"space": world.polch.slug, "kind": "desk", "starts_at": f"{TOMORROW}T09:00:00+01:00"}
        booked = await program.post("/api/v1/bookings", json={**wanted, "ends_at": f"{TOMORROW}T12:00:00+01:00"})
    assert (booked.status_code, booked.json()["paid_by"]) == (201, "free")
    [booking] = await bookings_where("b.person = $1", world.mia.id)
    for address in (f"/standorte/{world.polch.slug}?tag={TOMORROW}", summary, f"/buchungen/{booking.public_id}"):
        page = await browser.get(address)
        assert page.status_code == 200
        assert words_of_money([said(page.text).replace("Kosten keine", "")], "de") == [], address
