"""Reads who and what is there: staffed hours and noisy events of many spaces at once."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from app.inventory.rules import Hours
from app.inventory.staffing import NoisyEvent, OnSite, Staffing, whole_day
from app.kernel.periods import Period
from app.kernel.wall_time import Opening
from app.platform.database import fetch


async def on_site_of(hours: Mapping[int, Hours], first: date, last: date, language: str) -> Mapping[int, OnSite]:
    """Staffing and noise of the spaces whose hours these are, for the days from first to last; one query."""
    if not hours:
        return {}
    rows = await fetch(
        """
        SELECT space, weekday, NULL::date AS day, opens, closes,
               NULL::timestamptz AS starts_at, NULL::timestamptz AS ends_at, NULL AS what_de, NULL AS what_en
          FROM staffed_hours WHERE space = ANY($1)
        UNION ALL
        SELECT space, NULL, day, opens, closes, NULL, NULL, NULL, NULL
          FROM staffed_exception WHERE space = ANY($1) AND day BETWEEN $2 AND $3
        UNION ALL
        SELECT space, NULL, NULL, NULL, NULL, starts_at, ends_at, what_de, what_en
          FROM noisy_event WHERE space = ANY($1) AND starts_at < $5 AND ends_at > $4
        """,
        list(hours),
        first,
        last,
        min(whole_day(first, of_space.zone).starts_at for of_space in hours.values()),
        max(whole_day(last, of_space.zone).ends_at for of_space in hours.values()),
    )
    week: dict[int, dict[int, list[Opening]]] = defaultdict(lambda: defaultdict(list))
    changes: dict[int, dict[date, list[Opening | None]]] = defaultdict(lambda: defaultdict(list))
    noise: dict[int, list[NoisyEvent]] = defaultdict(list)
    for row in rows:
        opening = Opening(row["opens"], row["closes"]) if row["opens"] is not None else None
        if row["starts_at"] is not None:
            what = row[f"what_{language}"] or row["what_de"]
            noise[row["space"]].append(NoisyEvent(Period(row["starts_at"], row["ends_at"]), what))
        elif row["day"] is not None:
            changes[row["space"]][row["day"]].append(opening)
        elif opening is not None:
            week[row["space"]][row["weekday"]].append(opening)
    return {
        space: OnSite(Staffing(of_space, week.get(space, {}), changes.get(space, {})), noise.get(space, ()))
        for space, of_space in hours.items()
    }
