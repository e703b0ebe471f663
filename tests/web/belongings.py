"""What is somebody's, of every sort that an address can name."""

from collections.abc import Mapping
from datetime import timedelta

from app.bookings.barring import BarGuest, bar_guest
from app.bookings.block_plan import Block, CloseDays
from app.bookings.blocking import block as make_block
from app.bookings.blocking import plan_block
from app.bookings.fixed_desks import assign_desk
from app.bookings.mail_links import link_token
from app.bookings.operations import BookDesk, book
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.team_booking import BookForTeam, book_for_team
from app.bookings.waiting_list import JoinLine, join_line
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import FeedKind
from app.identity.api_tokens import create_api_token
from app.identity.federation import Identity, identities_of, link_identity
from app.identity.invitations import Invite, invite
from app.identity.operations import NewPerson, create_people
from app.identity.queries import people
from app.identity.rules import Grant, Role, Scope
from app.inventory.device_setting import DeviceWanted, add_device
from app.inventory.devices import DeviceKind
from app.inventory.floor_setting import FloorName, add_floor
from app.inventory.floor_sheets import empty_floor
from app.inventory.linking import add_equipment
from app.network.bars import bar_token
from app.network.evening_mail import day_token, end_token
from app.network.grouping import add_to_group, make_group, make_organisation
from app.network.managing import managed_space
from app.network.member_notes import write_note
from app.notifications.webhooks import EndpointWanted, WebhookKeys, add_endpoint, send_test
from app.plans.announcing import announce, open_offers_of
from app.plans.concessions import ask_for_concession, concessions_of
from app.plans.declarations import DeclarationKind, Declared, declare
from app.plans.holdings import accounts_of
from app.plans.limits import Amounts
from app.plans.product_versions import put_on_sale, write_draft
from app.plans.team_contracts import TeamContractCard
from app.platform.database import execute, fetch_value
from app.teams.cost_centres import add_cost_centre
from app.teams.domains import ask_for_domain
from app.teams.invitations import invite_people, open_invitations
from app.teams.invited_lines import Invited
from app.teams.limit_requests import AskForMore, ask_for_more
from app.teams.operations import JoinedBy
from app.teams.people_import import keep_upload
from app.teams.queries import TeamCard, members_of
from app.teams.team_days import propose_day
from tests.identity.conftest import HOME, KEY
from tests.orders import A_GIFT, ordered
from tests.plans.desks import a_member as a_desk_holder
from tests.selling import EIGHT, TEN, TODAY, a_member, it_charges, on_sale
from tests.teams.buying import SEAT, bought, seats
from tests.teams.founding import a_team, acting
from tests.web.conftest import fresh
from tests.worlds import NOW, TOMORROW, World, tomorrow


async def belongings(world: World) -> Mapping[str, str]:
    """What belongs to Mia or to Polch, by the routes' parameter names; a route with another name must be added here."""
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    feed, _ = await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    _, token = await create_api_token(await fresh(world.mia), "Kalender", [Scope.READ], NOW)
    session = await fetch_value(
        "INSERT INTO session (public_id, token_hash, person, created_at, authenticated_at, seen_at)"
        " VALUES ('miassession', '\\x00', $1, $2, $2, $2) RETURNING public_id",
        world.mia.id,
        NOW,
    )
    weekly = BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(18))
    made = await make_series(world.mia.actor(), MakeSeries(weekly, "FREQ=WEEKLY;COUNT=3"), NOW)
    event = await fetch_value("SELECT id FROM outbox_event LIMIT 1")
    job = await fetch_value(
        "INSERT INTO job (handler, event, aggregate_kind, aggregate_id, state, next_attempt_at, last_error,"
        " finished_at) VALUES ('mail.test', $1, 'booking', 1, 'dead', $2, '550 unknown', $2) RETURNING id",
        event,
        NOW,
    )
    otto = world.otto.actor()
    polch = await managed_space(otto, world.polch.slug)
    projector = await add_equipment(otto, polch, "Beamer", NOW)
    group = await make_group(otto, world.operator, "Stammgäste", NOW)
    await add_to_group(otto, group, world.mia.id, NOW)
    organisation = await make_organisation(otto, world.operator, "TV Polch", world.mia.id, NOW)
    block = Block((world.polch["K1"].public_id,), tomorrow(19), tomorrow(20), "Reparatur")
    [blocker] = await make_block(otto, polch, block, (await plan_block(otto, polch, block, NOW)).state, {}, NOW)
    erna = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    await book(world.otto.actor(), BookDesk(world.polch["K1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    waited_for = JoinLine(world.polch["K1"].public_id, tomorrow(8), tomorrow(18))
    place = await join_line(world.mia.actor(), waited_for, NOW)
    device, _ = await add_device(otto, polch, DeviceKind.DOOR, DeviceWanted("Haustür"), None, NOW)
    hook = EndpointWanted("https://haus.example/nahwerk", ["booking.created"])
    webhook, _ = await add_endpoint(otto, polch.operator, hook, NOW, WebhookKeys(KEY))
    message = await send_test(otto, polch.operator, webhook.public_id, NOW)
    colleague = Invite(
        "Vera Neu", "vera@example.org", Grant(Role.FRONT_DESK, "operator", world.operator), world.operator
    )
    await execute(
        "INSERT INTO legal_text (kind, language, sections, valid_from)"
        " SELECT 'imprint', language, '[]'::jsonb, $1 FROM unnest('{de,en}'::text[]) AS language",
        NOW,
    )
    await it_charges()
    order = await ordered(world.mia.actor(), await on_sale(A_GIFT), NOW)
    of_polch = await ordered(world.mia.actor(), await on_sale(A_GIFT, NOW, world.operator), NOW)
    closing = CloseDays((TOMORROW + timedelta(days=3),), "Putztag")
    [closed] = await make_block(otto, polch, closing, (await plan_block(otto, polch, closing, NOW)).state, {}, NOW)
    barred = await bar_guest(otto, world.operator, BarGuest((await people(erna))[erna[0]].public_id, "Laut"), NOW)
    note = (await write_note(otto, polch, erna[0], "Braucht die Rampe.", NOW)).public_id
    photo, report = await _a_photo("space", world.polch.id), await _a_report(world)
    member = await a_desk_holder(world.mia)
    fixed = await assign_desk(otto, member.public_id, world.polch["3"].public_id, TOMORROW, NOW)
    team = await a_team(world, world.mia)
    for_mia = BookForTeam(await members_of(team.id), ["alte-post-andernach"], Wanted(TOMORROW, DayPart.WHOLE_DAY))
    more = AskForMore(TODAY.replace(day=1), Amounts(desk_halves=2))
    asked = await ask_for_more(world.mia.actor(), team, more, NOW, TODAY)
    team_contract = await bought(team, SEAT, 1)
    [seat] = await seats(team)
    return {
        **await _of_a_team(world, team),
        "team": team.public_id,
        "act": await book_for_team(await acting(world.gundula), team, for_mia, NOW),
        "team_day": await propose_day(await acting(world.mia), team, "Planung", [TOMORROW], NOW, TODAY),
        "request_id": asked.public_id,
        "team_contract": team_contract.public_id,
        "team_product": team_contract.product,
        "team_order": await _a_team_order(world, team, team_contract),
        "quote": await _a_quote(team, team_contract),
        "seat": seat.public_id,
        "cost_centre": await add_cost_centre(await acting(world.gundula), team, "4711", "Vertrieb", NOW),
        "identity": await _an_identity(world, team.id),
        "slug": world.polch.slug,
        "order": order.public_id,
        "document": order.document or "",
        "counter_document": of_polch.document or "",
        "membership": member.public_id,
        "contract": member.public_id,
        "declaration": await _a_declaration(),
        "desk_id": fixed.desk.public_id,
        "fixed_desk_id": fixed.desk.public_id,
        "closing": closed.public_id,
        "bar": barred.public_id,
        "bar_link": bar_token(barred.public_id, KEY),
        "day": TOMORROW.isoformat(),
        "day_link": day_token(polch, TOMORROW, polch.operator.email, KEY),
        "end_link": end_token(polch, polch.operator.email, KEY),
        "note": note,
        "product": (await on_sale(TEN, seller=world.operator)).public_id,
        "network_product": (await on_sale(EIGHT)).public_id,
        "offer": await _a_question(world),
        "account": (await accounts_of(world.mia.id, TODAY))[0].public_id,
        "concession": await _a_concession(world),
        "role": str(await fetch_value("SELECT id FROM role_grant WHERE person = $1", world.frida.id)),
        "person": (await people(erna))[erna[0]].public_id,
        "public_id": booking.public_id,
        "booking_id": booking.public_id,
        "feed_id": feed.public_id,
        "waiting_id": place.public_id,
        "session": session,
        "token": token.public_id,
        "job": str(job),
        "series": made.series.public_id,
        "series_id": made.series.public_id,
        "link": link_token(booking.public_id, KEY),
        "what": world.polch["Nette"].public_id,
        "kind": "desk",
        "resource_id": world.polch["Nette"].public_id,
        "equipment_id": projector.public_id,
        "group_id": group.public_id,
        "person_id": world.mia.public_id,
        "organisation_id": organisation.public_id,
        "blocker": blocker.public_id,
        "blocker_id": blocker.public_id,
        "invitation": (await invite(otto, colleague, NOW, key=KEY, address=HOME)).public_id,
        "floor": (await add_floor(otto, polch, FloorName("Erdgeschoss"), empty_floor(1200, 900), NOW)).public_id,
        "device": device.public_id,
        "webhook": webhook.public_id,
        "webhook_id": webhook.public_id,
        "message": message.message,
        "message_id": message.message,
        "photo": photo,
        "resource_photo": await _a_photo("resource", world.polch["Nette"].id),
        "noise": str(await _a_noise(world.polch.id)),
        "bar_id": barred.public_id,
        "note_id": note,
        "photo_id": photo,
        "report_id": report,
        "draft": await _a_draft(world),
        "report": report,
        "export": await _an_export(world),
        "text": "impressum",
        "version": "2026-11-24",
    }


async def _a_team_order(world: World, team: TeamCard, contract: TeamContractCard) -> str:
    """How the team has ordered its contract; its id."""
    order: int = await fetch_value(
        "INSERT INTO team_order (public_id, team, number, team_contract, quantity, starts_on, amount, shown, placed_by,"
        " placed_at) VALUES ('bestellung', $1, 1, $2, 1, $3, 11900, 'x', $4, $5) RETURNING id",
        team.id,
        contract.id,
        TODAY,
        world.gundula.id,
        NOW,
    )
    await execute(
        "INSERT INTO team_document (public_id, team_order, title, language, content, made_at)"
        " VALUES ('bestaetigung', $1, 'Bestätigung', 'de', '<p>Ein Platz</p>', $2)",
        order,
        NOW,
    )
    return "bestellung"


async def _a_quote(team: TeamCard, contract: TeamContractCard) -> str:
    """What the team was offered; its id."""
    return await fetch_value(
        "INSERT INTO team_quote (public_id, number, team, product_version, terms, quantity, amount, valid_until,"
        " content, made_at) SELECT 'angebot', 'A-2026-0001', $1, product_version, terms, 1, 11900, $3, '%PDF-', $4"
        " FROM team_contract WHERE id = $2 RETURNING public_id",
        team.id,
        contract.id,
        TODAY + timedelta(days=30),
        NOW,
    )


async def _of_a_team(world: World, team: TeamCard) -> Mapping[str, str]:
    """Mia's place in it, and what its manager has begun: an invitation, a domain, a file."""
    actor = world.gundula.actor()
    [member] = await members_of(team.id)
    await invite_people(actor, team, [Invited("Ina", "ina@becker.example")], JoinedBy.INVITATION, NOW, key=KEY)
    [invitation] = await open_invitations(team.id)
    domain = await ask_for_domain(actor, team, "becker.example", "postmaster", NOW, key=KEY)
    return {
        "member": member.public_id,
        "invited": invitation.public_id,
        "mail_domain": domain.public_id,
        "upload": await keep_upload(team, b"e-mail\nuwe@becker.example", NOW),
    }


async def _an_identity(world: World, team: int) -> str:
    """By which a company opens Mia's account; its id."""
    await link_identity(world.mia.actor(), Identity("https://login.becker.example", "mia"), team, NOW)
    [linked] = await identities_of(world.mia.id)
    return linked.public_id


async def _a_declaration() -> str:
    """What somebody has declared about a contract; its id."""
    said = Declared(DeclarationKind.ORDINARY, "Mia Hammes", "Mein Vertrag", "mia@example.org")
    return (await declare(said, None, "de", HOME, NOW)).public_id


async def _a_concession(world: World) -> str:
    """The price class that Mia asks for; its id."""
    await ask_for_concession(world.mia.actor(), "student", "Schülerausweis", NOW)
    [concession] = await concessions_of(world.mia.id)
    return concession.public_id


async def _a_question(world: World) -> str:
    """Newer terms that Mia is asked about; its id."""
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await write_draft(None, offer.public_id, EIGHT, NOW, TODAY)
    await put_on_sale(None, offer.public_id, NOW + timedelta(seconds=1), NOW)
    await announce(None, offer.public_id, TODAY + timedelta(days=30), NOW, TODAY)
    [question] = await open_offers_of(world.mia.id)
    return question.public_id


async def _a_draft(world: World) -> str:
    """A file of members that Polch's operator has uploaded; its id."""
    return await fetch_value(
        "INSERT INTO import_draft (public_id, operator, what, content, created_at)"
        " VALUES ('mitgliederdatei', $1, 'members', 'name\nMia Hammes', $2) RETURNING public_id",
        world.operator,
        NOW,
    )


async def _a_report(world: World) -> str:
    """Something reported of a desk at Polch, with a photo; its id."""
    return await fetch_value(
        "INSERT INTO report (public_id, space, resource, about, said, photo, language, created_at)"
        " VALUES ('monitordunkel', $1, $2, 'broken', 'Mias Monitor ist dunkel.', 'webp', 'de', $3) RETURNING public_id",
        world.polch.id,
        world.polch["3"].id,
        NOW,
    )


async def _an_export(world: World) -> str:
    """All data of Polch's operator, ready to be taken; its id."""
    return await fetch_value(
        "INSERT INTO operator_export (public_id, operator, ordered_by, ordered_at, next_attempt_at, state, made_at,"
        " size, kept_until) VALUES ('allesvonpolch', $1, $2, $3, $3, 'ready', $3, 1, $4) RETURNING public_id",
        world.operator,
        world.otto.id,
        NOW,
        NOW + timedelta(days=7),
    )


async def _a_photo(owner: str, key: int) -> str:
    """A picture of the space or resource; its id."""
    return await fetch_value(
        f"INSERT INTO {owner}_photo ({owner}, file, alt_de) VALUES ($1, 'none.webp', 'Der Saal') RETURNING public_id",
        key,
    )


async def _a_noise(space: int) -> int:
    """Something that will be heard at the space; its key."""
    return await fetch_value(
        "INSERT INTO noisy_event (space, starts_at, ends_at, what_de) VALUES ($1, $2, $3, 'Markt') RETURNING id",
        space,
        tomorrow(8),
        tomorrow(12),
    )
