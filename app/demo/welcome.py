"""First-visit cards and house rules in the demo network."""

from datetime import datetime, timedelta

from app.demo.content.catalogue import Bilingual, DemoSpace
from app.demo.content.network import demo_operators
from app.demo.content.spaces import demo_spaces
from app.demo.content.welcome import demo_first_visits, demo_house_rules
from app.demo.rows import copy_rows
from app.platform.database import fetch

RULES_HOLD_SINCE = timedelta(days=30)


async def enter_welcomes(now: datetime) -> None:
    """The card of every space, and the first edition of its house rules, which has held for a month."""
    keys = {row["slug"]: row["id"] for row in await fetch("SELECT slug, id FROM space")}
    cards = demo_first_visits()
    columns = [
        *("space", "door", "door_de", "door_en", "door_code", "light_de", "light_en", "heating_de", "heating_en"),
        *("wifi_name", "wifi_password", "toilet_de", "toilet_en", "quiet_de", "quiet_en", "phoning_de", "phoning_en"),
        *("host_name", "host_phone", "host_hours_de", "host_hours_en", "emergency_address", "updated_at"),
    ]
    await copy_rows("first_visit", columns, [_card_row(keys[space.slug], space, now) for space in demo_spaces()])
    operators = {operator.slug: operator.name for operator in demo_operators()}
    rules = []
    for space in demo_spaces():
        text = demo_house_rules()[cards[space.slug].rules]
        names = {"space": space.name, "operator": operators[space.operator]}
        german, english = (part.strip().format_map(names) for part in (text.de, text.en))
        rules.append((keys[space.slug], 1, german, english, now - RULES_HOLD_SINCE))
    await copy_rows("house_rules", ["space", "edition", "text_de", "text_en", "valid_from"], rules)


def _card_row(key: int, space: DemoSpace, now: datetime) -> tuple[object, ...]:
    card = demo_first_visits()[space.slug]
    return (
        key,
        card.door,
        *_both(card.door_text),
        card.code,
        *_both(card.light),
        *_both(card.heating),
        f"Nahwerk-{space.place}",
        card.wifi_password,
        *_both(card.toilet),
        *_both(card.quiet),
        *_both(card.phoning),
        card.host,
        card.host_phone,
        *_both(card.host_hours),
        f"{space.street}, {space.postcode} {space.place}, {card.floor}",
        now,
    )


def _both(text: Bilingual) -> tuple[str, str]:
    return text.de, text.en
