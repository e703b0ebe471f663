"""Ids and links for the pages of bars, and of the host who hardly signs in."""

from datetime import datetime, timedelta

from app.bookings.block_plan import CloseDays
from app.bookings.blocking import block, plan_block
from app.bookings.short_notice import read_token
from app.demo.cast import FREELANCER, RIVAL
from app.identity.queries import actor_of_person
from app.network.bars import bar_token
from app.network.evening_mail import EveningSetting, day_token, end_token, hosts_of
from app.network.managing import managed_space
from app.network.queries import space_by_slug
from app.plans.declarations import DeclarationKind, Declared, declare, receipt_token
from app.platform.database import fetch_value


async def links_of_people(key: bytes, now: datetime) -> dict[str, str]:
    """A bar of Andernach's, its day after tomorrow closed with a call list, the host's links of Polch; and where the
    network charges a contract, a declaration that ends one, and its receipt."""
    bar = await fetch_value("SELECT public_id FROM bar")
    rolf = await actor_of_person(await fetch_value("SELECT id FROM person WHERE email = $1", RIVAL.email))
    andernach = await managed_space(rolf, "regiohub-andernach")
    closing = CloseDays(((now + timedelta(days=2)).date(),), "Erkrankung")
    [closed] = await block(rolf, andernach, closing, (await plan_block(rolf, andernach, closing, now)).state, {}, now)
    told = await fetch_value("SELECT b.public_id FROM short_notice n JOIN booking b ON b.id = n.booking LIMIT 1")
    polch = await space_by_slug("regiohub-polch", now)
    assert polch is not None
    [host] = hosts_of(polch, EveningSetting())
    of_contracts = await _of_contracts(key, now) if await fetch_value("SELECT charges FROM network") else {}
    return {
        **of_contracts,
        "bar": bar,
        "bar_link": bar_token(bar, key),
        "closing": closed.public_id,
        "read_link": read_token(told, key),
        "day_link": day_token(polch, (now + timedelta(days=1)).date(), host, key),
        "end_link": end_token(polch, host, key),
    }


async def _of_contracts(key: bytes, now: datetime) -> dict[str, str]:
    said = Declared(DeclarationKind.ORDINARY, "Felix Born", "Mein Vertrag", "felix@example.org")
    declaration = await declare(said, None, "de", "192.0.2.1", now)
    contract = await fetch_value(
        "SELECT m.public_id FROM membership m JOIN person p ON p.id = m.person WHERE p.email = $1 LIMIT 1",
        FREELANCER.email,
    )
    return {
        "declaration": declaration.public_id,
        "receipt_link": receipt_token(declaration.public_id, key),
        "membership": contract,
        "contract": contract,
    }
