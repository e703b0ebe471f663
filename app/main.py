"""Puts the application together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, asgi
from litestar.config.compression import CompressionConfig
from litestar.di import NamedDependency, Provide
from litestar.middleware import DefineMiddleware
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import ControllerRouterHandler, Receive, Scope, Send

import app.plans.merging  # noqa: F401  says what a merge of two records does with contracts and accounts
from app.api.openapi import openapi_config
from app.api.routes import ROUTER
from app.bookings.news import space_news
from app.identity.authentication import Authentication, Visitor, provide_visitor
from app.identity.last_use import notes_written
from app.kernel.clock import Clock, system_clock
from app.platform.cookies import CookieJar, FormOriginCheck
from app.platform.database import DB, DatabaseAway
from app.platform.files import FolderFiles
from app.platform.http import Edge
from app.platform.language import preferred_language, speaker
from app.platform.live import Live
from app.platform.logs import Log
from app.platform.problems import NotSignedIn, Problem, problem_of, wants_json
from app.platform.settings import ROOT, Settings
from app.platform.static_files import StaticFiles
from app.platform.templates import Templates
from app.web import (
    access,
    account,
    albums,
    at_the_door,
    audit_trail,
    bars,
    blockers,
    bookings,
    calendar_forms,
    calendars,
    change_offers,
    charging,
    commuting,
    company,
    company_sign_in,
    company_sign_out,
    concessions,
    contract_documents,
    contract_ending,
    contracts,
    cost_centres,
    counter_sales,
    day_sheet,
    declarations,
    declarations_desk,
    desk_bookings,
    desk_calendar,
    desk_moving,
    desk_series,
    desk_waiting,
    device_pages,
    devices,
    evening,
    feeds,
    first_visit_card,
    fixed_desks,
    floor_editor,
    floors,
    front_desk,
    groups,
    guests,
    holds,
    home,
    home_screen,
    house_rules,
    house_rules_setting,
    importing,
    invitations,
    joining,
    leaving,
    limit_requests,
    linked_booking,
    links,
    live_updates,
    mail_box,
    managing,
    many_resources,
    member_notes,
    membership,
    membership_changes,
    network_settings,
    network_teams,
    network_today,
    new_spaces,
    noise,
    occupancy,
    offline,
    opening_hours,
    operator_setup,
    operators,
    own_data,
    own_desk,
    price_list,
    public_tariffs,
    publishing,
    reminders,
    reporting,
    reports,
    requests,
    resources,
    rule_pages,
    search,
    seats,
    series,
    series_page,
    sign_in,
    sign_in_links,
    sign_up,
    slip,
    space_details,
    spaces,
    staff,
    summary,
    tariff_drafts,
    tariffs,
    team,
    team_booking,
    team_colleagues,
    team_contracts,
    team_council,
    team_days,
    team_end,
    team_entry,
    team_inviting,
    team_joining,
    team_leaving,
    team_limits,
    team_managing,
    team_names,
    team_orders,
    team_people,
    team_report,
    team_shop,
    team_sign_in,
    team_upload,
    teams,
    today,
    waiting,
    walk_in,
    webhooks,
    week,
    who_comes,
)
from app.web.isolation import Isolation
from app.web.pages import Pages, here, sign_in_first

log = Log("app")

LARGEST_BODY = 256 * 1024
_SENT_AS_IT_IS = ["^/static", "^/calendars", "^/bilder", "^/theke/[^/]+/aenderungen$", "^/betreiber/[^/]+/mitnehmen/"]
"""Not compressed: it is already, or must not wait until there is more of it."""


def create_app(settings: Settings, dsn: str, clock: Clock = system_clock, live: Live | None = None) -> Edge:
    """The whole application over the database at `dsn`, as an ASGI application.

    Who serves it ends `live` when it stops, or open pages would keep it until they come back by themselves.
    """
    live = live or live_pages(dsn)
    static = StaticFiles(ROOT / "static")
    jar = CookieJar(https=settings.is_https)
    pages = Pages(Templates(ROOT / "templates", static.url), settings, jar)

    @asynccontextmanager
    async def pool(_: Litestar) -> AsyncIterator[None]:
        await DB.open_pool(dsn, size=settings.pool_size, application="nahwerk-web")
        try:
            yield
        finally:
            live.end()
            await notes_written()
            await DB.close_pool()

    @asgi("/static", is_static=True, copy_scope=True)
    async def static_files(scope: Scope, receive: Receive, send: Send) -> None:
        await static(scope, receive, send)  # type: ignore[arg-type]

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return _answer(request, error, pages)

    app = _Application(
        route_handlers=[static_files, *_handlers()],
        dependencies={
            "visitor": Provide(provide_visitor),
            "pages": _value(pages),
            "live": _value(live),
            "settings": _value(settings),
            "static": _value(static),
            "files": _value(FolderFiles(settings.data_dir / "files")),
        },
        middleware=[
            DefineMiddleware(Authentication, clock=clock, jar=jar),
            DefineMiddleware(FormOriginCheck, config=jar.csrf_config(settings.signing_key)),
            DefineMiddleware(Isolation),
        ],
        exception_handlers={Exception: answer},
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=1000, gzip_compress_level=5, exclude=_SENT_AS_IT_IS
        ),
        request_max_body_size=LARGEST_BODY,
        lifespan=[pool],
        openapi_config=openapi_config(),
        include_in_schema=False,
        logging_config=None,
    )
    return Edge(app, https=settings.is_https)


def live_pages(dsn: str) -> Live:
    """The pages that hear of what happens at a space."""
    return Live(dsn, space_news)


class _Application(Litestar):
    """Litestar without the plugins for pydantic and attrs.

    It loads them wherever the two are installed, which costs a fifth of a start; nothing here is made of either.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def _handlers() -> Sequence[ControllerRouterHandler]:
    families = (
        access,
        account,
        albums,
        at_the_door,
        audit_trail,
        bars,
        blockers,
        bookings,
        calendar_forms,
        calendars,
        change_offers,
        charging,
        commuting,
        company,
        company_sign_in,
        company_sign_out,
        contract_documents,
        counter_sales,
        contract_ending,
        concessions,
        contracts,
        cost_centres,
        day_sheet,
        declarations,
        declarations_desk,
        desk_bookings,
        desk_calendar,
        desk_moving,
        desk_series,
        desk_waiting,
        evening,
        device_pages,
        devices,
        feeds,
        first_visit_card,
        fixed_desks,
        floor_editor,
        floors,
        front_desk,
        groups,
        guests,
        holds,
        home,
        home_screen,
        house_rules,
        house_rules_setting,
        importing,
        invitations,
        joining,
        leaving,
        linked_booking,
        limit_requests,
        links,
        live_updates,
        mail_box,
        managing,
        member_notes,
        membership,
        membership_changes,
        many_resources,
        network_settings,
        network_teams,
        network_today,
        new_spaces,
        noise,
        occupancy,
        offline,
        opening_hours,
        operator_setup,
        operators,
        own_data,
        own_desk,
        price_list,
        public_tariffs,
        publishing,
        reminders,
        requests,
        resources,
        reporting,
        reports,
        rule_pages,
        search,
        seats,
        series,
        series_page,
        sign_in,
        sign_in_links,
        sign_up,
        slip,
        space_details,
        spaces,
        staff,
        summary,
        tariff_drafts,
        tariffs,
        team,
        team_booking,
        team_colleagues,
        team_council,
        team_days,
        team_limits,
        team_contracts,
        team_orders,
        team_shop,
        team_end,
        team_managing,
        team_entry,
        team_inviting,
        team_joining,
        team_leaving,
        team_people,
        team_upload,
        team_sign_in,
        team_names,
        team_report,
        teams,
        today,
        waiting,
        walk_in,
        webhooks,
        week,
        who_comes,
    )
    return [ROUTER, *(handler for family in families for handler in family.HANDLERS)]


def _value(value: object) -> Provide:
    """A dependency that is the same for every request.

    It names another one because Litestar resolves such one after the other, and the rest in tasks of their own:
    most handlers need the visitor and one more, and a task costs more than both.
    """

    def give(visitor: NamedDependency[Visitor]) -> object:  # noqa: ARG001
        return value

    return Provide(give, sync_to_thread=False)


def _answer(request: Request[Any, Any, Any], error: Exception, pages: Pages) -> Response[Any]:
    """A failed request as a page or as problem+json, by what the client accepts."""
    visitor: Visitor | None = request.scope.get("visitor")  # type: ignore[assignment]
    accept = request.headers.get("accept", "*/*")
    says = visitor.speaker if visitor else speaker(preferred_language(request.headers.get("accept-language", "")))
    problem: Problem = problem_of(error, says)
    if isinstance(error, DatabaseAway):
        log.warning("the database is away", path=request.scope["path"], error=str(error))
    elif problem.status >= 500:
        log.error("request failed", path=request.scope["path"], status=problem.status, exc_info=error)
    if request.scope["path"].startswith("/api/") or wants_json(accept) or visitor is None:
        return problem.as_response()
    if isinstance(error, NotSignedIn):
        return sign_in_first(here(request) if request.method == "GET" else "/")
    return pages.problem(request, visitor, problem)
