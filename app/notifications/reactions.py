"""Which event becomes which mail."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from app.notifications.account_mails import AccountMails
from app.notifications.arrival_mails import (
    ask_to_decide,
    ask_whether_coming,
    tell_declined,
    tell_no_show,
    tell_released,
    tell_requested,
    tell_taken_over,
)
from app.notifications.bar_mails import tell_answered, tell_barred, tell_lifted, tell_noted, tell_objected
from app.notifications.booking_mails import (
    remind_of_booking,
    tell_booking_cancelled,
    tell_booking_confirmed,
    tell_booking_moved,
)
from app.notifications.contract_mails import (
    tell_membership_ended,
    tell_pass_ended,
    tell_put_aside,
    tell_received,
    tell_withdrawn,
)
from app.notifications.desk_mails import tell_assigned, tell_blocked, tell_ended
from app.notifications.evening_mails import tell_hosts
from app.notifications.hold_mails import HoldMails
from app.notifications.limit_mails import tell_limit_answered, tell_limit_asked
from app.notifications.local_plan_mails import tell_operator_of_membership, tell_operator_of_pass
from app.notifications.membership_mails import (
    tell_changed,
    tell_concession,
    tell_ending,
    tell_paused,
    tell_resumed,
)
from app.notifications.near_mails import tell_allowed, tell_asked, tell_proposed, tell_set
from app.notifications.order_mails import tell_ordered
from app.notifications.plan_mails import tell_change_offered
from app.notifications.post_office import PostOffice
from app.notifications.report_mails import tell_answer, tell_reports_came
from app.notifications.responsible_mails import tell_responsible_changed
from app.notifications.series_mails import tell_series_cancelled, tell_series_changed, tell_series_made
from app.notifications.space_mails import tell_published_by_phone
from app.notifications.staff_mails import StaffMails
from app.notifications.team_agreement_mails import ask_to_confirm, tell_of_agreement
from app.notifications.team_buying_mails import (
    tell_pool_short,
    tell_seat_given,
    tell_seat_taken,
    tell_team_contract_ended,
    tell_team_ordered,
)
from app.notifications.team_mails import (
    tell_account_ended,
    tell_managers_of_end,
    tell_member_of_end,
    tell_role_given,
    tell_role_taken,
)
from app.notifications.team_people_mails import TeamPeopleMails
from app.notifications.waiting_mails import tell_offered, tell_wait_ended
from app.notifications.webhook_mails import tell_disabled
from app.platform.mail import Mailbox, MailTransport
from app.platform.outbox import Event, Reaction, Reactions
from app.platform.templates import Templates


def notification_reactions(
    transport: MailTransport,
    templates: Templates,
    sender: Mailbox,
    address: str,
    signing_key: bytes,
    returns_to: str | None = None,
) -> Reactions:
    """The mails of this installation; `address` is the site's, `signing_key` the one that mailed links are made with.

    What cannot be delivered comes back to `returns_to`.
    The name of a reaction is stored with its jobs and must not change.
    """
    office = PostOffice(transport, templates, sender, address, signing_key, returns_to)
    account, holds = AccountMails(office, signing_key), HoldMails(office, signing_key)
    staff, of_teams = StaffMails(office, signing_key), TeamPeopleMails(office, signing_key)

    async def booking_moved(event: Event, now: datetime) -> None:
        await tell_booking_moved(office, event.aggregate_id, now, event.ids.get("blocker"), "retired" in event.ids)

    async def email_changed(event: Event, now: datetime) -> None:
        await account.tell_email_changed(event.aggregate_id, event.ids["link"], now)

    async def password_changed(event: Event, now: datetime) -> None:
        await account.tell_password_changed(event.aggregate_id, event.id, now)

    async def webhook_disabled(event: Event, now: datetime) -> None:
        await tell_disabled(office, event, now)

    return {
        "contract_order.placed": [_about_booking("mail.order_placed", tell_ordered, office)],
        "webhook.disabled": [Reaction("mail.webhook_disabled", webhook_disabled)],
        "booking.confirmed": [_about_booking("mail.booking_confirmed", tell_booking_confirmed, office)],
        "series.made": [_of_event("mail.series_made", tell_series_made, office)],
        "series.changed": [_of_event("mail.series_changed", tell_series_changed, office)],
        "series.cancelled": [_of_event("mail.series_cancelled", tell_series_cancelled, office)],
        "organisation.responsible_changed": [_of_event("mail.responsible_changed", tell_responsible_changed, office)],
        "booking.reminder_came_due": [_about_booking("mail.booking_reminder", remind_of_booking, office)],
        "booking.moved": [Reaction("mail.booking_moved", booking_moved)],
        "booking.cancelled": [_about_booking("mail.booking_cancelled", tell_booking_cancelled, office)],
        "operator.published_by_phone": [_of_event("mail.published_by_phone", tell_published_by_phone, office)],
        "report.answered": [_of_event("mail.report_answered", tell_answer, office)],
        "space.reports_came": [_of_event("mail.reports_came", tell_reports_came, office)],
        "waiting.offered": [_about_booking("mail.place_offered", tell_offered, office)],
        "waiting.ended": [_about_booking("mail.wait_ended", tell_wait_ended, office)],
        "booking.requested": [
            _about_booking("mail.booking_requested", tell_requested, office),
            _about_booking("mail.request_waits", ask_to_decide, office),
        ],
        "booking.declined": [_about_booking("mail.booking_declined", tell_declined, office)],
        "booking.released": [_about_booking("mail.booking_released", tell_released, office)],
        "booking.taken_over": [_about_booking("mail.booking_taken_over", tell_taken_over, office)],
        "booking.asked": [_about_booking("mail.booking_asked", ask_whether_coming, office)],
        "booking.no_show": [_about_booking("mail.booking_no_show", tell_no_show, office)],
        "person.sign_up_requested": [_about_link("mail.confirm_email", account.send_link)],
        "person.sign_up_repeated": [_about_link("mail.address_known", account.tell_address_known)],
        "person.email_given": [_about_link("mail.confirm_record", account.tell_record_entered)],
        "person.password_reset_requested": [_about_link("mail.reset_password", account.send_link)],
        "person.sign_in_link_requested": [_about_link("mail.sign_in_link", account.send_sign_in_link)],
        "invitation.sent": [_about_link("mail.invitation", staff.send_invitation)],
        "team_invitation.sent": [_about_link("mail.team_invitation", of_teams.send_invitation)],
        "mail_domain.asked": [_about_link("mail.mail_domain_asked", of_teams.ask_keeper)],
        "mail_domain.proven": [_about_link("mail.mail_domain_proven", of_teams.tell_proven)],
        "team_member.joined": [_about_link("mail.team_joined", of_teams.tell_joined)],
        "team_member.left": [Reaction("mail.team_left", of_teams.tell_left)],
        "fixed_desk.assigned": [_about_booking("mail.fixed_desk_assigned", tell_assigned, office)],
        "fixed_desk.ended": [_about_booking("mail.fixed_desk_ended", tell_ended, office)],
        "fixed_desk.blocked": [_of_event("mail.fixed_desk_blocked", tell_blocked, office)],
        "bar.made": [_about_booking("mail.bar_made", tell_barred, office)],
        "bar.objected": [
            _about_booking("mail.bar_objected", tell_objected, office),
            _about_booking("mail.bar_objection_noted", tell_noted, office),
        ],
        "bar.answered": [_about_booking("mail.bar_answered", tell_answered, office)],
        "bar.lifted": [_about_booking("mail.bar_lifted", tell_lifted, office)],
        "declaration.received": [_about_booking("mail.declaration_received", tell_received, office)],
        "declaration.put_aside": [_about_booking("mail.declaration_put_aside", tell_put_aside, office)],
        "declaration.withdrawn": [_about_booking("mail.declaration_withdrawn", tell_withdrawn, office)],
        "membership.ended": [
            _about_booking("mail.membership_ended", tell_membership_ended, office),
            _about_booking("mail.own_plan_ended", tell_operator_of_membership, office),
        ],
        "pass.ended": [
            _about_booking("mail.pass_ended", tell_pass_ended, office),
            _about_booking("mail.own_pass_ended", tell_operator_of_pass, office),
        ],
        "pass.withdrawn": [
            _about_booking("mail.pass_withdrawn", tell_pass_ended, office),
            _about_booking("mail.own_pass_withdrawn", tell_operator_of_pass, office),
        ],
        "membership.changed": [_of_event("mail.membership_changed", tell_changed, office)],
        "membership.paused": [_of_event("mail.membership_paused", tell_paused, office)],
        "membership.resumed": [_of_event("mail.membership_resumed", tell_resumed, office)],
        "entitlement.ending": [_of_event("mail.entitlement_ending", tell_ending, office)],
        "concession.checked": [_of_event("mail.concession_checked", tell_concession, office)],
        "concession.declined": [_of_event("mail.concession_declined", tell_concession, office)],
        "space.evening_came": [_of_event("mail.evening", tell_hosts, office)],
        "team_agreement.recorded": [_about_booking("mail.team_agreement_recorded", ask_to_confirm, office)],
        "team_agreement.told": [_about_booking("mail.team_agreement_told", tell_of_agreement, office)],
        "team_order.placed": [_about_booking("mail.team_order_placed", tell_team_ordered, office)],
        "team_contract.ended": [_about_booking("mail.team_contract_ended", tell_team_contract_ended, office)],
        "team.pool_short": [_of_event("mail.pool_short", tell_pool_short, office)],
        "seat.given": [_of_event("mail.seat_given", tell_seat_given, office)],
        "seat.taken": [_of_event("mail.seat_taken", tell_seat_taken, office)],
        "change_offer.made": [_about_booking("mail.change_offered", tell_change_offered, office)],
        "colleague.asked": [_about_booking("mail.colleague_asked", tell_asked, office)],
        "colleague.allowed": [_about_booking("mail.colleague_allowed", tell_allowed, office)],
        "team_day.proposed": [_about_booking("mail.team_day_proposed", tell_proposed, office)],
        "team_day.set": [_about_booking("mail.team_day_set", tell_set, office)],
        "limit_request.made": [_about_booking("mail.limit_asked", tell_limit_asked, office)],
        "limit_request.answered": [_about_booking("mail.limit_answered", tell_limit_answered, office)],
        "desk_hold.made": [_about_link("mail.desk_held", holds.tell_held)],
        "team_role.given": [_of_event("mail.team_role_given", tell_role_given, office)],
        "team_role.taken": [_of_event("mail.team_role_taken", tell_role_taken, office)],
        "team.end_set": [_of_event("mail.team_end_set", tell_managers_of_end, office)],
        "team_member.end_settled": [_of_event("mail.team_member_end", tell_member_of_end, office)],
        "team.ended": [_of_event("mail.team_ended", tell_account_ended, office)],
        "person.email_change_requested": [
            _about_link("mail.confirm_new_email", account.send_link),
            _about_link("mail.email_change_requested", account.tell_email_change_requested),
        ],
        "federated_identity.linked": [_about_link("mail.company_linked", account.tell_company_linked)],
        "person.email_changed": [Reaction("mail.email_changed", email_changed)],
        "person.password_changed": [Reaction("mail.password_changed", password_changed)],
    }


def _about_booking(
    name: str, tell: Callable[[PostOffice, int, datetime], Awaitable[None]], office: PostOffice
) -> Reaction:
    async def run(event: Event, now: datetime) -> None:
        await tell(office, event.aggregate_id, now)

    return Reaction(name, run)


def _of_event(
    name: str, tell: Callable[[PostOffice, Event, datetime], Awaitable[None]], office: PostOffice
) -> Reaction:
    async def run(event: Event, now: datetime) -> None:
        await tell(office, event, now)

    return Reaction(name, run)


def _about_link(name: str, tell: Callable[[int, datetime], Awaitable[None]]) -> Reaction:
    async def run(event: Event, now: datetime) -> None:
        await tell(event.aggregate_id, now)

    return Reaction(name, run)
