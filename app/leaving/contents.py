"""All that an operator takes along, and what stays and why. A new table has its entry in one of the two lists."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.billing.operator_data import BILLING
from app.bookings.operator_data import BOOKINGS
from app.calendars.operator_data import CALENDARS
from app.insights.operator_data import INSIGHTS
from app.inventory.operator_data import INVENTORY
from app.inventory.operator_hours_data import HOURS
from app.leaving.own_tables import OWN_TABLES
from app.network.operator_data import NETWORK
from app.network.operator_people_data import OPERATORS_PEOPLE
from app.notifications.operator_data import WEBHOOKS
from app.plans.desk_data import FIXED_DESKS
from app.plans.operator_data import PLANS
from app.plans.operator_orders_data import ORDERS
from app.platform.exported_tables import ExportedTable

TABLES: Final[Sequence[ExportedTable]] = (
    *NETWORK,
    *INVENTORY,
    *HOURS,
    *BOOKINGS,
    *FIXED_DESKS,
    *OPERATORS_PEOPLE,
    *PLANS,
    *BILLING,
    *ORDERS,
    *INSIGHTS,
    *CALENDARS,
    *WEBHOOKS,
    *OWN_TABLES,
)
"""In the order of the file."""

_SIGNING_IN = "how a person signs in is the person's own"
_EMPLOYERS = "who works for whom is between employers, their people and the network"
_MACHINE = "how the network's machinery works"

LEFT_OUT: Final[Mapping[str, str]] = {
    "ticket_charge": "by which prices a day was bought; the charge or the account's entry is in the file",
    "team": _EMPLOYERS,
    "team_member": _EMPLOYERS,
    "cost_centre": _EMPLOYERS,
    "colleague_sight": _EMPLOYERS,
    "team_day": _EMPLOYERS,
    "team_day_choice": _EMPLOYERS,
    "team_day_answer": _EMPLOYERS,
    "team_act": _EMPLOYERS,
    "team_act_place": _EMPLOYERS,
    "team_invitation": _EMPLOYERS,
    "join_link": _EMPLOYERS,
    "mail_domain": _EMPLOYERS,
    "team_upload": _EMPLOYERS,
    "identity_provider": _EMPLOYERS,
    "company_sign_in": _SIGNING_IN,
    "federated_identity": _SIGNING_IN,
    "shared_purse": _EMPLOYERS,
    "purse_member": _EMPLOYERS,
    "team_month": _EMPLOYERS,
    "team_agreement": _EMPLOYERS,
    "team_agreement_notice": _EMPLOYERS,
    "team_names_look": _EMPLOYERS,
    "entitlement.purse": _EMPLOYERS,
    "network": "the network's own name and contact, which stand on every page",
    "session": _SIGNING_IN,
    "mailed_link": _SIGNING_IN,
    "api_token": _SIGNING_IN,
    "rate_limit": _MACHINE,
    "worker_seen": _MACHINE,
    "migration": _MACHINE,
    "outbox_event": _MACHINE,
    "job": _MACHINE,
    "periodic_job": _MACHINE,
    "booking.withdrawn_by": "declared to the network; that it was withdrawn from stands in its reason and price",
    "declaration": "declared to the network, which settles it; what became of the contract stands with the contract",
    "idempotent_answer": "copies of answers, gone within a day",
    "sent_mail": "which mails a person got is the person's own",
    "mail_trouble": "from which addresses mails come back is known of addresses, not of guests",
    "import_draft": "a file that the operator has uploaded itself, kept for a day at most",
    "contract_document": "what a person got as the confirmation of an order, which is in the file",
    "contract_order.number": "keeps an order from being placed twice",
    "contract_order.shown": "keeps an order from being placed twice",
    "claim": "follows from bookings, blockers and holds, which are in the file",
    "departure": "a list for door systems, gone after 31 days",
    "desk_hold": "of somebody without an account, gone within a day; what became of it is a booking",
    "kept_event": "a copy of the booking for calendars",
    "kept_series": "a copy of the series for calendars",
    "occupancy_closed": "which days were counted; the sums are in the file",
    "law_value": "what the law sets, for everybody",
    "person.password_hash": _SIGNING_IN,
    "person.language": "for mails to the person",
    "person.home_municipality": "given for sums from five up, not for an operator's list",
    "person.commutes_to": "given for sums from five up, not for an operator's list",
    "person.wants_reminders": "for mails to the person",
    "person.hears_of_reports": "for mails to the person",
    "person.entered_at_space": "says which of the own front desks looks after the entry",
    "person.retired_at": "the file names people as they are known now",
    "person.merged_into": "the file names people as they are known now",
    "booking.commute_to": "given for sums from five up, not for an operator's list",
    "booking.guest_phone": "for the booking's own day, erased within an hour after it",
    "booking.sequence": "counts changes for calendars",
    "booking.due_at": "when the network's machinery looks at the booking next",
    "booking.no_show_at": "when the network's machinery looks at the booking next",
    "booking.entitlement": "what a person pays with is the person's own; entries of own accounts name the booking",
    "entitlement.told_ending_at": "that a mail was sent",
    "charge.key": "keeps something from being charged twice",
    "series.sequence": "counts changes for calendars",
    "booking_guest.forget_at": "when the network deletes the name",
    "fixed_desk_release.settled_at": "when the network has credited its member",
    "fixed_desk_release.credit": "what the network credits its member",
    "fixed_desk_release.entitlement": "what the network credits its member",
    "waiting.choice": "what a booking would be made with; once it is made, it is in the file",
    "device.pairing_hash": "a secret",
    "device.pairing_expires_at": "until when the secret holds",
    "device.token_hash": "a secret",
    "feed.token_hash": "a secret",
    "feed.team": _EMPLOYERS,
    "feed.last_fetched_by": "which program a person uses is the person's own",
    "feed.content_tag": "how the feed is kept",
    "feed.content_changed_at": "how the feed is kept",
    "webhook_endpoint.salt": "a secret",
    "webhook_endpoint.hint": "the beginning of a secret",
    "webhook_endpoint.former_salt": "a secret",
    "webhook_endpoint.former_until": "until when a former secret holds",
    "webhook_delivery.source": "keeps a message from being sent twice",
    "webhook_delivery.body": "ids and times of bookings that are in the file",
    "webhook_delivery.next_attempt_at": "when the message is tried next",
    "invitation.link": "the key of a mailed link",
    "operator_export.attempts": _MACHINE,
    "operator_export.next_attempt_at": _MACHINE,
    "operator_export.tables_done": _MACHINE,
    "operator_export.last_error": _MACHINE,
}
"""Tables, and columns of tables that are in the file, which are not, and why."""

LEFT_OUT_EVERYWHERE: Final[Mapping[str, str]] = {
    "id": "counts inside; the file has ids that last, or what a row stands for",
    "version": "keeps two from changing the same thing at once",
}
"""The same of columns that many tables have."""
