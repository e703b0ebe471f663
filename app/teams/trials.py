"""Which company tries: each once, by its VAT id and by its name and address."""

import hashlib
import re
from typing import Final

from app.billing.payers import PayerDetails
from app.plans.team_purchases import TeamTrialUsed
from app.platform.database import fetch_value

_NO_LETTER: Final = re.compile(r"[\W_]+")


def company_mark(details: PayerDetails) -> str:
    """By which a company is known again, however it writes its name and address. Nobody reads it back."""
    plain = "|".join(
        _NO_LETTER.sub("", part.casefold()) for part in (details.company, details.street, details.postcode)
    )
    return hashlib.sha256(plain.encode()).hexdigest()


async def check_trial(purse: int, details: PayerDetails) -> None:
    """Raises TeamTrialUsed where this company, or this team, has tried already."""
    if await fetch_value(
        "SELECT EXISTS (SELECT FROM team_contract c JOIN payer p ON p.id = c.payer"
        " WHERE coalesce((c.terms->>'is_trial')::boolean, false)"
        " AND (c.purse = $1 OR c.trial_of = $2 OR (p.vat_id <> '' AND p.vat_id = $3)))",
        purse,
        company_mark(details),
        details.vat_id,
    ):
        raise TeamTrialUsed
