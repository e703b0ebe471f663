"""The first-visit card as it belongs to a booking: who gets its codes, and when (docs/decisions/0018)."""

from dataclasses import dataclass
from datetime import datetime

from app.bookings.queries import BookingCard, has_been_there
from app.bookings.rules import CODES_SHOWN_BEFORE, may_see_codes, may_take_codes_along
from app.network.first_visit import CardText, card_text, codes_of, first_visit_of
from app.platform.language import Speaker


@dataclass(frozen=True, slots=True)
class ArrivalCard:
    """The card on a booking's page. `codes_from` is when the codes will stand there, None where they do or never will.

    `is_first` says that the person has never been there before.
    """

    text: CardText
    codes_from: datetime | None
    is_first: bool


async def arrival_card(booking: BookingCard, says: Speaker, now: datetime) -> ArrivalCard | None:
    """The card for the page of this booking, with codes from a day before its start to its end."""
    card = await first_visit_of(booking.space.id)
    if card is None:
        return None
    shown = may_see_codes(booking.status, booking.period, now)
    later = not shown and may_take_codes_along(booking.status, booking.period, now)
    return ArrivalCard(
        text=card_text(card, await codes_of(booking.space.id) if shown else None, says),
        codes_from=booking.starts_at - CODES_SHOWN_BEFORE if later else None,
        is_first=not await has_been_there(booking.person, booking.space.id, now),
    )


async def card_to_take_along(booking: BookingCard, says: Speaker, now: datetime) -> CardText | None:
    """The card for a mail or a slip, with codes from the start, because it must work without signal."""
    card = await first_visit_of(booking.space.id)
    if card is None:
        return None
    may = may_take_codes_along(booking.status, booking.period, now)
    return card_text(card, await codes_of(booking.space.id) if may else None, says)
