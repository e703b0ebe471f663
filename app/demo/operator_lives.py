"""The demo operators as legal entities with their tax status, one who has been invited and has not begun, and the draft
of a legal text."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from app.demo.content.catalogue import DemoNetwork
from app.demo.content.network import demo_operators
from app.demo.rows import copy_rows, steady_id
from app.network.queries import LegalSection
from app.platform.database import execute

_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "cooperative": ("eG", "Genossenschaftsregister Koblenz, GnR 00000 (Demo)"),
    "town": ("Eigenbetrieb einer Stadt", ""),
    "association_of_municipalities": ("Zweckverband", ""),
    "club": ("e. V.", "Vereinsregister Koblenz, VR 00000 (Demo)"),
    "company": ("GmbH", "Handelsregister Koblenz, HRB 00000 (Demo)"),
}
_DRAFT: Final = {
    "de": LegalSection("Werkstätten und Maschinen", ["Maschinen bedient nur, wer eingewiesen ist."]),
    "en": LegalSection("Workshops and machines", ["Only people who were shown how may use machines."]),
}


async def enter_lives(operators: Mapping[str, int], network: DemoNetwork, today: date, now: datetime) -> None:
    """Enters all of it; `operators` are the operators' keys by slug."""
    taxes = []
    for operator in demo_operators():
        form, register = _FORMS[operator.kind]
        await execute(
            "UPDATE operator SET legal_name = $2, legal_form = $3, street = $4, postcode = $5, place = $6,"
            " register = $7 WHERE id = $1",
            operators[operator.slug],
            operator.name,
            form,
            operator.street,
            operator.postcode,
            operator.place,
            register,
        )
        taxes.append((operators[operator.slug], operator.tax_status, date(today.year - 1, 1, 1), now))
        if operator.tax_status == "small_business":
            taxes.append((operators[operator.slug], "standard", date(today.year + 1, 1, 1), now))
    await copy_rows("tax_status", ["operator", "kind", "valid_from", "entered_at"], taxes)
    await execute(
        "INSERT INTO operator (public_id, slug, name, email, created_at, invited_at) VALUES ($1, $2, $3, $4, $5, $5)",
        steady_id("operator", "burgwerk-monreal"),
        "burgwerk-monreal",
        "Burgwerk Monreal",
        "burgwerk@nahwerk.example",
        now - timedelta(days=2),
    )
    for language, pages in (("de", network.german), ("en", network.english)):
        await execute(
            "INSERT INTO legal_text (kind, language, sections) VALUES ('terms', $1, $2)",
            language,
            msgspec.json.encode([*pages.terms.legal, _DRAFT[language]]).decode(),
        )
