"""Which spaces an event is about, for pages that show a space as it stands."""

from collections.abc import Sequence

from app.platform.database import fetch
from app.platform.live import AT_ONCE, News

_NEWS = f"""
    WITH new AS (
        (SELECT id, aggregate_kind, aggregate_id, payload FROM outbox_event WHERE id > $1 ORDER BY id
          LIMIT {AT_ONCE})
        UNION ALL
        SELECT id, aggregate_kind, aggregate_id, payload FROM outbox_event WHERE id = ANY($2::bigint[])
    )
    SELECT new.id, array_remove(
               ARRAY[b.space, w.space, k.space, sr.space, hr.space, p.space, s.id,
                     (new.payload ->> 'left_space')::bigint],
               NULL
           ) || ARRAY(
               SELECT id FROM space WHERE new.aggregate_kind = 'operator' AND operator = new.aggregate_id
           ) AS spaces
      FROM new
      LEFT JOIN space s ON new.aggregate_kind = 'space' AND s.id = new.aggregate_id
      LEFT JOIN booking b ON new.aggregate_kind = 'booking' AND b.id = new.aggregate_id
      LEFT JOIN waiting w ON new.aggregate_kind = 'waiting' AND w.id = new.aggregate_id
      LEFT JOIN blocker k ON new.aggregate_kind = 'blocker' AND k.id = new.aggregate_id
      LEFT JOIN report p ON new.aggregate_kind = 'report' AND p.id = new.aggregate_id
      LEFT JOIN series se ON new.aggregate_kind = 'series' AND se.id = new.aggregate_id
      LEFT JOIN resource sr ON sr.id = se.resource
      LEFT JOIN desk_hold h ON new.aggregate_kind = 'desk_hold' AND h.id = new.aggregate_id
      LEFT JOIN resource hr ON hr.id = h.resource
     ORDER BY new.id
"""  # noqa: S608


async def space_news(after: int, missing: Sequence[int] = ()) -> list[News]:
    """The spaces of the events behind a key and of those with certain keys; the first AT_ONCE."""
    rows = await fetch(_NEWS, after, list(missing))
    return [News(row["id"], row["spaces"]) for row in rows]
