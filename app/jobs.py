"""What the worker does: the reactions of all capabilities to events, and the periodic work."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.identity.operations import forget_old
from app.kernel.clock import system_clock
from app.platform import rate_limits
from app.platform.idempotency import forget_old_answers
from app.platform.jobs import prune
from app.platform.outbox import Reactions
from app.platform.periodic import Daily, Every, Periodic
from app.platform.settings import Settings
from app.platform.worker import Worker


def make_worker(settings: Settings) -> Worker:
    """The worker of this installation."""
    return Worker(_reactions(settings), _periodic(), system_clock)


def _reactions(settings: Settings) -> Reactions:
    return {}


def _periodic() -> Sequence[Periodic]:
    night = Daily(time(2, 30), ZoneInfo("Europe/Berlin"))
    return [
        Periodic("prune_jobs", night, prune),
        Periodic("forget_answers", Every(timedelta(hours=1)), _forget_answers),
        Periodic("forget_accounts_leftovers", night, forget_old),
        Periodic("forget_rate_limits", Every(timedelta(minutes=10)), _forget_rate_limits),
    ]


async def _forget_answers(now: datetime) -> None:
    await forget_old_answers(now)


async def _forget_rate_limits(now: datetime) -> None:
    await rate_limits.forget_old(now)
