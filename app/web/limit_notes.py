"""What is said where a team does not pay for a booking: which limit, and where more is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.bookings.quoting import Quote
from app.identity.authentication import Visitor
from app.kernel.refusals import Refusal
from app.plans.limits import Limited, Reason
from app.plans.nothing_pays import LimitReached, limit_refusal
from app.teams.queries import teams_of_purses


@dataclass(frozen=True, slots=True)
class LimitNote:
    """One limit in a sentence, and the page at which more is asked for; without one it cannot be asked for."""

    text: str
    url: str


async def limit_notes(quoted: Quote, refusal: Refusal | None, visitor: Visitor) -> list[LimitNote]:
    """The limits that keep teams from paying for what is quoted; one that is refused already only says where to ask.
    Nothing where the day is paid already."""
    if quoted.decision is not None and quoted.decision.payment.use.units and not quoted.decision.payment.takes:
        return []
    told = refusal.facts.get("limited") if isinstance(refusal, LimitReached) else None
    found = [one for one in quoted.limits if one != told]
    limits = [*([told] if isinstance(told, Limited) else []), *found]
    if not limits:
        return []
    space = quoted.space.name if quoted.space else ""
    teams = await teams_of_purses(one.purse for one in limits)
    return [
        LimitNote("" if one is told else visitor.speaker.refusal(limit_refusal(one, None, space)), _asking(one, teams))
        for one in limits
    ]


def _asking(limited: Limited, teams: Mapping[int, str]) -> str:
    if limited.reason in (Reason.SPACE, Reason.WEEKDAY) or limited.purse not in teams:
        return ""
    return f"/team/{teams[limited.purse]}/mein-rahmen?monat={limited.month:%Y-%m}#mehr"
