"""A small network to test in: two operators, their spaces, and a cast of people with fixed roles.

Mia lives in Mayen and commutes; she books at the RegioHub Polch. Otto runs it, Frida stands at its front desk, and Ada
keeps its accounts. Rolf runs the Alte Post in Andernach and must never see what is theirs. Nadja administers the
network, Tilda answers its telephone, and Gundula has an account and nothing else. The present is NOW: Tuesday, 24
November 2026, 19:00 in Mayen; `tomorrow(8)` is a Wednesday.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from app.identity.rules import Actor, Grant, Role, Scope
from app.inventory.floor_plans import FloorPlanDrawing, Placement, encode
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import execute, fetch_value
from app.platform.random_ids import new_public_id, new_token, token_hash

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
HERE = ZoneInfo("Europe/Berlin")
TOMORROW = date(2026, 11, 25)

WORKING_DAYS = dict.fromkeys(range(1, 6), (8 * 60, 18 * 60))
"""Hours of a week: Monday is 1; minutes of the day at which a space opens and closes."""


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """That wall time in Mayen."""
    return datetime.combine(day, time(hour, minute), HERE)


def tomorrow(hour: int, minute: int = 0) -> datetime:
    """That wall time on Wednesday, 25 November 2026, in Mayen."""
    return at(TOMORROW, hour, minute)


TOMORROW_MORNING = Period(tomorrow(8), tomorrow(12))


@dataclass(frozen=True, slots=True)
class APerson:
    """Somebody with an account and a token with every scope."""

    id: int
    public_id: str
    name: str
    email: str
    grants: tuple[Grant, ...]
    token: str

    def actor(self, via: str = "page", scopes: frozenset[str] | None = None) -> Actor:
        return Actor(
            person=self.id,
            public_id=self.public_id,
            name=self.name,
            email=self.email,
            language="de",
            grants=self.grants,
            via=via,
            scopes=scopes,
        )

    @property
    def bearer(self) -> Mapping[str, str]:
        """The header with which the person's programs ask."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class AResource:
    id: int
    public_id: str
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class ASpace:
    """A space with its resources by name: `polch["1"]`."""

    id: int
    slug: str
    name: str
    resources: Mapping[str, AResource] = field(default_factory=dict)

    def __getitem__(self, name: str) -> AResource:
        return self.resources[name]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that `a_world` made."""

    operator: int
    rival_operator: int
    polch: ASpace
    andernach: ASpace
    mia: APerson
    gundula: APerson
    frida: APerson
    otto: APerson
    rolf: APerson
    nadja: APerson
    ada: APerson
    tilda: APerson

    @property
    def people(self) -> Sequence[APerson]:
        return (self.mia, self.gundula, self.frida, self.otto, self.rolf, self.nadja, self.ada, self.tilda)


async def a_world() -> World:
    """Makes the network; call it once in a database or in a transaction that is rolled back."""
    await execute(
        "INSERT INTO network (name, association, phone, email, tagline_de, tagline_en, is_demo, created_at)"
        " VALUES ('Testnetz', 'Verein Testnetz', '02651 123', 'post@testnetz.example',"
        " 'Arbeiten nahe am Zuhause', 'Work close to home', false, $1)",
        NOW,
    )
    operator = await an_operator("polch", "Genossenschaft Maifeld")
    rival_operator = await an_operator("andernach", "Alte Post Andernach GmbH")
    polch = await a_space(
        operator,
        "regiohub-polch",
        "RegioHub Polch",
        position=(50.3003, 7.3165),
        postcode="56751",
        place="Polch",
        features=["wifi", "parking", "step_free"],
        resources=[
            (Kind.DESK, "1", ["monitor", "window"]),
            (Kind.DESK, "2", ["monitor"]),
            (Kind.DESK, "3", []),
            (Kind.ROOM, "Nette", ["whiteboard"]),
            (Kind.BOOTH, "K1", []),
        ],
    )
    await execute(
        "INSERT INTO hours_exception (space, day, opens, closes, reason_de, reason_en)"
        " VALUES ($1, '2026-12-24', NULL, NULL, 'Heiligabend', 'Christmas Eve'),"
        " ($1, '2026-12-01', 720, 1080, 'Handwerker', 'Builders')",
        polch.id,
    )
    andernach = await a_space(
        rival_operator,
        "alte-post-andernach",
        "Alte Post Andernach",
        position=(50.4397, 7.4017),
        postcode="56626",
        place="Andernach",
        features=["wifi", "kitchen"],
        resources=[(Kind.DESK, "A1", []), (Kind.DESK, "A2", []), (Kind.PARKING, "P1", ["charging_point"])],
    )
    return World(
        operator=operator,
        rival_operator=rival_operator,
        polch=polch,
        andernach=andernach,
        mia=await a_person("Mia Hammes", "mia@example.org"),
        gundula=await a_person("Gundula Gast", "gundula@example.org"),
        frida=await a_person("Frida Empfang", "frida@example.org", Grant(Role.FRONT_DESK, "space", polch.id)),
        otto=await a_person("Otto Wirt", "otto@example.org", Grant(Role.OPERATOR_MANAGER, "operator", operator)),
        rolf=await a_person(
            "Rolf Rivale", "rolf@example.org", Grant(Role.OPERATOR_MANAGER, "operator", rival_operator)
        ),
        nadja=await a_person("Nadja Netz", "nadja@example.org", Grant(Role.NETWORK_ADMINISTRATOR, "network", None)),
        ada=await a_person("Ada Konto", "ada@example.org", Grant(Role.ACCOUNTANT, "operator", operator)),
        tilda=await a_person("Tilda Ruf", "telefon@example.org", Grant(Role.TELEPHONE, "network", None)),
    )


async def an_operator(slug: str, name: str) -> int:
    """An operator; its key."""
    key: int = await fetch_value(
        "INSERT INTO operator (public_id, slug, name, email, phone, created_at)"
        " VALUES ($1, $2, $3, $2 || '@example.org', '02654 1', $4) RETURNING id",
        new_public_id(),
        slug,
        name,
        NOW,
    )
    return key


async def a_space(
    operator: int,
    slug: str,
    name: str,
    *,
    resources: Sequence[tuple[Kind, str, Sequence[str]]],
    position: tuple[float, float] = (50.3003, 7.3165),
    postcode: str = "56751",
    place: str = "Polch",
    features: Sequence[str] = (),
    week: Mapping[int, tuple[int, int]] = WORKING_DAYS,
) -> ASpace:
    """A published space with its hours and resources, each given as (kind, name, features) in their order."""
    space: int = await fetch_value(
        "INSERT INTO space (slug, operator, name, street, postcode, place, municipality, lat, lng, features,"
        " description_de, description_en, published_at)"
        " VALUES ($1, $2, $3, 'Bahnhofstraße 1', $4, $5, $5, $6, $7, $8, 'Ruhig und hell.', 'Quiet and bright.', $9)"
        " RETURNING id",
        slug,
        operator,
        name,
        postcode,
        place,
        *position,
        list(features),
        NOW - timedelta(days=365),
    )
    for weekday, (opens, closes) in week.items():
        await execute(
            "INSERT INTO weekly_hours (space, weekday, opens, closes) VALUES ($1, $2, $3, $4)",
            space,
            weekday,
            opens,
            closes,
        )
    made = [
        await a_resource(space, kind, resource, features=has, order=order)
        for order, (kind, resource, has) in enumerate(resources)
    ]
    return ASpace(space, slug, name, {resource.name: resource for resource in made})


async def a_resource(space: int, kind: Kind, name: str, *, features: Sequence[str] = (), order: int = 0) -> AResource:
    """One thing that can be booked."""
    public_id = new_public_id()
    key: int = await fetch_value(
        "INSERT INTO resource (public_id, space, kind, name, position, capacity, features)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        public_id,
        space,
        kind,
        name,
        order,
        8 if kind is Kind.ROOM else 1,
        list(features),
    )
    return AResource(key, public_id, kind, name)


async def a_floor_plan(space: ASpace, drawing: FloorPlanDrawing, places: Mapping[str, Placement]) -> None:
    """The drawing of the space's only floor, and where its resources stand in it by name."""
    floor = await fetch_value(
        "INSERT INTO floor_plan (space, drawing) VALUES ($1, $2::jsonb) RETURNING id", space.id, encode(drawing)
    )
    for name, placement in places.items():
        await execute(
            "UPDATE resource SET floor_plan = $2, placement = $3::jsonb WHERE id = $1",
            space[name].id,
            floor,
            msgspec.json.encode(placement).decode(),
        )


async def a_person(name: str, email: str, *grants: Grant) -> APerson:
    """A person with these roles, a confirmed address and a token."""
    public_id, token = new_public_id(), new_token()
    person: int = await fetch_value(
        "INSERT INTO person (public_id, name, email, email_confirmed_at, created_at)"
        " VALUES ($1, $2, $3, $4, $4) RETURNING id",
        public_id,
        name,
        email,
        NOW,
    )
    for grant in grants:
        await execute(
            "INSERT INTO role_grant (person, role, scope_kind, scope_id, granted_at) VALUES ($1, $2, $3, $4, $5)",
            person,
            grant.role,
            grant.scope_kind,
            grant.scope_id,
            NOW,
        )
    await add_token(person, token, list(Scope))
    return APerson(person, public_id, name, email, grants, token)


async def add_token(person: int, token: str, scopes: Sequence[str]) -> None:
    """Lets the person's programs in with this token."""
    await execute(
        "INSERT INTO api_token (public_id, person, name, scopes, token_hash, hint, created_at, last_used_at)"
        " VALUES ($1, $2, 'Test', $3, $4, $5, $6, $6)",
        new_public_id(),
        person,
        list(scopes),
        token_hash(token),
        token[:4],
        NOW,
    )


async def house_rules_at(space: ASpace, edition: int = 1, text: str = "Türen leise schließen.") -> int:
    """An edition of the space's house rules that holds since an hour before NOW; its number."""
    await execute(
        "INSERT INTO house_rules (space, edition, text_de, text_en, valid_from) VALUES ($1, $2, $3, '', $4)",
        space.id,
        edition,
        text,
        NOW - timedelta(hours=1),
    )
    return edition


async def rules_at(space: ASpace, kind: Kind, resource: AResource | None = None, **columns: object) -> int:
    """What the space says of the kind, or of one resource of it; the key of these rules."""
    key: int = await fetch_value(
        f"INSERT INTO booking_rules (space, kind, resource{''.join(f', {name}' for name in columns)})"
        f" VALUES ($1, $2, $3{''.join(f', ${number}' for number in range(4, 4 + len(columns)))}) RETURNING id",
        space.id,
        kind,
        resource.id if resource else None,
        *columns.values(),
    )
    await execute(
        "UPDATE resource SET rules = $1 WHERE space = $2 AND kind = $3"
        " AND CASE WHEN $4::bigint IS NULL THEN rules IS NULL ELSE id = $4 END",
        key,
        space.id,
        kind,
        resource.id if resource else None,
    )
    return key


async def with_parts(whole: AResource, *parts: AResource) -> None:
    """Booking the whole takes its parts as well."""
    await execute("UPDATE resource SET parts = $2 WHERE id = $1", whole.id, [part.id for part in parts])


async def staffed_at(space: ASpace, opens: int = 8, closes: int = 18) -> None:
    """Somebody of the operator's is there at these hours of every working day."""
    for weekday in WORKING_DAYS:
        await execute(
            "INSERT INTO staffed_hours (space, weekday, opens, closes) VALUES ($1, $2, $3, $4)",
            space.id,
            weekday,
            opens * 60,
            closes * 60,
        )
