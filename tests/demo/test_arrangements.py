"""What the demo network's operators have set, and that it keeps what the demo network promises."""

from datetime import timedelta

from app.bookings.consistency import disagreements
from app.inventory.booking_rules import BookingRules
from app.platform.database import fetch, fetch_value


async def test_desks_have_no_rules_and_no_working_day_is_closed(filled: str) -> None:
    assert await fetch_value("SELECT count(*) FROM resource WHERE kind = 'desk' AND rules IS NOT NULL") == 0
    assert [
        row["closes"].isoweekday() for row in await fetch("SELECT closes FROM blocker WHERE closes IS NOT NULL")
    ] == [6]
    blocked = "SELECT count(*) FROM claim c JOIN resource r ON r.id = c.resource WHERE c.reason = 'blocker'"
    assert (
        await fetch_value(f"{blocked} AND r.kind = 'desk' AND extract(isodow FROM c.starts_at + interval '6 h') < 6")
        == 0
    )
    assert BookingRules().days_ahead == timedelta(days=400).days


async def test_there_is_something_of_each_to_look_at(filled: str) -> None:
    for table in ("booking_rules", "person_group", "person_group_member", "organisation", "blocker"):
        assert await fetch_value(f"SELECT count(*) FROM {table}") > 0, table
    halls = await fetch("SELECT name, cardinality(parts) AS parts FROM resource WHERE parts <> '{}' ORDER BY name")
    assert [(row["name"], row["parts"]) for row in halls] == [("Karmelenberg", 2), ("Nette", 1)]


async def test_the_club_has_a_series_and_a_request_and_somebody_waits_behind_it(filled: str) -> None:
    """On any day something of the new parts is to be seen, and no desk is asked for."""
    assert await fetch_value("SELECT count(*) FROM booking WHERE series IS NOT NULL AND status = 'confirmed'") >= 1
    [request] = await fetch(
        "SELECT b.starts_at, r.kind, r.name FROM booking b JOIN resource r ON r.id = b.resource"
        " WHERE b.status = 'requested'"
    )
    assert (request["kind"], request["name"]) == ("room", "Karmelenberg")
    assert await fetch_value("SELECT count(*) FROM waiting WHERE starts_at = $1", request["starts_at"]) == 1


async def test_there_are_devices_and_a_webhook_whose_log_shows_what_it_is_for(filled: str) -> None:
    """The endpoint is switched off: a demo network sends nothing to anybody."""
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM device ORDER BY kind")]
    assert kinds == ["display", "door", "kiosk"]
    assert [row["is_active"] for row in await fetch("SELECT is_active FROM webhook_endpoint")] == [False]
    states = [row["state"] for row in await fetch("SELECT state FROM webhook_delivery ORDER BY id")]
    assert states == ["taken", "taken", "stopped"]
    assert await fetch_value("SELECT count(*) FROM webhook_attempt") == 4


async def test_bookings_and_claims_agree(filled: str) -> None:
    assert await disagreements() == []
