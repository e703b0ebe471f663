"""How long what was taken along is kept, and how often it is tried. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.kernel.refusals import Conflict, marked


class ExportState(StrEnum):
    """How far it is."""

    ORDERED = "ordered"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    DELETED = "deleted"


KEPT_FOR: Final[Sequence[tuple[date, timedelta]]] = ((date(2026, 1, 1), timedelta(days=7)),)
"""From which day on a file is kept how long; of what is made before, what held then stays."""

LISTED_FOR: Final = timedelta(days=365)
"""So long it is known who took the data along and when."""

OF_MONEY: Final = frozenset(
    {"opening_balance", "payer", "charge", "law_value", "product", "product_version", "price_list_entry", "concession"}
    | {
        "membership",
        "membership_terms",
        "membership_pause",
        "pass",
        "entitlement",
        "entitlement_entry",
        "ticket_charge",
        "shared_purse",
        "purse_member",
        "purse_extra",
        "limit_step",
        "team_contract",
        "team_contract_step",
        "seat",
        "seat_holding",
        "team_account",
    }
    | {"change_offer", "contract_order", "contract_document", "declaration", "fixed_desk", "fixed_desk_release"}
)
"""Tables that are not spoken of where the network is free of charge, and empty there."""

MOST_ATTEMPTS: Final = 5
RESTS: Final = timedelta(minutes=1)


class ExportUnderWay(Conflict):
    """One is being made already; it will have the same in it."""

    code = "export_under_way"
    text = marked("Eine Datei ist schon angefordert. Sobald sie fertig ist, steht sie hier.")


def kept_for(day: date) -> timedelta:
    """How long a file is kept that is made that day."""
    return next(kept for since, kept in reversed(KEPT_FOR) if since <= day)


def rests_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts that failed; None when it is enough."""
    return RESTS * attempts if attempts < MOST_ATTEMPTS else None
