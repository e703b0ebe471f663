"""Two operators who have everything that there is, each with its own mark in every text, and some of it entangled.

`put` fills what it is not told: a new column carries the mark by itself, and a new table has to be put here.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.leaving.contents import LEFT_OUT
from app.platform.database import execute, fetch, fetch_value
from tests.worlds import NOW

OURS, RIVALS, SHARED, SECRET = "Eigenzeichen", "Fremdzeichen", "Beidzeichen", "Geheimzeichen"
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=1, hours=4)
LONG_AGO = NOW - timedelta(days=500)

_numbers = itertools.count(1)
_columns: dict[str, list[Mapping[str, Any]]] = {}


async def put(table: str, mark: str, **given: Any) -> int:
    """A row with these values, and the mark in every text that was not given; its key."""
    if table not in _columns:
        _columns[table] = list(
            await fetch(
                "SELECT column_name, udt_name AS kind, is_nullable = 'NO' AND column_default IS NULL AS is_needed"
                " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1"
                " AND is_identity = 'NO'",
                table,
            )
        )
    values = {
        row["column_name"]: _made_up(row["kind"], _said(mark, table, row["column_name"]))
        for row in _columns[table]
        if row["column_name"] not in given and (row["is_needed"] or row["kind"] in _SAYING)
    } | given
    values = {name: value for name, value in values.items() if value is not None}
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    return await fetch_value(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}) RETURNING id", *values.values()
    )


def _said(mark: str, table: str, column: str) -> str:
    """Another text each time; what is to stay out of the file has the mark of a secret."""
    return f"{SECRET if f'{table}.{column}' in LEFT_OUT else mark}{column}{next(_numbers)}"


_SAYING = ("text", "_text", "bytea", "jsonb")


def _made_up(kind: str, text: str) -> Any:
    """A value of this SQL type that says the text where it can."""
    return {
        "text": text,
        "_text": [text],
        "bytea": text.encode(),
        "jsonb": f'{{"text": "{text}"}}',
        "timestamptz": NOW,
        "date": NOW.date(),
        "bool": True,
    }.get(kind, 1)


@dataclass(frozen=True, slots=True)
class Marked:
    """Keys of what an operator has."""

    mark: str
    operator: int
    slug: str
    space: int
    desk: int
    room: int
    staff: int
    guest: int
    group: int
    organisation: int
    series: int
    booking: int
    blocker: int


async def filled(mark: str, shared_guest: int) -> Marked:
    """An operator with a row in every table."""
    operator = await put("operator", mark, slug=mark.lower(), created_at=NOW)
    space = await put(
        "space",
        mark,
        operator=operator,
        slug=f"haus-{mark.lower()}",
        lat=50.3,
        lng=7.3,
        time_zone="Europe/Berlin",
        features=["wifi"],
        lacking=["shower"],
    )
    staff = await a_person(mark, f"{mark} Leitung", email=f"{mark.lower()}-leitung@haus.example")
    guest = await a_person(mark, f"{mark} Gast", entered_by_operator=operator, entered_at_space=space)
    await put("role_grant", mark, person=staff, role="operator_manager", scope_kind="operator", scope_id=operator)
    await put("role_grant", mark, person=staff, role="front_desk", scope_kind="space", scope_id=space)
    await put("tax_status", mark, operator=operator, kind="standard")
    await put("space_photo", mark, space=space, file=f"{mark.lower()}-haus.webp")
    await put("first_visit", mark, space=space, door="code")
    await put("house_rules", mark, space=space, edition=1)
    await put("legal_text", SHARED, kind="imprint", language="de", valid_from=NOW - timedelta(days=next(_numbers)))
    group = await put("person_group", mark, operator=operator)
    organisation = await put("organisation", mark, operator=operator, responsible=guest)
    await put("evening_mail", mark, space=space, emails=[f"{mark.lower()}@haus.example"])
    await put("import_draft", mark, operator=operator, what="members")
    invited = {"role": "front_desk", "scope_kind": "space", "scope_id": space, "operator": operator}
    await put("invitation", mark, **invited, link=operator, invited_by=staff, accepted_by=staff)
    for whom in (guest, shared_guest):
        await put("house_rules_acceptance", mark, person=whom, space=space, edition=1)
        await put("person_group_member", mark, person_group=group, person=whom)
        noted = {"objected_how": "letter", "objected_by": staff}
        await put("bar", mark, operator=operator, person=whom, made_by=staff, answered_by=staff, **noted)
        await put("member_note", mark, operator=operator, person=whom, author=staff)
        await put("opening_balance", mark, operator=operator, person=whom, days=3)
    floor = await put("floor_plan", mark, space=space, picture=f"{mark.lower()}-plan.webp")
    rules = await put("booking_rules", mark, space=space, kind="desk", who="groups", groups=[group], **_CODED_RULES)
    placed = {"space": space, "features": ["monitor"], "lacking": ["dogs"]}
    desk = await put("resource", mark, **placed, kind="desk", floor_plan=floor, rules=rules)
    room = await put("resource", mark, **placed, kind="room", parts=[desk], direct_parts=[desk])
    await put("booking_rules", mark, space=space, kind="desk", resource=desk, who="everyone", groups=[], **_CODED_RULES)
    await put("resource_photo", mark, resource=desk, file=f"{mark.lower()}-platz.webp")
    for table in ("weekly_hours", "staffed_hours"):
        await put(table, mark, space=space, weekday=1, opens=480, closes=1080)
    for table in ("hours_exception", "staffed_exception"):
        await put(table, mark, space=space, day=date(2026, 12, 24), opens=480, closes=720)
    await put("noisy_event", mark, space=space, starts_at=SOON, ends_at=LATER)
    blocker = await put("blocker", mark, space=space, resources=[desk], starts_at=SOON, ends_at=LATER)
    walk_in = await a_person(mark, f"{mark} an der Tür")
    await put("device", mark, space=space, kind="door", resource=None, walk_in=None)
    await put("device", mark, space=space, kind="kiosk", resource=None, walk_in=walk_in)
    await put(
        "report", mark, space=space, resource=desk, about="broken", state="open", answered_at=NOW, photo=_photo(mark)
    )
    times = {"starts_at": SOON, "ends_at": LATER}
    series = await put("series", mark, **times, person=guest, organisation=organisation, resource=desk, made_by=staff)
    placed = {"resource": desk, "space": space, "status": "confirmed", "purpose": "work", "price_amount": 1900, **times}
    booking = await put(
        "booking", mark, **placed, person=guest, organisation=organisation, series=series, made_by=staff
    )
    await put("booking", mark, **placed, person=shared_guest, taken_over_by=booking)
    bygone = {**placed, "starts_at": LONG_AGO - timedelta(hours=4), "ends_at": LONG_AGO}
    once = await a_person(RIVALS, f"{RIVALS} war lange nicht hier")
    await put("booking", mark, **bygone, person=once, note=f"{RIVALS} alte Notiz")
    await put("booking_guest", mark, booking=booking, forget_at=NOW)
    waited = {"space": space, "kind": "desk", "resource": desk, "status": "booked", **times}
    await put("waiting", mark, **waited, features=[], person=guest, booking=booking, offered=desk)
    await put("short_notice", mark, booking=booking, blocker=blocker)
    hours = {"available": [0] * 24, "booked": [0] * 24, "used": [0] * 24, "lead": [0], "opened": [480, 1080]}
    await put("occupancy_day", mark, space=space, kind="desk", **hours)
    await put("feed", mark, kind="space", person=staff, space=space, resource=None, language="de")
    await put("feed", mark, kind="resource", person=staff, space=None, resource=desk, language="de")
    endpoint = await put("webhook_endpoint", mark, operator=operator, disabled_because=None)
    delivery = await put("webhook_delivery", mark, endpoint=endpoint, state="taken")
    await put("webhook_attempt", mark, delivery=delivery)
    await _fixed_desk(mark, await _sold(mark, operator, guest, staff, booking), desk, staff)
    await _ordered(mark, operator, guest, staff)
    for kind, key in (("operator", operator), ("space", space), ("resource", desk), ("booking", booking)):
        await note(mark, staff, f"{kind}.changed", kind, key, f'{{"after": "{mark}", "whom": {guest}}}')
    scope = f'{{"role": "front_desk", "scope_kind": "space", "scope_id": {space}}}'
    await note(mark, staff, "role.granted", "person", staff, scope)
    await put("operator_export", mark, operator=operator, ordered_by=staff, state="failed", ended_at=NOW)
    return Marked(
        mark, operator, mark.lower(), space, desk, room, staff, guest, group, organisation, series, booking, blocker
    )


async def _ordered(mark: str, operator: int, guest: int, staff: int) -> None:
    """An order of what the operator sells itself."""
    payer = await put("payer", mark, person=guest, kind="person")
    of = {"person": guest, "payer": payer, "seller": operator}
    sold = await put("pass", mark, **of, product_version=None, charge=None)
    more = {"membership": None, "product_version": None, "placed_by": staff, "audience": "consumer", "pass": sold}
    order = await put("contract_order", mark, **of, **more, number=1, amount=1900)
    await put("contract_document", mark, person=guest, contract_order=order)


async def _fixed_desk(mark: str, membership: int, desk: int, staff: int) -> None:
    """A membership's own desk, with a day that is left to others."""
    fixed = await put(
        "fixed_desk",
        mark,
        membership=membership,
        resource=desk,
        last_day=None,
        assigned_by=staff,
        ended_because="staff",
    )
    await put("fixed_desk_release", mark, fixed_desk=fixed, entitlement=None)


async def _sold(mark: str, operator: int, guest: int, staff: int, booking: int) -> int:
    """What the operator sells itself, and somebody has bought; the membership among it."""
    product = await put("product", mark, operator=operator, kind="plan")
    version = await put("product_version", mark, product=product, made_by=staff)
    await put("price_list_entry", mark, operator=operator, space=None, resource=None, kind="desk", per_day=1900)
    await put("concession", mark, operator=operator, person=guest, checked_by=staff)
    payer = await put("payer", mark, person=guest, kind="business")
    bought = {"payer": payer, "seller": operator}
    charge = await put("charge", mark, **bought, amount=1900, corrects=None, voucher="none")
    await execute("UPDATE booking SET charge = $2 WHERE id = $1", booking, charge)
    terms = {"product_version": version}
    membership = await put("membership", mark, **bought, person=guest, ended_because="notice")
    await put("membership_terms", mark, **terms, membership=membership)
    await put("membership_pause", mark, membership=membership)
    await put("change_offer", mark, **terms, membership=membership)
    sold = await put("pass", mark, **bought, **terms, person=guest, charge=charge)
    of = {"unit": "desk_day", "person": guest, "charge": None}
    await put("entitlement", mark, **of, source="membership", membership=membership)
    account = await put("entitlement", mark, **of, source="pass", **{"pass": sold})
    entry = {"change": "hold", "booking": booking, "person": guest, "day": NOW.date(), "step": 1, "actor": None}
    await put("entitlement_entry", mark, **entry, entitlement=account)
    return membership
    return membership


_CODED_RULES = {
    **{"outside_hours": "nobody", "grid": 15, "shortest": 15, "longest": 60, "days_ahead": 7, "own_members_days": 0},
    **{"notice": 0, "buffer_before": 0, "buffer_after": 0, "cancel_before": 0, "decide_within": 60},
}


async def entangle(ours: Marked, rivals: Marked) -> None:
    """What a rival has to do with us, and must not be seen: a booking that was moved here, and keys that stray."""
    await put(
        "booking",
        OURS,
        group_id=None,
        resource=ours.desk,
        space=ours.space,
        person=ours.guest,
        status="confirmed",
        purpose="work",
        price_amount=1900,
        starts_at=SOON,
        ends_at=LATER,
        organisation=rivals.organisation,
        series=rivals.series,
        made_by=rivals.staff,
        decided_by=rivals.staff,
        taken_over_by=rivals.booking,
    )
    moved = await fetch_value("SELECT max(id) FROM booking")
    before = f'{{"before": ["{RIVALS}"], "reason": "blocked", "whom": {rivals.guest}}}'
    await note(RIVALS, rivals.staff, "booking.moved", "booking", moved, before)
    await execute("UPDATE series SET organisation = $2 WHERE id = $1", ours.series, rivals.organisation)
    await execute("UPDATE resource SET parts = parts || $2::bigint WHERE id = $1", ours.room, rivals.desk)
    await execute("UPDATE booking_rules SET groups = groups || $2::bigint WHERE space = $1", ours.space, rivals.group)
    await execute("UPDATE blocker SET resources = resources || $2::bigint WHERE id = $1", ours.blocker, rivals.desk)
    await execute("UPDATE short_notice SET blocker = $2 WHERE booking = $1", ours.booking, rivals.blocker)
    await execute("UPDATE waiting SET booking = $2 WHERE space = $1", ours.space, rivals.booking)
    await execute("UPDATE member_note SET author = $2 WHERE operator = $1", ours.operator, rivals.staff)
    await execute("UPDATE bar SET made_by = $2, answered_by = $2 WHERE operator = $1", ours.operator, rivals.staff)
    await execute("UPDATE invitation SET invited_by = $2 WHERE operator = $1", ours.operator, rivals.staff)
    await execute("UPDATE feed SET person = $2 WHERE space = $1", ours.space, rivals.staff)


async def a_person(mark: str, name: str, **more: Any) -> int:
    """Somebody with an account, whose address is a secret unless another one is given."""
    more = {"email": f"{SECRET}{next(_numbers)}@example.org", **more}
    return await put("person", mark, name=name, language="de", merged_into=None, created_at=NOW, **more)


async def note(mark: str, actor: int, action: str, kind: str, key: int, details: str) -> None:
    await put(
        "audit_entry", mark, actor=actor, via="page", action=action, subject_kind=kind, subject_id=key, details=details
    )


def _photo(mark: str) -> bytes:
    return f"{mark} Foto".encode()
