"""All spaces today, for the network's telephone and administrators: who needs help, by numbers and without names."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from app.bookings.all_today import Alert, SpaceToday, all_spaces_today
from app.bookings.settling import SETTLING
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import Phrase, marked, phrase
from app.kernel.wall_time import local_day
from app.platform.jobs import workers_seen
from app.platform.periodic import last_run_of
from app.web.front_desk import STOPPED_AFTER, single
from app.web.pages import PageRequest, Pages
from app.web.search_form import ZONE
from app.web.staff import staff

ORDERS = {
    "hinweise": marked("Hinweise zuerst"),
    "name": marked("nach Namen"),
    "belegt": marked("die vollsten zuerst"),
    "frei": marked("die meisten freien Plätze zuerst"),
}
_KEYS: dict[str, Callable[[SpaceToday], Any]] = {
    "hinweise": lambda today: (min([*map(list(Alert).index, today.alerts), len(Alert)]), today.space.name),
    "name": lambda today: today.space.name,
    "belegt": lambda today: (-today.booked, today.space.name),
    "frei": lambda today: (-(today.free.free if today.free else -1), today.space.name),
}


@get("/netzwerk/heute")
async def today_everywhere(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = staff(visitor, Action.SEE_ALL_SPACES)
    order = single(request).get("ordnung", "")
    order = order if order in ORDERS else "hinweise"
    spaces = await all_spaces_today(actor, visitor.now, visitor.language)
    ran_at = await last_run_of(SETTLING)
    is_working = any(worker.alive for worker in await workers_seen(visitor.now))
    context = {
        "rows": [(today, _alerts(today)) for today in sorted(spaces, key=_KEYS[order])],
        "day": local_day(visitor.now, ZONE),
        "order": order,
        "orders": ORDERS,
        "booked": sum(today.booked for today in spaces),
        "present": sum(today.here for today in spaces),
        "open": sum(today.is_open for today in spaces),
        "is_stopped": not is_working or ran_at is None or visitor.now - ran_at > STOPPED_AFTER,
        "may_see_jobs": actor.may(Action.SEE_JOBS),
    }
    return await pages.show(request, visitor, "network/today.html", context)


def _alerts(today: SpaceToday) -> list[tuple[str, Phrase]]:
    """What to look at, in words, each with the state that it is drawn with."""
    until = today.takes_until - timedelta(minutes=1) if today.takes_until else None
    texts = {
        Alert.MAIL_FAILED: ("late", phrase(_counted(today.failed_mails, *_MAILS), num=today.failed_mails)),
        Alert.SUSPENDED: ("late", phrase(marked("nimmt keine Buchungen an"))),
        Alert.LEAVES: ("late", phrase(marked("im Netzwerk bis {day}"), day=local_day(until, ZONE) if until else None)),
        Alert.NO_SHOWS: ("none", phrase(marked("nicht gekommen: {num}"), num=today.no_shows)),
        Alert.CLOSES: ("none", phrase(marked("geschlossen am {day}"), day=next(iter(today.closes_on), None))),
    }
    return [texts[alert] for alert in today.alerts]


_MAILS = (marked("E-Mail zu {num} Buchung nicht zugestellt"), marked("E-Mails zu {num} Buchungen nicht zugestellt"))


def _counted(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


HANDLERS = [today_everywhere]
