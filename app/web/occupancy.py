"""How far spaces are booked and used: of one space, of an operator, of the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.insights.access import operator_seen, space_seen, spaces_seen
from app.insights.queries import occupancy, regulars
from app.inventory.rules import KIND_NAMES
from app.kernel.refusals import NotFound
from app.kernel.wall_time import local_day
from app.network.queries import OperatorCard, SpaceCard
from app.web.occupancy_form import PRESETS, OccupancyForm, read_form
from app.web.occupancy_tables import OccupancyTables
from app.web.occupancy_view import OccupancyView
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import staff


@dataclass(frozen=True, slots=True)
class _Scope:
    """Whose occupancy it is: the spaces, where it stands, and what the frame needs to know."""

    path: str
    spaces: Sequence[SpaceCard]
    space: SpaceCard | None = None
    operator: OperatorCard | None = None

    @property
    def has_many(self) -> bool:
        return self.space is None

    def form(self, request: PageRequest, visitor: Visitor) -> OccupancyForm:
        query = {name: values[-1] for name, values in request.query_params.dict().items()}
        return read_form(query, self.path, self.spaces, local_day(visitor.now, ZONE), visitor)


async def _of_space(slug: str, visitor: Visitor) -> _Scope:
    space = await space_seen(visitor.signed_in, slug)
    return _Scope(f"/betrieb/{space.slug}/auslastung", [space], space=space)


async def _of_operator(slug: str, visitor: Visitor) -> _Scope:
    operator, spaces = await operator_seen(visitor.signed_in, slug)
    return _Scope(f"/betreiber/{operator.slug}/auslastung", spaces, operator=operator)


async def _of_network(visitor: Visitor) -> _Scope:
    actor = staff(visitor, Action.SEE_OCCUPANCY)
    return _Scope("/netzwerk/auslastung", await spaces_seen(actor))


async def _show(request: PageRequest, visitor: Visitor, pages: Pages, scope: _Scope) -> Response[str]:
    form = scope.form(request, visitor)
    for space in scope.spaces[:1] if scope.space else ():
        await settle_at(space.id, visitor.now)
    found = await occupancy(form.wanted, visitor.now)
    view = OccupancyView(form, found, await regulars(form.wanted, visitor.now), scope.spaces, visitor)
    context = {
        "space": scope.space,
        "operator": scope.operator,
        "spaces": scope.spaces,
        "has_many": scope.has_many,
        "has_operator": scope.space is not None
        and visitor.signed_in.may(Action.SEE_OCCUPANCY, operator=scope.space.operator.id),
        "form": form,
        "view": view,
        "presets": [(preset, visitor.speaker.gettext(name)) for preset, name in PRESETS.items()],
        "kinds": [(kind.value, visitor.speaker.gettext(name)) for kind, name in KIND_NAMES.items()],
    }
    return await pages.show(request, visitor, "occupancy/page.html", context, status=422 if form.errors else 200)


async def _send(request: PageRequest, visitor: Visitor, scope: _Scope) -> Response[bytes]:
    """The table that `tabelle` names, as a file."""
    form = scope.form(request, visitor)
    name = request.query_params.get("tabelle", "tage")
    found = await occupancy(form.wanted, visitor.now)
    told = await regulars(form.wanted, visitor.now)
    file = OccupancyTables(found, told, scope.spaces, visitor).file(name)
    days = form.wanted.days
    return Response(
        file,
        media_type="text/csv",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="auslastung-{name}-{days.first}-{days.last}.csv"',
        },
    )


@get("/betrieb/{slug:str}/auslastung")
async def space_occupancy(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await _of_space(slug, visitor))


@get("/betrieb/{slug:str}/auslastung.csv")
async def space_occupancy_file(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor]
) -> Response[bytes]:
    return await _send(request, visitor, await _of_space(slug, visitor))


@get("/betreiber/{slug:str}/auslastung")
async def operator_occupancy(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await _of_operator(slug, visitor))


@get("/betreiber/{slug:str}/auslastung.csv")
async def operator_occupancy_file(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor]
) -> Response[bytes]:
    return await _send(request, visitor, await _of_operator(slug, visitor))


@get("/netzwerk/auslastung")
async def network_occupancy(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await _of_network(visitor))


@get("/netzwerk/auslastung.csv")
async def network_occupancy_file(request: PageRequest, visitor: NamedDependency[Visitor]) -> Response[bytes]:
    return await _send(request, visitor, await _of_network(visitor))


@get("/auslastung")
async def choose_occupancy(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    """The spaces whose occupancy the visitor sees; with one there is nothing to choose."""
    spaces = await spaces_seen(visitor.signed_in)
    if not visitor.signed_in.reach(Action.SEE_OCCUPANCY):
        raise NotFound
    if len(spaces) == 1:
        return go(f"/betrieb/{spaces[0].slug}/auslastung")
    operators = {space.operator.id: space.operator for space in spaces}
    return await pages.show(
        request, visitor, "occupancy/choose.html", {"spaces": spaces, "operators": list(operators.values())}
    )


HANDLERS = [
    space_occupancy,
    space_occupancy_file,
    operator_occupancy,
    operator_occupancy_file,
    network_occupancy,
    network_occupancy_file,
    choose_occupancy,
]
