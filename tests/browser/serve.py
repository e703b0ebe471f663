"""Serves the real application with the demo network of one day, for browsers: `python -m tests.browser.serve`.

Arguments: the database (migrated; empty or with the demo network of that day), a folder for files, the day. When it
answers it prints its address and the ids of what a page can be about, as JSON. It ends with its standard input.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from app.bookings.cancellation import cancel
from app.bookings.facts import free_resources
from app.bookings.holds import Newcomer, hold_desk
from app.bookings.mail_links import link_token
from app.bookings.offer_links import offer_token
from app.bookings.operations import BookDesk, book
from app.bookings.rules import AnyOf
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.series_planning import OnConflict
from app.bookings.waiting_list import JoinLine, join_line
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import FeedKind
from app.demo.cast import COMMUTER, FREELANCER
from app.demo.network import Site, fill
from app.demo.rows import steady_id
from app.identity.mailed_links import link_to_mail
from app.identity.queries import actor_of_person
from app.inventory.devices import WITH_PAGES, new_device_token
from app.inventory.rules import Kind
from app.jobs import all_reactions, mail_transport
from app.kernel.periods import Period
from app.main import create_app, live_pages
from app.network.house_rules import house_rules_of
from app.notifications.booking_mails import tell_booking_confirmed
from app.notifications.post_office import PostOffice
from app.plans.order_documents import Paper
from app.platform.database import DB, execute, fetch_row, fetch_value
from app.platform.files import FolderFiles
from app.platform.live import Live
from app.platform.logs import configure_logging
from app.platform.mail import mailbox
from app.platform.mail_folder import list_mails
from app.platform.random_ids import token_hash
from app.platform.settings import ROOT, Environment, Secret, Settings
from app.platform.templates import Templates
from app.platform.worker import Worker
from tests.browser.of_contracts import contracts_of, more_of_contracts
from tests.browser.of_people import links_of_people
from tests.browser.of_teams import team_of
from tests.orders import A_GIFT, ordered
from tests.selling import on_sale

_A_JOB_THAT_FAILED = """
    INSERT INTO job (handler, event, aggregate_kind, aggregate_id, state, attempts, next_attempt_at, last_error,
        finished_at)
    SELECT 'mail.booking_confirmed', id, aggregate_kind, aggregate_id, 'dead', 8, $1,
        'MailNotSent: 451 4.7.1 Please try again later', $1
    FROM outbox_event ORDER BY id LIMIT 1
"""


_SERIES_AT_POLCH = """
    SELECT se.public_id FROM series se JOIN resource r ON r.id = se.resource JOIN space s ON s.id = r.space
     WHERE s.slug = 'regiohub-polch' ORDER BY se.id LIMIT 1
"""
_OPERATORS = """
    SELECT r.public_id AS what, g.public_id AS group_id, o.public_id AS organisation_id,
           (SELECT public_id FROM floor_plan WHERE space = s.id ORDER BY position LIMIT 1) AS floor
      FROM space s JOIN resource r ON r.space = s.id AND r.kind = 'room'
      JOIN person_group g ON g.operator = s.operator JOIN organisation o ON o.operator = s.operator
     WHERE s.slug = $1
"""


def main(dsn: str, folder: Path, today: date) -> None:
    """It is always seven in the evening of `today`, in Mayen."""
    configure_logging("text")  # to standard error: nobody reads the rest of standard output
    door = socket.create_server(("127.0.0.1", 0))
    settings = Settings(
        environment=Environment.TEST,
        data_dir=folder,
        port=door.getsockname()[1],
        secret_key=Secret("a secret that only these tests know, and long enough"),
        webhooks_to_own_machine=True,
    )
    now = datetime.combine(today, time(18), UTC)
    ids = asyncio.run(prepare(dsn, settings, now))
    live = live_pages(dsn)
    app = create_app(settings, dsn, lambda: now, live)
    worker = Worker(all_reactions(settings), [], lambda: now, concurrency=1)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    config = uvicorn.Config(app, log_config=None, access_log=False)
    _Server(config, worker, live, dsn, json.dumps({"address": settings.address, "ids": ids})).run([door])


async def prepare(dsn: str, settings: Settings, now: datetime, *, free_of_charge: bool = False) -> dict[str, str]:
    """Fills the database; the ids of a member's booking, calendar address and mail, and of a desk's guest."""
    await DB.open_pool(dsn, size=2, statement_timeout=60)
    try:
        paper = Paper(Templates(ROOT / "templates", str), settings.address, "de")
        site = Site(FolderFiles(settings.data_dir / "files"), paper, settings.signing_key)
        await fill(now.date(), site, lambda _: None, free_of_charge=free_of_charge)
        member = await fetch_row("SELECT id FROM person WHERE email = $1", FREELANCER.email)
        booking = await fetch_row(
            "SELECT id, public_id FROM booking WHERE person = $1 AND starts_at > $2 ORDER BY starts_at LIMIT 1",
            *(member["id"], now),
        )
        feed, _ = await create_feed(await actor_of_person(member["id"]), CreateFeed(FeedKind.PERSON), now)
        await tell_booking_confirmed(_post_office(settings), booking["id"], now)
        [mail] = list_mails(settings.data_dir / "mail", 1)
        await execute(_A_JOB_THAT_FAILED, now)
        link = link_token(booking["public_id"], settings.signing_key)
        series = await _a_series(member["id"], now)
        guest = await fetch_row(
            "SELECT p.public_id, b.public_id AS booking FROM person p JOIN booking b ON b.person = p.id"
            " JOIN space s ON s.id = b.space WHERE p.entered_by_operator IS NOT NULL AND s.slug = 'regiohub-polch'"
            " AND b.starts_at > $1 ORDER BY b.starts_at LIMIT 1",
            now,
        )
        return {
            "guest": guest["public_id"],
            **dict(await fetch_row(_OPERATORS, "regiohub-polch") or {}),
            **await contracts_of(member["id"]),
            "report": steady_id("report", 0),
            "draft": await _a_draft(now),
            "desk_booking": guest["booking"],
            "desk_series": await fetch_value(_SERIES_AT_POLCH),
            "booking": booking["public_id"],
            "feed": feed.public_id,
            "mail": mail.name,
            "link": link,
            "series": series,
            **await _an_order(member["id"], now),
            **await _a_hold(settings, now),
            **await _an_offer(settings, member["id"], now),
            **await _paired_devices(now),
            **await links_of_people(settings.signing_key, now),
            **await team_of(member["id"], settings.signing_key, now),
        }
    finally:
        await DB.close_pool()


async def _an_order(member: int, now: datetime) -> dict[str, str]:
    """Something to buy, an order of it and its document, where the network charges."""
    if not await fetch_value("SELECT charges FROM network"):
        return {}
    offer = await on_sale(A_GIFT, now)
    order = await ordered(await actor_of_person(member), offer, now)
    more = await more_of_contracts(member, now)
    return {"product": offer.public_id, "order": order.public_id, "document": order.document or "", **more}


async def _a_draft(now: datetime) -> str:
    """The public id of a file with a row of each outcome but one, for the operator of Polch."""
    return await fetch_value(
        "INSERT INTO import_draft (public_id, operator, what, content, created_at)"
        " SELECT 'mitgliederdatei', id, 'members', $1, $2 FROM operator WHERE slug = 'dorfwerk-maifeld'"
        " RETURNING public_id",
        b"name;resttage;notiz\nKarl Neu;7;x\nKarl Neu;7;x\n;3;y",
        now,
    )


async def _a_series(member: int, now: datetime) -> str:
    """The public id of a series that the member has in Mayen."""
    desk = await fetch_row(
        "SELECT r.public_id FROM resource r JOIN space s ON s.id = r.space"
        " WHERE s.slug = 'regiohub-mayen' AND r.kind = 'desk' AND r.retired_at IS NULL ORDER BY r.position LIMIT 1"
    )
    start = datetime.combine(now.date() + timedelta(days=8), time(8), ZoneInfo("Europe/Berlin"))
    wanted = BookDesk(desk["public_id"], start, start + timedelta(hours=4))
    command = MakeSeries(wanted, "FREQ=WEEKLY;COUNT=4", OnConflict.SKIP)
    return (await make_series(await actor_of_person(member), command, now)).series.public_id


async def _a_hold(settings: Settings, now: datetime) -> dict[str, str]:
    """What a newcomer holds tomorrow morning, and the token of the link that books it."""
    space = await fetch_row("SELECT id FROM space WHERE slug = 'regiohub-polch'")
    rules = await house_rules_of(space["id"], now)
    starts_at = datetime.combine(now.date() + timedelta(days=1), time(9), ZoneInfo("Europe/Berlin"))
    what = AnyOf("regiohub-polch", Kind.BOOTH)
    wish = BookDesk(what, starts_at, starts_at + timedelta(hours=1), house_rules=rules.edition if rules else None)
    newcomer = Newcomer("Nina Neu", "nina@example.org", "de")
    hold = await hold_desk(wish, newcomer, now, key=settings.signing_key, address="192.0.2.1")
    link = await link_to_mail(hold.link, now, key=settings.signing_key)
    return {"hold": hold.public_id, "token": link.token}


async def _an_offer(settings: Settings, member: int, now: datetime) -> dict[str, str]:
    """The member waits for two booths; one is offered. The token of the mail's link to it."""
    space = await fetch_row("SELECT id FROM space WHERE slug = 'regiohub-polch'")
    other = await fetch_row("SELECT id FROM person WHERE email = $1", COMMUTER.email)
    rules = await house_rules_of(space["id"], now)
    edition = rules.edition if rules else None
    starts_at = datetime.combine(now.date() + timedelta(days=1), time(13), ZoneInfo("Europe/Berlin"))
    for hours in (0, 2):
        begins, ends = starts_at + timedelta(hours=hours), starts_at + timedelta(hours=hours + 1)
        booth = await free_resources(space["id"], Kind.BOOTH, Period(begins, ends))
        wish = BookDesk(booth[0].public_id, begins, ends, house_rules=edition)
        booking = await book(await actor_of_person(other["id"]), wish, now)
        waited_for = JoinLine(booth[0].public_id, begins, ends, house_rules=edition)
        place = await join_line(await actor_of_person(member), waited_for, now)
        if not hours:
            await cancel(await actor_of_person(other["id"]), booking.public_id, now)
            offer = offer_token(place.public_id, settings.signing_key)
    return {"offer": offer}


async def _paired_devices(now: datetime) -> dict[str, str]:
    """An id of each kind that operators look after, and the tokens of a display and a kiosk."""
    tokens = {f"{kind}_token": new_device_token() for kind in WITH_PAGES}
    for kind in WITH_PAGES:
        await execute(
            "UPDATE device SET token_hash = $2, paired_at = $3 WHERE kind = $1",
            kind,
            token_hash(tokens[f"{kind}_token"]),
            now,
        )
    device = await fetch_value("SELECT public_id FROM device ORDER BY id LIMIT 1")
    return {**tokens, "device": device, "webhook": await fetch_value("SELECT public_id FROM webhook_endpoint")}


def _post_office(settings: Settings) -> PostOffice:
    templates = Templates(ROOT / "templates", lambda name: name)
    sender = mailbox(settings.mail_from)
    return PostOffice(mail_transport(settings), templates, sender, settings.address, settings.signing_key)


def _end_with_standard_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


class _Server(uvicorn.Server):
    """Works off what pages leave to a worker, so that mails arrive, and tells when it answers."""

    def __init__(self, config: uvicorn.Config, worker: Worker, live: Live, dsn: str, news: str) -> None:
        super().__init__(config)
        self._worker, self._live, self._dsn, self._news = worker, live, dsn, news

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.end()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._working = asyncio.create_task(self._worker.run(self._dsn))
        print(self._news, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
