"""What billing's tables hold about a person, for the person."""

from collections.abc import Sequence
from typing import Final

from app.identity.own_data import Section
from app.kernel.refusals import marked

BILLING: Final[Sequence[Section]] = (
    Section(
        "payers",
        marked("Rechnungsadressen"),
        "payer WHERE payer.person = $1 ORDER BY payer.id",
        {
            "id": "payer.public_id",
            "kind": "payer.kind",
            "name": "payer.name",
            "company": "payer.company",
            "street": "payer.street",
            "postcode": "payer.postcode",
            "place": "payer.place",
            "email": "payer.email",
            "vat_id": "payer.vat_id",
            "created_at": "payer.created_at",
        },
    ),
    Section(
        "charges",
        marked("Beträge, die fällig wurden"),
        "charge JOIN payer ON payer.id = charge.payer LEFT JOIN operator ON operator.id = charge.seller"
        " WHERE payer.person = $1 ORDER BY charge.id",
        {
            "id": "charge.public_id",
            "seller": "operator.name",
            "what": "charge.what_de",
            "what_in_english": "charge.what_en",
            "amount": "charge.amount",
            "currency": "charge.currency",
            "supply_from": "charge.supply_from",
            "supply_until": "charge.supply_until",
            "made_at": "charge.made_at",
        },
    ),
)
