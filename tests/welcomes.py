"""First-visit cards and house rules for the tests' network."""

from datetime import datetime, timedelta

from app.network.house_rules import HouseRulesEdition, publish_house_rules
from app.platform.database import execute
from tests.worlds import NOW, APerson, ASpace

DOOR_CODE, WIFI_PASSWORD, HOST_NAME, HOST_PHONE = "77 31 09", "geheim-wlan-4711", "Hilde Hüterin", "02654 990099"
SECRETS = (DOOR_CODE, WIFI_PASSWORD, HOST_NAME, HOST_PHONE, HOST_PHONE.replace(" ", ""))
"""What opens doors and reaches the host; these words stand nowhere else."""


async def a_first_visit(space: ASpace, door: str = "key_box") -> None:
    """A card full of secrets."""
    await execute(
        "INSERT INTO first_visit (space, door, door_de, door_en, door_code, light_de, light_en, heating_de, wifi_name,"
        " wifi_password, toilet_de, quiet_de, phoning_de, host_name, host_phone, host_hours_de, host_hours_en,"
        " emergency_address, updated_at)"
        " VALUES ($1, $2, 'Links neben dem Briefkasten.', 'Left of the letter box.', $3, 'Schalter rechts.',"
        " 'Switch on the right.', 'Auf 3 drehen.', 'Nahwerk-Gast', $4, 'Hinten links.', 'Im Saal ist es leise.',"
        " 'In der Kabine.', $5, $6, 'werktags 8–18 Uhr', 'weekdays, 8:00–18:00', $7, $8)",
        space.id,
        door,
        DOOR_CODE,
        WIFI_PASSWORD,
        HOST_NAME,
        HOST_PHONE,
        "Bahnhofstraße 1, 56751 Polch, Hintereingang",
        NOW,
    )


async def an_edition(
    publisher: APerson, space: ASpace, text: str = "Bitte leise.", valid_from: datetime | None = None
) -> HouseRulesEdition:
    """One more edition of the space's house rules, which holds from yesterday unless another day is given."""
    yesterday = NOW - timedelta(days=1)
    at = valid_from or yesterday
    return await publish_house_rules(publisher.actor(), space.id, text, "", at, min(at, yesterday))
