"""What an operator sells itself, and who has bought it, for the operator. What the network sells stays with it."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

_SOLD_HERE: Final = (
    "(membership.seller = $1 OR pass.seller = $1 OR entitlement.seller = $1 OR credit.seller = $1"
    " OR (membership.id IS NULL AND pass.id IS NULL AND charge.seller = $1))"
)
_OF_ACCOUNT: Final = (
    " LEFT JOIN membership ON membership.id = entitlement.membership"
    " LEFT JOIN entitlement AS credit ON credit.id = entitlement.credit"
    " LEFT JOIN pass ON pass.id = coalesce(entitlement.pass, credit.pass)"
    " LEFT JOIN charge ON charge.id = entitlement.charge"
)
_PRICE_CLASS: Final = marked("Preisklasse: normal, resident, student, club oder municipality")
_TERMS: Final = marked("die vereinbarten Bedingungen: Preis, Tage, Stunden, wo und wann es gilt, Laufzeit")

PLANS: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "products",
        "product",
        marked("Ihre eigenen Tarife und Karten"),
        "product WHERE product.operator = $1 ORDER BY product.id",
        {
            "id": "product.public_id",
            "kind": "product.kind",
            "position": "product.position",
            "created_at": "product.created_at",
            "retired_at": "product.retired_at",
        },
        {"kind": marked("plan oder pass"), "retired_at": marked("seit wann nicht mehr zu kaufen")},
    ),
    ExportedTable(
        "product_versions",
        "product_version",
        marked("Fassungen Ihrer Tarife und Karten"),
        "product_version JOIN product ON product.id = product_version.product"
        " LEFT JOIN known AS maker ON maker.person = product_version.made_by"
        " WHERE product.operator = $1 ORDER BY product_version.id",
        {
            "product": "product.public_id",
            "number": "product_version.number",
            "terms": "product_version.terms",
            "valid_from": "product_version.valid_from",
            "written_by": "maker.id",
            "made_at": "product_version.made_at",
        },
        {
            "product": marked("Tarif oder Karte (products.id)"),
            "number": marked("Fassung, von 1 an gezählt"),
            "terms": marked("Preis, Tage, Stunden, wo und wann es gilt, Laufzeit"),
            "valid_from": marked("ab wann im Verkauf; leer: ein Entwurf"),
            "written_by": marked("wer sie geschrieben hat (people.id)"),
        },
    ),
    ExportedTable(
        "prices",
        "price_list_entry",
        marked("Ihre Preisliste, mit allem, was früher galt"),
        "price_list_entry LEFT JOIN space ON space.id = price_list_entry.space"
        " LEFT JOIN (resource JOIN space AS there ON there.id = resource.space)"
        " ON resource.id = price_list_entry.resource AND there.operator = $1"
        " WHERE price_list_entry.operator = $1 ORDER BY price_list_entry.id",
        {
            "space": "space.slug",
            "resource": "resource.public_id",
            "kind": "price_list_entry.kind",
            "price_class": "price_list_entry.price_class",
            "per_day": "price_list_entry.per_day",
            "per_half_day": "price_list_entry.per_half_day",
            "per_hour": "price_list_entry.per_hour",
            "currency": "price_list_entry.currency",
            "tax_code": "price_list_entry.tax_code",
            "valid_from": "price_list_entry.valid_from",
            "entered_at": "price_list_entry.entered_at",
        },
        {
            "price_class": _PRICE_CLASS,
            "per_day": marked("für einen Tag, mit Umsatzsteuer in Cent"),
            "per_half_day": marked("für einen halben Tag, mit Umsatzsteuer in Cent"),
            "per_hour": marked("für eine Stunde, mit Umsatzsteuer in Cent"),
            "tax_code": marked("Umsatzsteuer: standard, reduced oder exempt"),
        },
    ),
    ExportedTable(
        "concessions",
        "concession",
        marked("Ermäßigungen an Ihren Standorten und wer den Nachweis gesehen hat"),
        "concession JOIN known ON known.person = concession.person"
        " LEFT JOIN known AS checker ON checker.person = concession.checked_by"
        " WHERE concession.operator = $1 ORDER BY concession.id",
        {
            "id": "concession.public_id",
            "person": "known.id",
            "price_class": "concession.price_class",
            "proof": "concession.proof",
            "checked_by": "checker.id",
            "checked_at": "concession.checked_at",
            "asked_at": "concession.asked_at",
            "ends_on": "concession.ends_on",
            "ended_at": "concession.ended_at",
            "answer": "concession.answer",
        },
        {
            "price_class": _PRICE_CLASS,
            "proof": marked("was gezeigt wurde"),
            "checked_by": marked("wer den Nachweis gesehen hat (people.id)"),
            "checked_at": marked("wann gesehen"),
            "asked_at": marked("wann gefragt wurde"),
            "ends_on": marked("letzter Tag"),
            "ended_at": marked("wann vorher beendet oder abgelehnt"),
        },
    ),
    ExportedTable(
        "memberships",
        "membership",
        marked("Mitgliedschaften in Ihren eigenen Tarifen"),
        "membership JOIN payer ON payer.id = membership.payer LEFT JOIN known ON known.person = membership.person"
        " WHERE membership.seller = $1 ORDER BY membership.id",
        {
            "id": "membership.public_id",
            "person": "known.id",
            "payer": "payer.public_id",
            "ordered_at": "membership.ordered_at",
            "starts_on": "membership.starts_on",
            "first_term_ends_on": "membership.first_term_ends_on",
            "noticed_at": "membership.noticed_at",
            "ends_on": "membership.ends_on",
            "ended_because": "membership.ended_because",
        },
        {
            "payer": marked("Rechnungsadresse (payers.id)"),
            "ordered_at": marked("wann bestellt"),
            "starts_on": marked("erster Tag"),
            "first_term_ends_on": marked("letzter Tag der ersten Laufzeit"),
            "noticed_at": marked("wann gekündigt"),
            "ends_on": marked("letzter Tag; leer: sie läuft weiter"),
            "ended_because": marked("weshalb sie endet"),
        },
    ),
    ExportedTable(
        "membership_terms",
        "membership_terms",
        marked("Was in diesen Mitgliedschaften vereinbart ist, und ab wann"),
        "membership_terms JOIN membership ON membership.id = membership_terms.membership"
        " JOIN product_version ON product_version.id = membership_terms.product_version"
        " JOIN product ON product.id = product_version.product"
        " WHERE membership.seller = $1 ORDER BY membership_terms.id",
        {
            "membership": "membership.public_id",
            "product": "product.public_id",
            "number": "product_version.number",
            "terms": "membership_terms.terms",
            "price_class": "membership_terms.price_class",
            "valid_from": "membership_terms.valid_from",
            "agreed_at": "membership_terms.agreed_at",
        },
        {
            "membership": marked("Mitgliedschaft (memberships.id)"),
            "product": marked("Tarif (products.id)"),
            "number": marked("Fassung des Tarifs"),
            "terms": _TERMS,
            "price_class": _PRICE_CLASS,
            "agreed_at": marked("wann vereinbart"),
        },
    ),
    ExportedTable(
        "change_offers",
        "change_offer",
        marked("Neue Bedingungen, die Sie in diesen Mitgliedschaften angeboten haben, und die Antworten"),
        "change_offer JOIN membership ON membership.id = change_offer.membership"
        " JOIN product_version ON product_version.id = change_offer.product_version"
        " JOIN product ON product.id = product_version.product"
        " WHERE membership.seller = $1 ORDER BY change_offer.id",
        {
            "id": "change_offer.public_id",
            "membership": "membership.public_id",
            "product": "product.public_id",
            "number": "product_version.number",
            "valid_from": "change_offer.valid_from",
            "offered_at": "change_offer.offered_at",
            "answered_at": "change_offer.answered_at",
            "is_accepted": "change_offer.is_accepted",
            "withdrawn_at": "change_offer.withdrawn_at",
        },
        {
            "membership": marked("Mitgliedschaft (memberships.id)"),
            "product": marked("Tarif (products.id)"),
            "number": marked("angebotene Fassung des Tarifs"),
            "offered_at": marked("wann angeboten"),
            "answered_at": marked("wann beantwortet; leer: keine Antwort, es bleibt beim Bisherigen"),
            "is_accepted": marked("ob zugestimmt"),
            "withdrawn_at": marked("wann durch eine neuere Frage ersetzt"),
        },
    ),
    ExportedTable(
        "membership_pauses",
        "membership_pause",
        marked("Tage, an denen diese Mitgliedschaften ruhen"),
        "membership_pause JOIN membership ON membership.id = membership_pause.membership"
        " WHERE membership.seller = $1 ORDER BY membership_pause.id",
        {
            "membership": "membership.public_id",
            "first": "membership_pause.first",
            "last": "membership_pause.last",
            "asked_at": "membership_pause.asked_at",
        },
        {
            "membership": marked("Mitgliedschaft (memberships.id)"),
            "first": marked("erster Tag"),
            "last": marked("letzter Tag"),
            "asked_at": marked("wann gewünscht"),
        },
    ),
    ExportedTable(
        "passes",
        "pass",
        marked("Karten, die Sie verkauft oder übernommen haben"),
        "pass LEFT JOIN known ON known.person = pass.person LEFT JOIN payer ON payer.id = pass.payer"
        " LEFT JOIN product_version ON product_version.id = pass.product_version"
        " LEFT JOIN product ON product.id = product_version.product LEFT JOIN charge ON charge.id = pass.charge"
        " WHERE pass.seller = $1 ORDER BY pass.id",
        {
            "id": "pass.public_id",
            "person": "known.id",
            "payer": "payer.public_id",
            "product": "product.public_id",
            "number": "product_version.number",
            "charge": "charge.public_id",
            "terms": "pass.terms",
            "price_class": "pass.price_class",
            "is_trial": "pass.is_trial",
            "bought_at": "pass.bought_at",
            "noticed_at": "pass.noticed_at",
            "withdrawn_at": "pass.withdrawn_at",
            "ended_on": "pass.ended_on",
        },
        {
            "payer": marked("Rechnungsadresse (payers.id)"),
            "product": marked("Karte (products.id); leer: eine übernommene Papierkarte"),
            "number": marked("Fassung der Karte"),
            "charge": marked("Betrag, der dafür fällig wurde (charges.id)"),
            "terms": _TERMS,
            "price_class": _PRICE_CLASS,
            "is_trial": marked("ob es ein Probetag ist"),
            "bought_at": marked("wann gekauft"),
            "noticed_at": marked("wann gekündigt"),
            "withdrawn_at": marked("wann widerrufen"),
            "ended_on": marked("letzter Tag, sobald ihr Guthaben ohne die Person ist"),
        },
    ),
    ExportedTable(
        "entitlements",
        "entitlement",
        marked("Guthaben aus dem, was Sie verkauft haben"),
        f"entitlement{_OF_ACCOUNT} LEFT JOIN known ON known.person = entitlement.person"
        f" WHERE {_SOLD_HERE} ORDER BY entitlement.id",
        {
            "id": "entitlement.public_id",
            "person": "known.id",
            "membership": "membership.public_id",
            "pass": "pass.public_id",
            "charge": "charge.public_id",
            "credit": "credit.public_id",
            "unit": "entitlement.unit",
            "source": "entitlement.source",
            "label_de": "entitlement.label_de",
            "label_en": "entitlement.label_en",
            "starts_on": "entitlement.starts_on",
            "ends_on": "entitlement.ends_on",
            "scope": "entitlement.scope",
            "half_days": "entitlement.half_days",
            "no_show_spends": "entitlement.no_show_spends",
            "left": "entitlement.left_units",
            "held": "entitlement.held_units",
            "created_at": "entitlement.created_at",
            "expired_at": "entitlement.expired_at",
        },
        {
            "person": marked("people.id; leer: zwölf Monate nach dem Ende bleibt das Guthaben ohne die Person"),
            "membership": marked("Mitgliedschaft (memberships.id)"),
            "pass": marked("Karte (passes.id)"),
            "charge": marked("der Tag, der für eine Buchung gekauft wurde (charges.id)"),
            "credit": marked("das Guthaben in Geld, aus dem dieser Tag gekauft wurde (entitlements.id)"),
            "unit": marked("desk_day (in halben Tagen), room_minute (in Minuten) oder money (in Cent)"),
            "source": marked("team, membership, pass oder credit"),
            "label_de": marked("wie es heißt, deutsch"),
            "label_en": marked("wie es heißt, englisch"),
            "starts_on": marked("erster Tag"),
            "ends_on": marked("letzter Tag"),
            "scope": marked("wo und wann es gilt; leer: überall"),
            "half_days": marked("ob halbe Tage möglich sind"),
            "no_show_spends": marked("ob verbraucht ist, wofür niemand kam"),
            "left": marked("wie viel übrig ist; leer: unbegrenzt"),
            "held": marked("wie viel für Buchungen vorgemerkt ist"),
            "expired_at": marked("wann es endete"),
        },
    ),
    ExportedTable(
        "entitlement_entries",
        "entitlement_entry",
        marked("Jede Änderung dieser Guthaben; die Summe ist, was übrig ist"),
        f"entitlement_entry JOIN entitlement ON entitlement.id = entitlement_entry.entitlement{_OF_ACCOUNT}"
        " LEFT JOIN entitlement AS ticket ON ticket.id = entitlement_entry.ticket"
        " LEFT JOIN (booking JOIN space ON space.id = booking.space)"
        " ON booking.id = entitlement_entry.booking AND space.operator = $1"
        " LEFT JOIN known ON known.person = entitlement_entry.person"
        " LEFT JOIN known AS adjuster ON adjuster.person = entitlement_entry.actor"
        f" WHERE {_SOLD_HERE} ORDER BY entitlement_entry.id",
        {
            "entitlement": "entitlement.public_id",
            "change": "entitlement_entry.change",
            "left_change": "entitlement_entry.left_change",
            "held_change": "entitlement_entry.held_change",
            "booked_change": "entitlement_entry.booked_change",
            "person": "known.id",
            "day": "entitlement_entry.day",
            "step": "entitlement_entry.step",
            "booking": "booking.public_id",
            "ticket": "ticket.public_id",
            "at": "entitlement_entry.at",
            "adjusted_by": "adjuster.id",
            "reason": "entitlement_entry.reason",
        },
        {
            "entitlement": marked("Guthaben (entitlements.id)"),
            "change": marked("grant, hold, consume, release, expire oder adjust"),
            "left_change": marked("wie viel mehr oder weniger übrig ist"),
            "held_change": marked("wie viel mehr oder weniger vorgemerkt ist"),
            "booked_change": marked("wie viele Minuten (bei Geld: Cent) mehr oder weniger gebucht sind"),
            "step": marked("der wievielte Schritt dieses Tages"),
            "booking": marked("Buchung, wenn sie an Ihren Standorten ist (bookings.id)"),
            "ticket": marked("der Tag, der damit gekauft wurde (entitlements.id)"),
            "at": marked("wann"),
            "adjusted_by": marked("wer es geändert hat (people.id)"),
        },
    ),
)
"""Contracts, and the accounts that come from them."""
