"""What a consumer has to say before a paid booking that begins within the days to withdraw (BGB § 356 Abs. 4)."""

from datetime import datetime, timedelta

from app.billing.consumers import is_consumer
from app.billing.queries import law_values
from app.kernel.refusals import Refusal, marked


class EarlyStartNotAsked(Refusal):
    """A consumer has not said to want it before the right to withdraw is over, and to know that this ends it."""

    code = "early_start_not_asked"
    text = marked("Bitte beide Erklärungen ankreuzen: Die Buchung beginnt, bevor die Widerrufsfrist vorbei ist.")


async def must_ask_for_early_start(person: int | None, starts_at: datetime, now: datetime) -> bool:
    """Whether who pays for a booking that starts then orders as a consumer and could still withdraw by then."""
    days = (await law_values(now.date()))["withdrawal_days"]
    return starts_at < now + timedelta(days=days) and await is_consumer(person)
