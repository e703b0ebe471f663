"""All routes of the interface in one router, which the OpenAPI document describes."""

from litestar import Router

from app.api import (
    arrivals,
    blockers,
    booking_rules,
    bookings,
    docs,
    feeds,
    groups,
    health,
    links,
    me,
    occupancy,
    places,
    quotes,
    requests,
    resources,
    series,
    spaces,
    together,
    waiting,
)

ROUTER = Router(
    path="/",
    route_handlers=[
        *places.HANDLERS,
        *spaces.HANDLERS,
        *resources.HANDLERS,
        *quotes.HANDLERS,
        *together.HANDLERS,
        *bookings.HANDLERS,
        *arrivals.HANDLERS,
        *requests.HANDLERS,
        *series.HANDLERS,
        *waiting.HANDLERS,
        *me.HANDLERS,
        *feeds.HANDLERS,
        *booking_rules.HANDLERS,
        *links.HANDLERS,
        *blockers.HANDLERS,
        *groups.HANDLERS,
        *occupancy.HANDLERS,
        *health.HANDLERS,
        *docs.HANDLERS,
    ],
    include_in_schema=True,
)
