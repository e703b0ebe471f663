"""What the network's staff see of the machinery: jobs, their failures, and what comes back by the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_datetime, format_timedelta
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.audit import record
from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound, marked
from app.platform.database import transaction
from app.platform.jobs import dead_jobs, retry_all_dead, retry_job, waiting_summary, workers_seen
from app.platform.periodic import periodic_jobs
from app.web.forms import checked_key, notice
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

PER_PAGE = 50
_LONGEST_WORD = 80
_YEARS = range(2000, 3000)

NOTICES = {
    "wiederholt": marked("Die Aufgabe wird noch einmal versucht."),
    "alle": marked("Alle gescheiterten Aufgaben werden noch einmal versucht."),
}


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


HANDLERS = [overview, dead_letters, retry_one, retry_all]
