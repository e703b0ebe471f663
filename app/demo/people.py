"""What operators know of their guests in the demo network: notes, a bar that somebody objects to, and the hosts of a
space who are told in the evening who comes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.demo.cast import COMMUTER, FREELANCER, FRONT_DESK, GUEST, OPERATOR, RIVAL, Account
from app.demo.rows import make_ids_steady
from app.identity.queries import actor_of_person
from app.network.bars import NewBar, make_bar
from app.network.evening_mail import EveningSetting, set_evening
from app.network.member_notes import write_note
from app.network.objections import object_to_bar
from app.network.queries import SpaceCard, space_by_slug

_NOTES: Final = (
    (COMMUTER, "Sitzt am liebsten am Fenster."),
    (FREELANCER, "Hat einen Schlüssel für den Hintereingang."),
)
_REASON: Final = "Hat trotz zweier Gespräche im stillen Raum laut telefoniert."
_OBJECTION: Final = "Das zweite Mal war ein Notfall, ich habe mich entschuldigt. Ich bitte um eine zweite Chance."


async def enter_people(accounts: Mapping[Account, int], now: datetime) -> None:
    """Notes of the desk in Polch, a bar of Andernach's that waits for an answer, hosts of the smallest space."""
    frida, otto, rolf = [await actor_of_person(accounts[who]) for who in (FRONT_DESK, OPERATOR, RIVAL)]
    polch = await _space("regiohub-polch", now)
    for who, text in _NOTES:
        await write_note(frida, polch, accounts[who], text, now - timedelta(days=9))
    andernach = await _space("regiohub-andernach", now)
    barred = NewBar(accounts[GUEST], _REASON)
    bar = await make_bar(rolf, andernach.operator.id, barred, now - timedelta(days=3))
    await object_to_bar(bar, _OBJECTION, now - timedelta(days=1))
    bank = await _space("alte-bank-ochtendung", now)
    await set_evening(otto, bank, EveningSetting(True, emails=("host@nahwerk.example",)), now)
    for table in ("bar", "member_note"):
        await make_ids_steady(table, "true", "people", table)


async def _space(slug: str, now: datetime) -> SpaceCard:
    space = await space_by_slug(slug, now)
    assert space is not None, slug
    return space
