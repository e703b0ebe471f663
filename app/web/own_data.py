"""One's own data: what the network holds about the person, to be taken along."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.billing.own_data import BILLING
from app.bookings.own_data import BOOKINGS
from app.calendars.own_data import CALENDARS
from app.identity.authentication import Visitor
from app.identity.own_data import IDENTITY, Section, own_data
from app.identity.rules import FreshSignInNeeded, demand_fresh_sign_in
from app.network.own_data import NETWORK
from app.notifications.own_data import MAILS
from app.plans.own_data import PLANS
from app.teams.own_data import TEAMS
from app.web.pages import PageRequest, Pages
from app.web.sign_in import sign_in_again_first

SECTIONS: Final[Sequence[Section]] = (*IDENTITY, *BOOKINGS, *BILLING, *PLANS, *TEAMS, *NETWORK, *CALENDARS, *MAILS)

OF_MONEY: Final = frozenset(section.name for section in (*BILLING, *PLANS)) | {
    "paper_cards",
    "shared_purses",
    "limit_extras",
    "limit_requests",
    "team_orders",
    "team_quotes",
}
"""What is not spoken of where the network is free of charge, and empty there."""

LEFT_OUT: Final[Mapping[str, str]] = {
    "company_sign_in.next_url": "of somebody who is just signing in at a company, gone within a day",
    "company_sign_in.subject": "of somebody who is just signing in at a company, gone within a day",
    "company_sign_in.email": "of somebody who is just signing in at a company, gone within a day",
    "company_sign_in.company_session": "of somebody who is just signing in at a company, gone within a day",
    "company_sign_in.name": "of somebody who is just signing in at a company, gone within a day",
    "report.said": "typed in without an account, under an address nobody proved; gone 30 days after it is closed",
    "report.photo": "typed in without an account, under an address nobody proved; gone 30 days after it is closed",
    "report.email": "typed in without an account, under an address nobody proved; gone 30 days after it is closed",
    "report.phone": "typed in without an account, under an address nobody proved; gone 30 days after it is closed",
    "report.answer": "typed in without an account, under an address nobody proved; gone 30 days after it is closed",
    "import_draft.content": "a file as an operator uploaded it, of many people and for a day at most",
    "team_upload.content": "a file as an employer uploaded it, of many people and for a day at most",
    "mailed_link.password_hash": "a secret, and of use to nobody but whoever would break in",
    "operator.email": "the operator's business contact, which stands on its pages",
    "operator.phone": "the operator's business contact, which stands on its pages",
    "operator.legal_name": "the operator's, not an account's",
    "operator.street": "the operator's, not an account's",
    "space.email": "the operator's business contact, which stands on its pages",
    "space.phone": "the operator's business contact, which stands on its pages",
    "first_visit.host_name": "typed in by the operator for its guests; belongs to no account",
    "first_visit.host_phone": "typed in by the operator for its guests; belongs to no account",
    "member_note.author": "the note is about somebody else; that it was written stands in the trail",
    "bar.made_by": "the bar is about somebody else; that it was made stands in the trail",
    "bar.objected_by": "the bar is about somebody else; that its objection was noted stands in the trail",
    "bar.answered_by": "the bar is about somebody else; that it was answered stands in the trail",
    "desk_hold.choice": "of somebody without an account, gone within a day; what became of it is a booking",
    "kept_event.content": "a copy of the booking for calendars",
    "kept_series.content": "a copy of the series for calendars",
    "declaration.settled_by": "that it was settled stands in the trail",
    "limit_request.decided_by": "the request is somebody else's; that it was answered stands in the trail",
    "limit_step.person": "counts the bookings of a month, which are in the file",
    "operator_export.ordered_by": "that it was ordered stands in the trail",
    "product_version.made_by": "the version is its seller's; that it was written stands in the trail",
    "departure.booking": "the id of a booking that is in the file",
    "device.walk_in": "a record that stands for whoever is at the door and names nobody",
    "webhook_attempt.excerpt": "what an operator's own receiver answered",
    "webhook_delivery.body": "ids and times of bookings that are in the file",
    "idempotent_answer.actor": "copies of answers, gone within a day",
    "idempotent_answer.key": "copies of answers, gone within a day",
    "idempotent_answer.body": "copies of answers, gone within a day",
}
"""Columns with personal data that are not in the file, and why."""


@get("/konto/daten")
async def own_data_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """What the file holds, before it is taken."""
    try:
        demand_fresh_sign_in(visitor.signed_in, visitor.now)
    except FreshSignInNeeded:
        return sign_in_again_first("/konto/daten")
    return await pages.show(request, visitor, "account/own_data.html", {"sections": SECTIONS, "of_money": OF_MONEY})


@post("/konto/daten")
async def take_own_data(visitor: NamedDependency[Visitor]) -> Response[bytes] | Redirect:
    """The file."""
    try:
        content = await own_data(visitor.signed_in, SECTIONS, visitor.now)
    except FreshSignInNeeded:
        return sign_in_again_first("/konto/daten")
    headers = {
        "Content-Disposition": f'attachment; filename="nahwerk-{visitor.now:%Y-%m-%d}.json"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type="application/json", status_code=200, headers=headers)


HANDLERS = [own_data_page, take_own_data]
