"""What the worker does: the reactions of all capabilities to events, and the periodic work."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from app.bookings.declaration_settling import declaration_reactions
from app.bookings.desk_endings import settle_desks
from app.bookings.evening import announce_guests
from app.bookings.fixed_desks import fixed_desk_reactions
from app.bookings.front_desk import forget_guest_numbers, forget_guests
from app.bookings.lapsing import forget_old_holds, lapse_holds, lapse_offers
from app.bookings.line_keeping import forget_old_lines, look_after_lines
from app.bookings.operator_ends import settle_ends
from app.bookings.release_credits import settle_released
from app.bookings.reminders import REMINDED_FROM, announce_tomorrow
from app.bookings.seat_changes import seat_reactions, settle_ended
from app.bookings.settling import SETTLING, settle_due
from app.bookings.short_notice import forget_old_notices
from app.bookings.taking_over import booking_reactions
from app.bookings.team_acts import forget_team_acts
from app.bookings.team_ends import end_teams, team_end_reactions
from app.bookings.team_leaving import settle_all_left, team_leaving_reactions
from app.calendars.reactions import calendar_reactions
from app.identity.operations import forget_old
from app.identity.reachability import forget_old_trouble
from app.insights.closing import close_days
from app.insights.team_months import close_team_months
from app.inventory.departures import forget_departures
from app.inventory.report_news import announce_reports
from app.inventory.reports import forget_reports
from app.kernel.clock import system_clock
from app.kernel.wall_time import local_day
from app.leaving.mails import leaving_reactions
from app.leaving.making import make_due
from app.leaving.operations import forget_exports
from app.network.bars import forget_old_bars
from app.network.importing import forget_drafts
from app.network.member_notes import forget_old_notes
from app.notifications.post_office import PostOffice, forget_old_mails
from app.notifications.reactions import notification_reactions
from app.notifications.returned_mails import read_returned_mails
from app.notifications.webhook_delivery import deliver_due, forget_deliveries, webhook_reactions
from app.plans.accounts import expire_past, use_up_past
from app.plans.accounts_ending import announce_endings
from app.plans.budgets import settle_budgets
from app.plans.declarations import forget_declarations
from app.plans.forgetting import forget_past
from app.plans.paper_cards import carry_paper_cards
from app.plans.seats import forget_holders
from app.plans.team_upkeep import settle_team_contracts
from app.plans.upkeep import settle_running
from app.platform import rate_limits
from app.platform.files import FolderFiles
from app.platform.idempotency import forget_old_answers
from app.platform.imap_mailbox import imap_access
from app.platform.jobs import prune
from app.platform.mail import Encryption, MailTransport, SmtpTransport, mailbox
from app.platform.mail_folder import FolderTransport
from app.platform.outbox import Reaction, Reactions
from app.platform.outgoing import Outgoing
from app.platform.periodic import Daily, Every, Periodic
from app.platform.settings import ROOT, Settings
from app.platform.templates import Templates
from app.platform.worker import Worker
from app.teams.agreements import tell_concerned
from app.teams.colleagues import forget_sights
from app.teams.company_ways import forget_ways
from app.teams.forgetting import forget_past_purchases
from app.teams.invitations import forget_team_invitations
from app.teams.limit_requests import forget_old_requests
from app.teams.operations import forget_members
from app.teams.people_import import forget_uploads
from app.teams.pool_news import announce_pools
from app.teams.team_days import forget_team_days

NOBODY_REACTS: Final = (
    "blocker.lifted",
    "blocker.made",
    "booking.delayed",
    "desk_hold.ended",
    "fixed_desk.assigned",
    "fixed_desk.credited",
    "fixed_desk.released",
    "fixed_desk.taken_back",
    "identity_provider.ended",
    "invitation.accepted",
    "membership.begun",
    "membership.changed",
    "membership.ended",
    "membership.kept",
    "operator.ended",
    "operator.prices_changed",
    "operator.resumed",
    "operator.suspended",
    "pass.sold",
    "person.email_confirmed",
    "person.merged",
    "person.signed_up",
    "product.put_on_sale",
    "report.made",
    "report.state_set",
    "role.granted",
    "role.revoked",
    "space.changed",
    "space.first_visit_changed",
    "space.floors_changed",
    "space.hours_changed",
    "space.published",
    "space.resources_changed",
    "space.retired",
    "space.rules_changed",
    "space.unpublished",
    "team.end_taken_back",
    "team.founded",
    "team.limits_changed",
    "team_agreement.confirmed",
    "team_agreement.ended",
    "team_member.joined",
    "team_member.left",
    "team_member.limits_changed",
    "team_contract.begun",
    "waiting.booked",
    "waiting.joined",
)
"""Events that are facts for later readers; named here so that the outbox hands them on instead of keeping them."""

_ZONE: Final = ZoneInfo("Europe/Berlin")
_LANES: Final = 4
"""So many receivers of webhooks are asked at once."""

_ENCRYPTIONS: Final[dict[str, Encryption]] = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def make_worker(settings: Settings) -> Worker:
    """The worker of this installation."""
    return Worker(all_reactions(settings), _periodic(settings), system_clock)


def all_reactions(settings: Settings) -> Reactions:
    """Every event that is emitted, with what follows from it."""
    reactions: dict[str, list[Reaction]] = {event: [] for event in NOBODY_REACTS}
    transport, sender, back = mail_transport(settings), mailbox(settings.mail_from), settings.bounce_address
    templates = Templates(ROOT / "templates", _no_pictures)
    for one in (
        booking_reactions(),
        fixed_desk_reactions(),
        declaration_reactions(),
        seat_reactions(),
        team_end_reactions(),
        team_leaving_reactions(),
        calendar_reactions(settings.address),
        webhook_reactions(),
        notification_reactions(transport, templates, sender, settings.address, settings.signing_key, back),
        leaving_reactions(PostOffice(transport, templates, sender, settings.address, settings.signing_key, back)),
    ):
        for event, answers in one.items():
            reactions.setdefault(event, []).extend(answers)
    return reactions


def _no_pictures(name: str) -> str:
    raise ValueError(f"a mail loads nothing, {name} neither")


def mail_transport(settings: Settings) -> MailTransport:
    """SMTP where it is configured, else the folder that /dev/mail shows. ValueError for an address that is none."""
    if settings.smtp_url is None:
        return FolderTransport(settings.data_dir / "mail")
    url = urlsplit(settings.smtp_url)
    if url.scheme not in _ENCRYPTIONS or not url.hostname:
        raise ValueError("SMTP_URL is none of smtp://, smtp+starttls:// and smtps:// with a host")
    return SmtpTransport(
        url.hostname,
        url.port or _PORTS[url.scheme],
        unquote(url.username) if url.username else None,
        unquote(url.password) if url.password else None,
        _ENCRYPTIONS[url.scheme],
    )


def _periodic(settings: Settings) -> Sequence[Periodic]:
    night = Daily(time(2, 30), _ZONE)
    day_is_over = Daily(time(0, 10), _ZONE)
    outgoing = Outgoing(own_machine=settings.webhooks_to_own_machine)

    async def deliver(_: datetime) -> None:
        await deliver_due(outgoing.post, settings.signing_key, system_clock, lanes=_LANES)

    folder, files = settings.exports_folder, FolderFiles(settings.data_dir / "files")

    async def make(_: datetime) -> None:
        await make_due(folder, files, system_clock)

    async def forget_files(now: datetime) -> None:
        await forget_exports(folder, now)

    return [
        *_reading_returns(settings),
        Periodic("remind_of_tomorrow", Daily(REMINDED_FROM, _ZONE), _without_count(_announce_tomorrow)),
        Periodic("tell_hosts_of_tomorrow", Daily(REMINDED_FROM, _ZONE), _without_count(_announce_guests)),
        Periodic("use_up_past_days", day_is_over, _by_day(use_up_past)),
        Periodic("expire_entitlements", day_is_over, _by_day(expire_past)),
        Periodic("settle_memberships", day_is_over, _by_day(settle_running)),
        Periodic("settle_budgets", day_is_over, _by_day(settle_budgets)),
        Periodic("settle_team_contracts", day_is_over, _by_day(settle_team_contracts)),
        Periodic("settle_ended_team_pay", Every(timedelta(hours=1)), _without_count(settle_ended)),
        Periodic("announce_pools", Daily(time(7), _ZONE), _by_day(announce_pools)),
        Periodic("forget_seat_holders", night, _by_day(forget_holders)),
        Periodic("close_days", Every(timedelta(hours=6)), _without_count(close_days)),
        Periodic("close_team_months", Every(timedelta(hours=6)), _by_day(close_team_months)),
        Periodic("tell_of_agreements", Every(timedelta(minutes=10)), _without_count(tell_concerned)),
        Periodic("prune_jobs", night, prune),
        Periodic("forget_accounts_leftovers", night, forget_old),
        Periodic("forget_mail_trouble", night, _without_count(forget_old_trouble)),
        Periodic("forget_limit_requests", night, _without_count(forget_old_requests)),
        Periodic("forget_mails", night, _without_count(forget_old_mails)),
        Periodic("forget_guest_numbers", Every(timedelta(hours=1)), _without_count(forget_guest_numbers)),
        Periodic(SETTLING, Every(timedelta(seconds=30)), _without_count(settle_due)),
        Periodic("settle_operator_ends", Every(timedelta(minutes=5)), _without_count(settle_ends)),
        Periodic("end_teams", day_is_over, _without_count(end_teams)),
        Periodic("settle_fixed_desks", night, _without_count(settle_desks)),
        Periodic("credit_released_days", Every(timedelta(hours=1)), _without_count(settle_released)),
        Periodic("forget_guests", Every(timedelta(hours=1)), _without_count(forget_guests)),
        Periodic("deliver_webhooks", Every(timedelta(seconds=5)), deliver),
        Periodic("forget_webhook_deliveries", night, _without_count(forget_deliveries)),
        Periodic("make_exports", Every(timedelta(seconds=3)), make),
        Periodic("forget_exports", Every(timedelta(minutes=10)), forget_files),
        Periodic("forget_departures", night, _without_count(forget_departures)),
        Periodic("carry_paper_cards", Every(timedelta(minutes=1)), _by_day(carry_paper_cards)),
        Periodic("announce_endings", Daily(time(9), _ZONE), _by_day(announce_endings)),
        Periodic("forget_import_drafts", Every(timedelta(hours=1)), _without_count(forget_drafts)),
        Periodic("forget_team_uploads", Every(timedelta(hours=1)), _without_count(forget_uploads)),
        Periodic("forget_team_invitations", night, _without_count(forget_team_invitations)),
        Periodic("settle_left_teams", Every(timedelta(hours=1)), _without_count(settle_all_left)),
        Periodic("announce_reports", Every(timedelta(minutes=1)), _without_count(announce_reports)),
        Periodic("forget_reports", night, _without_count(forget_reports)),
        Periodic("lapse_desk_holds", Every(timedelta(seconds=30)), _without_count(lapse_holds)),
        Periodic("lapse_offers", Every(timedelta(seconds=30)), _without_count(lapse_offers)),
        Periodic("look_after_lines", Every(timedelta(minutes=1)), _without_count(look_after_lines)),
        Periodic("forget_lines", night, _without_count(forget_old_lines)),
        Periodic("forget_desk_holds", Every(timedelta(hours=1)), _without_count(forget_old_holds)),
        Periodic("forget_team_acts", night, _without_count(forget_team_acts)),
        Periodic("forget_team_days", night, _without_count(forget_team_days)),
        Periodic("forget_sights", night, _without_count(forget_sights)),
        Periodic("forget_notices", night, _without_count(forget_old_notices)),
        Periodic("forget_bars", night, _without_count(forget_old_bars)),
        Periodic("forget_declarations", night, _without_count(forget_declarations)),
        Periodic("forget_past_contracts", night, _forget_past),
        Periodic("forget_team_purchases", night, _by_day(forget_past_purchases)),
        Periodic("forget_member_notes", night, _without_count(forget_old_notes)),
        Periodic("forget_team_members", night, _without_count(forget_members)),
        Periodic("forget_company_sign_ins", Every(timedelta(hours=1)), _without_count(forget_ways)),
        Periodic("forget_answers", Every(timedelta(hours=1)), _without_count(forget_old_answers)),
        Periodic("forget_rate_limits", Every(timedelta(minutes=10)), _without_count(rate_limits.forget_old)),
    ]


def _reading_returns(settings: Settings) -> Sequence[Periodic]:
    """Nothing where no mailbox is named. ValueError for an address that is none."""
    if settings.bounce_imap_url is None:
        return []
    access = imap_access(settings.bounce_imap_url)

    async def read(now: datetime) -> None:
        await read_returned_mails(access, now)

    return [Periodic("read_returned_mails", Every(timedelta(minutes=2)), read)]


async def _announce_tomorrow(now: datetime) -> int:
    return await announce_tomorrow(now, _ZONE)


async def _forget_past(now: datetime) -> None:
    await forget_past(local_day(now, _ZONE))


async def _announce_guests(now: datetime) -> int:
    return await announce_guests(now, _ZONE)


def _by_day(run: Callable[[datetime, date], Awaitable[int]]) -> Callable[[datetime], Awaitable[None]]:
    """Periodic work of contracts, whose days are those of the network's clock."""

    async def on_its_day(now: datetime) -> None:
        await run(now, local_day(now, _ZONE))

    return on_its_day


def _without_count(run: Callable[[datetime], Awaitable[int]]) -> Callable[[datetime], Awaitable[None]]:
    """Periodic work whose count nobody reads."""

    async def counted(now: datetime) -> None:
        await run(now)

    return counted
