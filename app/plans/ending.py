"""How contracts end: by notice, for cause, or because a consumer withdraws from them. Pure.

The law: notice BGB §§ 312k, 314; withdrawal §§ 355, 356, 356a, 357a; deadlines § 193.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.kernel.refusals import Conflict, marked
from app.plans.timeline import months_later

UNINFORMED_MONTHS: Final = 12
"""So much longer somebody can withdraw who was not told of it (BGB § 356 Abs. 3)."""


class EndedBecause(StrEnum):
    """Why a contract has ended. Who withdraws pays for the days that were had, or nothing at all."""

    NOTICE = "notice"
    CAUSE = "cause"
    WITHDRAWN = "withdrawn"
    WITHDRAWN_FREE = "withdrawn_free"

    @property
    def is_withdrawal(self) -> bool:
        return self in (EndedBecause.WITHDRAWN, EndedBecause.WITHDRAWN_FREE)


class NotWithdrawable(Conflict):
    """There is no right to withdraw from this contract."""

    code = "not_withdrawable"
    text = marked("Diesen Vertrag kann man nicht widerrufen.")


class NoConsumer(NotWithdrawable):
    text = marked("Widerrufen können Verbraucher. Dieser Vertrag wurde für ein Unternehmen geschlossen.")


class BoughtOnTheSpot(NotWithdrawable):
    text = marked("Widerrufen kann man, was online oder am Telefon bestellt wurde. Das hier wurde vor Ort gekauft.")


class WithdrawalOver(NotWithdrawable):
    text = marked("Die Frist für den Widerruf ist am {last_day} abgelaufen.")


class FullyUsed(NotWithdrawable):
    text = marked("Alles ist verbraucht, und das Widerrufsrecht ist damit erloschen, wie Sie es bestätigt haben.")


class EndedAlready(Conflict):
    code = "contract_ended"
    text = marked("Dieser Vertrag ist schon beendet.")


@dataclass(frozen=True, slots=True)
class Stated:
    """What was told and declared when somebody ordered. Nothing of it is presumed to the consumer's cost."""

    is_distance: bool = True
    was_informed: bool = True
    asked_for_early_start: bool = False
    knows_of_loss: bool = False

    @property
    def pays_for_use(self) -> bool:
        """Whether what was had until the withdrawal is paid for (BGB § 357a Abs. 2)."""
        return self.was_informed and self.asked_for_early_start


NOTHING_STATED: Final = Stated()


def last_day_to_withdraw(
    ordered_on: date, days: int, is_working_day: Callable[[date], bool], *, informed: bool
) -> date:
    """The last day on which it can be declared: so many days after the order, or the next working day."""
    last = (ordered_on if informed else months_later(ordered_on, UNINFORMED_MONTHS)) + timedelta(days=days)
    while not is_working_day(last):
        last += timedelta(days=1)
    return last


def share_of(price: int, used: int, granted: int) -> int:
    """What so much of something prepaid costs, in proportion, rounded half up to the minor unit."""
    return price if used >= granted else (2 * price * used + granted) // (2 * granted)
