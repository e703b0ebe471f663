"""What the tables of plans hold about a person, for the person."""

from collections.abc import Sequence
from typing import Final

from app.identity.own_data import Section
from app.kernel.refusals import marked

PLANS: Final[Sequence[Section]] = (
    Section(
        "memberships",
        marked("Mitgliedschaften mit ihren Bedingungen"),
        "membership JOIN membership_terms ON membership_terms.membership = membership.id"
        " WHERE membership.person = $1 ORDER BY membership.id, membership_terms.valid_from, membership_terms.id",
        {
            "id": "membership.public_id",
            "terms": "membership_terms.terms",
            "price_class": "membership_terms.price_class",
            "valid_from": "membership_terms.valid_from",
            "ordered_at": "membership.ordered_at",
            "starts_on": "membership.starts_on",
            "noticed_at": "membership.noticed_at",
            "ends_on": "membership.ends_on",
        },
    ),
    Section(
        "change_offers",
        marked("Neue Bedingungen, die Ihnen angeboten wurden"),
        "change_offer JOIN membership ON membership.id = change_offer.membership"
        " JOIN product_version ON product_version.id = change_offer.product_version"
        " WHERE membership.person = $1 ORDER BY change_offer.id",
        {
            "id": "change_offer.public_id",
            "membership": "membership.public_id",
            "terms": "product_version.terms",
            "valid_from": "change_offer.valid_from",
            "offered_at": "change_offer.offered_at",
            "answered_at": "change_offer.answered_at",
            "is_accepted": "change_offer.is_accepted",
            "withdrawn_at": "change_offer.withdrawn_at",
        },
    ),
    Section(
        "passes",
        marked("Karten, die Sie gekauft haben"),
        "pass WHERE pass.person = $1 ORDER BY pass.id",
        {
            "id": "pass.public_id",
            "terms": "pass.terms",
            "price_class": "pass.price_class",
            "bought_at": "pass.bought_at",
            "noticed_at": "pass.noticed_at",
            "withdrawn_at": "pass.withdrawn_at",
        },
    ),
    Section(
        "declarations",
        marked("Kündigungen und Widerrufe, die Sie erklärt haben"),
        "declaration WHERE declaration.person = $1 ORDER BY declaration.id",
        {
            "id": "declaration.public_id",
            "kind": "declaration.kind",
            "reason": "declaration.reason",
            "name": "declaration.name",
            "contract": "declaration.contract",
            "email": "declaration.email",
            "wished_end": "declaration.wished_end",
            "received_at": "declaration.received_at",
            "outcome": "declaration.outcome",
            "settled_at": "declaration.settled_at",
            "answer": "declaration.answer",
            "charged": "declaration.charged",
            "owed": "declaration.owed",
        },
    ),
    Section(
        "entitlements",
        marked("Guthaben"),
        "entitlement LEFT JOIN entitlement AS credit ON credit.id = entitlement.credit"
        " WHERE entitlement.person = $1 ORDER BY entitlement.id",
        {
            "id": "entitlement.public_id",
            "unit": "entitlement.unit",
            "source": "entitlement.source",
            "name": "entitlement.label_de",
            "starts_on": "entitlement.starts_on",
            "ends_on": "entitlement.ends_on",
            "left": "entitlement.left_units",
            "held": "entitlement.held_units",
            "bought_out_of": "credit.public_id",
        },
    ),
    Section(
        "entitlement_entries",
        marked("Jede Änderung der Guthaben"),
        "entitlement_entry JOIN entitlement ON entitlement.id = entitlement_entry.entitlement"
        " LEFT JOIN entitlement AS ticket ON ticket.id = entitlement_entry.ticket"
        " WHERE entitlement.person = $1 OR entitlement_entry.person = $1 ORDER BY entitlement_entry.id",
        {
            "entitlement": "entitlement.public_id",
            "change": "entitlement_entry.change",
            "left_change": "entitlement_entry.left_change",
            "held_change": "entitlement_entry.held_change",
            "day": "entitlement_entry.day",
            "for_bought_day": "ticket.public_id",
            "at": "entitlement_entry.at",
            "by_staff": "entitlement_entry.actor IS NOT NULL",
            "reason": "entitlement_entry.reason",
        },
    ),
    Section(
        "concessions",
        marked("Ermäßigungen und ihre Nachweise"),
        "concession LEFT JOIN operator ON operator.id = concession.operator WHERE concession.person = $1"
        " ORDER BY concession.id",
        {
            "operator": "operator.name",
            "price_class": "concession.price_class",
            "proof": "concession.proof",
            "answer": "concession.answer",
            "checked_by_staff": "concession.checked_by IS NOT NULL",
            "asked_at": "concession.asked_at",
            "checked_at": "concession.checked_at",
            "ends_on": "concession.ends_on",
            "ended_at": "concession.ended_at",
        },
    ),
    Section(
        "fixed_desks",
        marked("Feste Plätze"),
        "fixed_desk JOIN membership ON membership.id = fixed_desk.membership"
        " JOIN resource ON resource.id = fixed_desk.resource JOIN space ON space.id = resource.space"
        " WHERE membership.person = $1 ORDER BY fixed_desk.id",
        {
            "membership": "membership.public_id",
            "space": "space.name",
            "desk": "resource.name",
            "first_day": "fixed_desk.first_day",
            "last_day": "fixed_desk.last_day",
            "ended_because": "fixed_desk.ended_because",
            "withdrawn_at": "fixed_desk.withdrawn_at",
            "assigned_by_staff": "fixed_desk.assigned_by <> membership.person",
            "assigned_at": "fixed_desk.assigned_at",
            "released_days": "(SELECT array_agg(fixed_desk_release.day ORDER BY fixed_desk_release.day)"
            " FROM fixed_desk_release WHERE fixed_desk_release.fixed_desk = fixed_desk.id"
            " AND fixed_desk_release.taken_back_at IS NULL)",
        },
    ),
    Section(
        "orders",
        marked("Bestellungen und was Sie dabei erklärt haben"),
        "contract_order LEFT JOIN operator ON operator.id = contract_order.seller WHERE contract_order.person = $1"
        " ORDER BY contract_order.id",
        {
            "id": "contract_order.public_id",
            "number": "contract_order.number",
            "seller": "operator.name",
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
            "by_staff": "contract_order.placed_by IS NOT NULL",
            "placed_at": "contract_order.placed_at",
        },
    ),
    Section(
        "contract_documents",
        marked("Dokumente zu Ihren Verträgen"),
        "contract_document WHERE contract_document.person = $1 ORDER BY contract_document.id",
        {
            "id": "contract_document.public_id",
            "title": "contract_document.title",
            "language": "contract_document.language",
            "content": "contract_document.content",
            "made_at": "contract_document.made_at",
        },
    ),
)
