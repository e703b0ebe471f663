"""Whether a company has an account already: by VAT id, Leitweg-ID, or name and postcode.

Who founds an account is told that there is one, and nothing of it; the network's administrators see which ones are
probably of one company.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Final

from app.identity.rules import Actor
from app.kernel.refusals import Conflict, marked
from app.platform.database import fetch
from app.platform.rate_limits import Limit, address_key, hit
from app.teams.company import CompanyDetails, usable_company

ASKED_BY_PERSON: Final = Limit("companies_asked_by", 20, timedelta(days=1))
ASKED_FROM_ADDRESS: Final = Limit("companies_asked_from", 60, timedelta(days=1))
"""How often it is answered whether a company has an account."""

_FORMS: Final = re.compile(
    r"\b(gmbh|ggmbh|mbh|ug|ag|kg|kgaa|ohg|gbr|egbr|eg|ek|se|partg|partgmbb|ev|co|haftungsbeschraenkt|und)\b"
)
_JOINED: Final = re.compile(r"(?<=\b\w)\.\s?(?=\w\b)")
_NO_LETTER: Final = re.compile(r"[\W_]+")
_SPELT_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class CompanyKnown(Conflict):
    """There is an account of this company; another one is founded by who insists."""

    code = "company_known"
    text = marked("Diese Firma hat schon ein Konto, wie es aussieht. Lassen Sie sich einladen, oder fragen Sie uns.")


@dataclass(frozen=True, slots=True)
class CompanyMarks:
    """By what a company is known again; what is empty is no mark."""

    name: str
    postcode: str
    vat_id: str = ""
    leitweg_id: str = ""

    def shared_with(self, other: "CompanyMarks") -> str | None:
        """The field of the form by which both are probably one company."""
        for field in ("vat_id", "leitweg_id"):
            if getattr(self, field) and getattr(self, field) == getattr(other, field):
                return field
        is_same = self.name and (self.name, self.postcode) == (other.name, other.postcode)
        return "company" if is_same else None


def plain_name(company: str) -> str:
    """The name without legal form, spacing and signs, umlauts spelt out. 'Bäcker & Söhne e. K.' is 'baeckersoehne'."""
    spelt = unicodedata.normalize("NFC", company).lower().translate(_SPELT_OUT)
    letters = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    short = _FORMS.sub(" ", _NO_LETTER.sub(" ", _JOINED.sub("", letters)))
    return _NO_LETTER.sub("", short) or _NO_LETTER.sub("", letters)


async def demand_unknown(actor: Actor, wanted: CompanyDetails, address: str, now: datetime) -> None:
    """Raises CompanyKnown beside the field by which the company has an account already, TooMany, and what
    `checked_company` finds first. `address` is the asking program's."""
    clean = usable_company(wanted)
    if clean.payer is None:
        return
    await hit(ASKED_BY_PERSON, str(actor.person), now)
    await hit(ASKED_FROM_ADDRESS, address_key(address), now)
    own = CompanyMarks(plain_name(clean.payer.company), clean.payer.postcode, clean.payer.vat_id, clean.leitweg_id)
    fields = {own.shared_with(other) for other in (await _marks()).values()}
    for field in ("vat_id", "leitweg_id", "company"):
        if field in fields:
            raise CompanyKnown(field=field)


async def probable_doubles() -> Mapping[int, Sequence[int]]:
    """The keys of accounts that are probably of one company, by the key of each of them."""
    found: dict[int, list[int]] = {}
    for (one, marks), (other, others) in combinations((await _marks()).items(), 2):
        if marks.shared_with(others) is not None:
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
    return found


async def _marks() -> Mapping[int, CompanyMarks]:
    """Of all accounts that have not ended, by their keys."""
    rows: Sequence[Mapping[str, Any]] = await fetch(
        "SELECT t.id, p.company, p.postcode, p.vat_id, t.leitweg_id FROM team t JOIN payer p ON p.id = t.payer"
        " WHERE t.ended_at IS NULL ORDER BY t.id"
    )
    return {
        row["id"]: CompanyMarks(plain_name(row["company"]), row["postcode"], row["vat_id"], row["leitweg_id"])
        for row in rows
    }
