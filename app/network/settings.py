"""What the network says of itself on every page and in every mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Action, Actor, demand, usable_email, usable_phone
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, NotFound, marked
from app.network.charging import network_charges
from app.platform.database import execute, fetch_row, transaction

LONGEST: Final = 160
FIELDS: Final = (
    "name",
    "association",
    "phone",
    "phone_hours_de",
    "phone_hours_en",
    "email",
    "street",
    "postcode",
    "place",
    "tagline_de",
    "tagline_en",
)
_NEEDED: Final = frozenset({"name", "association"})
_ADDRESS: Final = frozenset({"street", "postcode", "place"})


class SettingUnusable(BadInput):
    code = "setting_unusable"
    text = marked("Bitte ausfüllen, mit höchstens {most} Zeichen.")


class SettingTooLong(BadInput):
    code = "setting_too_long"
    text = marked("Höchstens {most} Zeichen.")


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """The network's own words; hours and taglines in both languages, English ones may be empty."""

    name: str
    association: str
    phone: str
    phone_hours_de: str
    phone_hours_en: str
    email: str
    street: str
    postcode: str
    place: str
    tagline_de: str
    tagline_en: str

    def cleaned(self) -> "NetworkSettings":
        """With single spaces and without control characters."""
        return NetworkSettings(**{name: one_line(getattr(self, name)) for name in FIELDS})


async def network_settings(actor: Actor) -> NetworkSettings:
    """Raises NotAllowed, and NotFound before the network is set up."""
    demand(actor, Action.MANAGE_NETWORK)
    row = await fetch_row(f"SELECT {', '.join(FIELDS)} FROM network LIMIT 1")  # noqa: S608
    if row is None:
        raise NotFound
    return NetworkSettings(**row)


def check_settings(settings: NetworkSettings, *, sells: bool) -> list[BadInput]:
    """What is wrong with them, field by field. Half an address is none, and whoever sells must have one."""
    needs_address = sells or any(getattr(settings, name) for name in _ADDRESS)
    needed = _NEEDED | _ADDRESS if needs_address else _NEEDED
    found: list[BadInput] = []
    for name in FIELDS:
        text = getattr(settings, name)
        if name in needed and not any(c.isalnum() for c in text):
            found.append(SettingUnusable(field=name, most=LONGEST))
        elif len(text) > LONGEST:
            found.append(SettingTooLong(field=name, most=LONGEST))
    for field, check in (("phone", usable_phone), ("email", usable_email)):
        if getattr(settings, field):
            try:
                check(getattr(settings, field))
            except BadInput as refusal:
                found.append(refusal)
    return found


async def change_settings(actor: Actor, wanted: NetworkSettings, now: datetime) -> None:
    """They hold with the next page. Raises NotAllowed, and the first of `check_settings`."""
    demand(actor, Action.MANAGE_NETWORK)
    wanted = wanted.cleaned()
    for refusal in check_settings(wanted, sells=await network_charges()):
        raise refusal
    async with transaction():
        before = await network_settings(actor)
        changed = [name for name in FIELDS if getattr(before, name) != getattr(wanted, name)]
        sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(FIELDS, 1))
        await execute(f"UPDATE network SET {sets}", *(getattr(wanted, name) for name in FIELDS))  # noqa: S608
        if changed:
            await record("network.settings_changed", "network", None, actor, now, fields=changed)
