"""What the network's staff see of the machinery: jobs, their failures, and the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from babel.dates import format_datetime, format_timedelta
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.audit import AuditFilter, RecordedAct, audit_entries, record
from app.identity.authentication import Visitor
from app.identity.queries import person_of_email
from app.identity.rules import Action, Actor
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import first_instant
from app.platform.database import transaction
from app.platform.jobs import dead_jobs, retry_all_dead, retry_job, waiting_summary, workers_seen
from app.platform.periodic import periodic_jobs
from app.web.forms import NO_ERRORS, checked_key, notice, refusals_of, show_again
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

PER_PAGE = 50
_LONGEST_WORD = 80
_YEARS = range(2000, 3000)

NOTICES = {
    "wiederholt": marked("Die Aufgabe wird noch einmal versucht."),
    "alle": marked("Alle gescheiterten Aufgaben werden noch einmal versucht."),
}


class ActorUnknown(BadInput):
    """The trail was asked for somebody who is not known."""

    code = "actor_unknown"
    text = marked("Diese Person gibt es hier nicht. Möglich sind eine E-Mail-Adresse oder die Nummer der Person.")


class NumberUnreadable(BadInput):
    """A subject is named by its number."""

    code = "number_unreadable"
    text = marked("Bitte eine Nummer eintragen, etwa 12.")


class DayUnreadable(BadInput):
    """Neither 2026-11-25 nor 25.11.2026."""

    code = "day_unreadable"
    text = marked("Bitte ein Datum eintragen, etwa 25.11.2026.")


def staff(visitor: Visitor, action: Action) -> Actor:
    """The actor who may do this in the whole network; for anybody else who is signed in the page does not exist."""
    actor = visitor.signed_in
    if not actor.may(action):
        raise NotFound
    return actor


@dataclass(frozen=True, slots=True)
class Moments:
    """Writes times as tables need them, in the reader's language and the network's time zone."""

    visitor: Visitor

    def stamp(self, at: datetime) -> str:
        """25.11.2026, 19:00:12."""
        return str(format_datetime(at, "medium", tzinfo=ZONE, locale=self.visitor.speaker.locale))

    def length(self, length: timedelta) -> str:
        """3 Minuten."""
        return str(format_timedelta(length, locale=self.visitor.speaker.locale))


@get("/netzwerk")
async def overview(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    staff(visitor, Action.SEE_JOBS)
    workers = await workers_seen(visitor.now)
    context = {
        "waiting": await waiting_summary(visitor.now),
        "workers": workers,
        "is_working": any(worker.alive for worker in workers),
        "periodic": await periodic_jobs(),
        "moments": Moments(visitor),
    }
    return await pages.show(request, visitor, "staff/overview.html", context)


@get("/netzwerk/aufgaben")
async def dead_letters(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = staff(visitor, Action.SEE_JOBS)
    cursor = request.query_params.get("nach", "")
    jobs = await dead_jobs(PER_PAGE, checked_key(cursor) if cursor else None)
    context = {
        "jobs": jobs,
        "may_retry": actor.may(Action.RETRY_JOBS),
        "next_url": f"/netzwerk/aufgaben?nach={jobs[-1].id}" if len(jobs) == PER_PAGE else "",
        "first_url": "/netzwerk/aufgaben" if cursor else "",
        "moments": Moments(visitor),
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "staff/dead_letters.html", context)


@post("/netzwerk/aufgaben/{job:str}/wiederholen")
async def retry_one(visitor: NamedDependency[Visitor], job: FromPath[str]) -> Redirect:
    actor, key = staff(visitor, Action.RETRY_JOBS), checked_key(job)
    async with transaction():
        await retry_job(key, visitor.now)
        await record("job.retried", "job", key, actor, visitor.now)
    return go("/netzwerk/aufgaben?getan=wiederholt")


@post("/netzwerk/aufgaben/alle-wiederholen")
async def retry_all(visitor: NamedDependency[Visitor]) -> Redirect:
    actor = staff(visitor, Action.RETRY_JOBS)
    async with transaction():
        jobs = await retry_all_dead(visitor.now)
        await record("job.all_retried", "job", None, actor, visitor.now, jobs=jobs)
    return go("/netzwerk/aufgaben?getan=alle")


@get("/netzwerk/protokoll")
async def audit_trail(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = staff(visitor, Action.SEE_AUDIT_TRAIL)
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    fields = {name: _clean(query.get(name, "")) for name in ("wer", "vorgang", "gegenstand", "nummer", "von", "bis")}
    context = {"fields": fields, "moments": Moments(visitor), "text_of": _details, "errors": NO_ERRORS}
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
    """2026-11-25, or 25.11.2026 as people type it where the browser has no date field. Raises DayUnreadable."""
    text = fields[name]
    if not text:
        return None
    try:
        if "." in text:
            day, month, year = (int(part) for part in text.split("."))
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError as error:
        raise DayUnreadable(field=name) from error
    if found.year not in _YEARS:
        raise DayUnreadable(field=name)
    return found


def _clean(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()[:_LONGEST_WORD]


def _details(act: RecordedAct) -> str:
    """What changed, in one line: role: front_desk, scope_kind: space."""
    return ", ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in act.details.items()
        if value is not None
    )


HANDLERS = [overview, dead_letters, retry_one, retry_all, audit_trail]
