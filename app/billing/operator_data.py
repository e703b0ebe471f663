"""What billing's tables hold of an operator that sells: what it has charged, and whom, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

BILLING: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "payers",
        "payer",
        marked("Rechnungsadressen derer, die bei Ihnen etwas gekauft haben"),
        "payer LEFT JOIN known ON known.person = payer.person"
        " WHERE EXISTS (SELECT FROM charge WHERE charge.payer = payer.id AND charge.seller = $1)"
        " OR EXISTS (SELECT FROM membership WHERE membership.payer = payer.id AND membership.seller = $1)"
        " OR EXISTS (SELECT FROM pass WHERE pass.payer = payer.id AND pass.seller = $1) ORDER BY payer.id",
        {
            "id": "payer.public_id",
            "person": "known.id",
            "kind": "payer.kind",
            "name": "payer.name",
            "company": "payer.company",
            "street": "payer.street",
            "postcode": "payer.postcode",
            "place": "payer.place",
            "country": "payer.country",
            "email": "payer.email",
            "vat_id": "payer.vat_id",
            "created_at": "payer.created_at",
        },
        {
            "person": marked("wer sich darum kümmert (people.id)"),
            "kind": marked("person oder business"),
            "company": marked("Firma, Verein oder Behörde"),
            "country": marked("Land"),
            "email": marked("E-Mail-Adresse für Rechnungen"),
            "vat_id": marked("Umsatzsteuer-Identifikationsnummer"),
        },
    ),
    ExportedTable(
        "charges",
        "charge",
        marked("Beträge, die bei Ihnen fällig wurden, und ihre Korrekturen"),
        "charge LEFT JOIN payer ON payer.id = charge.payer"
        " LEFT JOIN charge AS corrected ON corrected.id = charge.corrects"
        " WHERE charge.seller = $1 ORDER BY charge.id",
        {
            "id": "charge.public_id",
            "payer": "payer.public_id",
            "what_de": "charge.what_de",
            "what_en": "charge.what_en",
            "amount": "charge.amount",
            "currency": "charge.currency",
            "tax_code": "charge.tax_code",
            "voucher": "charge.voucher",
            "supply_from": "charge.supply_from",
            "supply_until": "charge.supply_until",
            "corrects": "corrected.public_id",
            "made_at": "charge.made_at",
        },
        {
            "payer": marked("Rechnungsadresse (payers.id); leer: die Frist, sie aufzubewahren, ist vorbei"),
            "what_de": marked("wofür, deutsch"),
            "what_en": marked("wofür, englisch"),
            "amount": marked("Betrag mit Umsatzsteuer in Cent; unter null: er wird zurückgenommen"),
            "tax_code": marked("Umsatzsteuer: standard, reduced oder exempt"),
            "voucher": marked("Gutschein im Sinn der Umsatzsteuer: none, single_purpose, multi_purpose oder advance"),
            "supply_from": marked("erster Tag der Leistung"),
            "supply_until": marked("letzter Tag der Leistung"),
            "corrects": marked("der Betrag, den dieser zurücknimmt (charges.id)"),
            "made_at": marked("wann fällig geworden"),
        },
    ),
)
"""Payers are shared by all sellers; an operator takes along those who have bought from it."""
