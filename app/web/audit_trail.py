"""The audit trail: read page by page, filtered, and taken along as a file."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Stream

from app.identity.audit import AuditFilter, RecordedAct, audit_entries, record
from app.identity.authentication import Visitor
from app.identity.queries import person_of_email
from app.identity.rules import Action, Actor
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import first_instant
from app.network.charging import network_charges
from app.platform.database import transaction
from app.web.audit_words import details_in_words, in_words, thing_in_words, things, way_in_words
from app.web.forms import NO_ERRORS, DayUnreadable, checked_key, read_day, refusals_of, show_again
from app.web.home import FormData
from app.web.limit_words import LIMITS_CHANGED, changed_limits, spaces_to_choose
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import PER_PAGE, Moments, staff

MOST_EXPORTED: Final = 100_000
_AT_ONCE: Final = 1_000
_LONGEST_WORD: Final = 80
_YEARS: Final = range(2000, 3000)
_FIELDS: Final = ("wer", "vorgang", "gegenstand", "nummer", "von", "bis")
_COLUMNS: Final = ("number", "at", "actor", "actor_name", "via", "action", "subject_kind", "subject_id", "details")


class ActorUnknown(BadInput):
    """The trail was asked for somebody who is not known."""

    code = "actor_unknown"
    text = marked("Diese Person gibt es hier nicht. Möglich sind eine E-Mail-Adresse oder die Nummer der Person.")


class NumberUnreadable(BadInput):
    """A subject is named by its number."""

    code = "number_unreadable"
    text = marked("Bitte eine Nummer eintragen, etwa 12.")


@get("/netzwerk/protokoll")
async def audit_trail(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = staff(visitor, Action.SEE_AUDIT_TRAIL)
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    fields = _fields(query)
    context = {
        "fields": fields,
        "moments": Moments(visitor),
        "details_of": await _details_of(visitor),
        "words": lambda action: in_words(action, visitor.speaker),
        "thing": lambda name: thing_in_words(name, visitor.speaker),
        "way": lambda via: way_in_words(via, visitor.speaker),
        "things": things(visitor.speaker, charges=await network_charges()),
        "errors": NO_ERRORS,
        "most": MOST_EXPORTED,
    }
    wanted, refusals = await _wanted(fields)
    if refusals:
        context |= {"acts": [], "next_url": "", "first_url": ""}
        return await show_again(request, visitor, pages, "staff/audit_trail.html", context, refusals)
    cursor = query.get("nach") or None
    acts, following = await audit_entries(actor, wanted, PER_PAGE, cursor)
    filters = {name: text for name, text in fields.items() if text}
    context |= {
        "acts": acts,
        "next_url": f"/netzwerk/protokoll?{urlencode(filters | {'nach': following})}" if following else "",
        "first_url": f"/netzwerk/protokoll?{urlencode(filters)}" if cursor else "",
    }
    return await pages.show(request, visitor, "staff/audit_trail.html", context)


async def _details_of(visitor: Visitor) -> Callable[[RecordedAct], str]:
    """What an entry tells, in words."""
    spaces, say = await spaces_to_choose(visitor), visitor.speaker

    def said(act: RecordedAct) -> str:
        is_limits = act.action in LIMITS_CHANGED
        return details_in_words(changed_limits(act.details, spaces, say) if is_limits else act.details, say)

    return said


@post("/netzwerk/protokoll/export")
async def export_trail(visitor: NamedDependency[Visitor], data: FormData) -> Stream | Redirect:
    """What the filter shows as a file, the newest first and at most MOST_EXPORTED; that it was taken is recorded."""
    actor, fields = staff(visitor, Action.SEE_AUDIT_TRAIL), _fields(data)
    filters = {name: text for name, text in fields.items() if text}
    wanted, refusals = await _wanted(fields)
    if refusals:
        return go(f"/netzwerk/protokoll?{urlencode(filters)}")
    kind = "json" if data.get("format") == "json" else "csv"
    async with transaction():
        await record("audit.exported", "audit_trail", None, actor, visitor.now, format=kind, **_recorded(filters))
    written = _json(actor, wanted) if kind == "json" else _csv(actor, wanted)
    name = f"protokoll-{visitor.now.astimezone(ZONE):%Y-%m-%d-%H%M}.{kind}"
    return Stream(
        written,
        status_code=200,
        media_type="application/json" if kind == "json" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _recorded(filters: Mapping[str, str]) -> dict[str, str]:
    """The filter without an address that somebody typed in: the person's number is in the entries themselves."""
    return {f"filter_{name}": text for name, text in filters.items() if name != "wer" or text.isdigit()}


async def _acts(actor: Actor, wanted: AuditFilter) -> AsyncIterator[RecordedAct]:
    cursor, left = None, MOST_EXPORTED
    while left > 0:
        acts, cursor = await audit_entries(actor, wanted, min(_AT_ONCE, left), cursor)
        for act in acts:
            yield act
        left -= len(acts)
        if cursor is None:
            return


async def _csv(actor: Actor, wanted: AuditFilter) -> AsyncIterator[bytes]:
    yield ("\ufeff" + _line(_COLUMNS)).encode()
    async for act in _acts(actor, wanted):
        yield _line([_cell(value) for value in _values(act)]).encode()


async def _json(actor: Actor, wanted: AuditFilter) -> AsyncIterator[bytes]:
    yield b'{"entries":['
    before = b"\n"
    async for act in _acts(actor, wanted):
        yield before + msgspec.json.encode(dict(zip(_COLUMNS, _values(act), strict=True)))
        before = b",\n"
    yield b"\n]}\n"


def _values(act: RecordedAct) -> tuple[Any, ...]:
    return (
        act.id,
        act.at.isoformat(),
        act.actor,
        act.actor_name,
        act.via,
        act.action,
        act.subject_kind,
        act.subject_id,
        act.details,
    )


def _cell(value: object) -> str:
    """As programs for tables read it; what they would take for a formula begins with an apostrophe."""
    if isinstance(value, Mapping):
        return msgspec.json.encode(value).decode()
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _line(cells: object) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow(cells)  # type: ignore[arg-type]
    return line.getvalue()


def _fields(query: Mapping[str, str]) -> dict[str, str]:
    return {name: _clean(query.get(name, "")) for name in _FIELDS}


async def _wanted(fields: Mapping[str, str]) -> tuple[AuditFilter, list[Refusal]]:
    """What the filter's fields ask for, and which of them cannot be read. Both days belong to it."""
    actor = await _person(fields["wer"])
    refusals: list[Refusal] = [ActorUnknown(field="wer")] if fields["wer"] and actor is None else []
    refusals += refusals_of(lambda: _number(fields["nummer"]), lambda: _day(fields, "von"), lambda: _day(fields, "bis"))
    if refusals:
        return AuditFilter(), refusals
    first, last = _day(fields, "von"), _day(fields, "bis")
    return AuditFilter(
        actor=actor,
        action=fields["vorgang"] or None,
        subject_kind=fields["gegenstand"] or None,
        subject_id=_number(fields["nummer"]),
        since=first_instant(first, time(), ZONE) if first else None,
        before=first_instant(last + timedelta(days=1), time(), ZONE) if last else None,
    ), []


async def _person(text: str) -> int | None:
    """A person's key, from itself or from the address."""
    return _key(text) if text.isdigit() else await person_of_email(text)


def _number(text: str) -> int | None:
    """Raises NumberUnreadable."""
    key = _key(text)
    if text and key is None:
        raise NumberUnreadable(field="nummer")
    return key


def _key(text: str) -> int | None:
    try:
        return checked_key(text)
    except NotFound:
        return None


def _day(fields: Mapping[str, str], name: str) -> date | None:
    """Raises DayUnreadable."""
    if not fields[name]:
        return None
    found = read_day(fields[name], name)
    if found.year not in _YEARS:
        raise DayUnreadable(field=name)
    return found


def _clean(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()[:_LONGEST_WORD]


HANDLERS = [audit_trail, export_trail]
