"""What was ordered of an operator's own plans and passes, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

ORDERS: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "orders",
        "contract_order",
        marked("Bestellungen Ihrer eigenen Tarife und Karten, mit dem, was dabei erklärt wurde"),
        "contract_order JOIN payer ON payer.id = contract_order.payer"
        " LEFT JOIN membership ON membership.id = contract_order.membership"
        " LEFT JOIN pass ON pass.id = contract_order.pass"
        " LEFT JOIN product_version ON product_version.id = contract_order.product_version"
        " LEFT JOIN product ON product.id = product_version.product"
        " LEFT JOIN known ON known.person = contract_order.person"
        " LEFT JOIN known AS placer ON placer.person = contract_order.placed_by"
        " WHERE contract_order.seller = $1 ORDER BY contract_order.id",
        {
            "id": "contract_order.public_id",
            "person": "known.id",
            "payer": "payer.public_id",
            "product": "product.public_id",
            "membership": "membership.public_id",
            "pass": "pass.public_id",
            "terms": "contract_order.terms",
            "price_class": "contract_order.price_class",
            "audience": "contract_order.audience",
            "amount": "contract_order.amount",
            "difference": "contract_order.difference",
            "currency": "contract_order.currency",
            "starts_on": "contract_order.starts_on",
            "adult_at": "contract_order.adult_at",
            "early_start_at": "contract_order.early_start_at",
            "early_loss_at": "contract_order.early_loss_at",
            "terms_valid_from": "contract_order.terms_valid_from",
            "notice_valid_from": "contract_order.notice_valid_from",
            "withdrawal_until": "contract_order.withdrawal_until",
            "placed_by": "placer.id",
            "placed_at": "contract_order.placed_at",
        },
        {
            "payer": marked("Rechnungsadresse (payers.id)"),
            "product": marked("Tarif oder Karte (products.id); leer: eine Tageskarte nach Preisliste"),
            "membership": marked("Mitgliedschaft (memberships.id)"),
            "pass": marked("Karte (passes.id)"),
            "terms": marked("die vereinbarten Bedingungen: Preis, Tage, Stunden, wo und wann es gilt, Laufzeit"),
            "price_class": marked("Preisklasse: normal, resident, student, club oder municipality"),
            "audience": marked("consumer oder business"),
            "amount": marked("Preis je Zeitraum oder der Karte, mit Umsatzsteuer in Cent"),
            "difference": marked("bei anderen Bedingungen: was der laufende Zeitraum mehr kostet, in Cent; sonst leer"),
            "starts_on": marked("erster Tag"),
            "adult_at": marked("wann erklärt: mindestens 18 Jahre alt"),
            "early_start_at": marked("wann verlangt: Beginn vor dem Ende der Widerrufsfrist"),
            "early_loss_at": marked("wann bestätigt: das Widerrufsrecht erlischt, wenn alles erfüllt ist"),
            "terms_valid_from": marked("Fassung der Nutzungsbedingungen, nach dem Beginn ihrer Geltung"),
            "notice_valid_from": marked("Fassung der Widerrufsbelehrung, nach dem Beginn ihrer Geltung"),
            "withdrawal_until": marked("letzter Tag der Widerrufsfrist; leer: kein Widerrufsrecht"),
            "placed_by": marked("wer an der Theke verkauft hat (people.id)"),
            "placed_at": marked("wann bestellt"),
        },
    ),
)
