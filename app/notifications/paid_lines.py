"""What mails say of paying: what has paid, and that a consumer can withdraw. Free of charge they say nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.billing.consumers import is_consumer
from app.billing.queries import law_values
from app.bookings.paid_with import Billed, PaidWith, billed_by, billed_text, paid_text, paid_with, units_text
from app.bookings.queries import BookingCard
from app.kernel.money import Money
from app.kernel.refusals import marked
from app.platform.language import Speaker


async def paid_lines(bookings: Sequence[BookingCard], says: Speaker) -> list[tuple[str, str]]:
    """What has paid for bookings that are told together, added up by account and by seller, with what it is called."""
    lines = [(says.gettext(marked("Bezahlt mit")), text) for text in await _from_accounts(bookings, says)]
    due: dict[Billed, Money] = {}
    for booking in bookings:
        billed = await billed_by(booking)
        if billed is not None:
            before = due.get(billed, Money(0, booking.price.currency))
            due[billed] = Money(before.amount + booking.price.amount, before.currency)
    price = says.gettext(marked("Preis"))
    return lines + [(price, billed_text(billed, amount, says)) for billed, amount in due.items()]


async def _from_accounts(bookings: Sequence[BookingCard], says: Speaker) -> list[str]:
    by_account: dict[str, PaidWith] = {}
    for one in (await paid_with(bookings, says.language)).values():
        before = by_account.get(one.public_id)
        by_account[one.public_id] = one if before is None else replace(one, units=before.units + one.units)
    return [_with_what_is_left(one, says) for one in by_account.values()]


async def right_to_withdraw(bookings: Sequence[BookingCard], address: str, says: Speaker, now: datetime) -> str:
    """How whoever pays money as a consumer withdraws (BGB §§ 312f, 356a); nothing for anybody else."""
    paid = [one for one in bookings if one.charge is not None and one.price.amount and one.organisation is None]
    if not paid or not await is_consumer(paid[0].person):
        return ""
    days = (await law_values(now.date()))["withdrawal_days"]
    is_soon = min(one.period.starts_at for one in paid) < now + timedelta(days=days)
    text = (
        marked(
            "Sie können diesen Vertrag innerhalb von {days} Tagen ohne Grund widerrufen: {url}"
            " Ist die Buchung vorher vorbei, endet das Recht mit ihr."
        )
        if is_soon
        else marked("Sie können diesen Vertrag innerhalb von {days} Tagen ohne Grund widerrufen: {url}")
    )
    number = f"?vertrag={paid[0].public_id}" if len(paid) == 1 else ""
    return says.say(text, days=days, url=f"{address}/vertrag-widerrufen{number}")


def _with_what_is_left(paid: PaidWith, says: Speaker) -> str:
    text = paid_text(paid, says)
    if paid.left is None:
        return text
    return says.say(marked("{what}, übrig {left}"), what=text, left=units_text(paid.unit, paid.left, says))
