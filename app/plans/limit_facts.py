"""The limits of a person in shared purses as one query finds them, beside everything else that could pay."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from app.plans.limits import Amounts, LimitShape, OwnLimits


class _MonthRow(msgspec.Struct):
    month: date
    desk_halves: int
    room_minutes: int
    money: int

    def read(self) -> Amounts:
        return Amounts(self.desk_halves, self.room_minutes, self.money)


class _StepRow(msgspec.Struct):
    month: date
    step: int


class _LimitsRow(msgspec.Struct):
    purse: int
    limits: LimitShape
    spent: list[_MonthRow] | None
    extra: list[_MonthRow] | None
    steps: list[_StepRow] | None

    def read(self) -> OwnLimits:
        return OwnLimits(
            self.purse,
            self.limits,
            {row.month: row.read() for row in self.spent or ()},
            {row.month: row.read() for row in self.extra or ()},
            {row.month: row.step for row in self.steps or ()},
        )


_rows: Final = msgspec.json.Decoder(list[_LimitsRow])


def limits_in(text: str | None) -> Mapping[int, OwnLimits]:
    """By the purses' keys, out of a JSON array of rows that `own_limits` selects."""
    return {row.purse: row.read() for row in _rows.decode(text or "[]")}


def own_limits(first: str, last: str) -> str:
    """What to select of `purse_member m JOIN shared_purse p` for the person $1 and the months of these days.

    A day that was bought out of the budget counts as a day; a room that was paid out of it as what it lasted.
    """
    month_first, month_last = f"date_trunc('month', {first}::date)::date", f"date_trunc('month', {last}::date)::date"
    return f"""m.purse, coalesce(m.limits, p.limits) AS limits,
        (SELECT json_agg(u) FROM (
            SELECT month, coalesce(sum(units) FILTER (WHERE unit = 'desk_day'), 0)::int AS desk_halves,
                   coalesce(sum(CASE unit WHEN 'room_minute' THEN units WHEN 'money' THEN minutes END), 0)::int
                   AS room_minutes, coalesce(sum(units) FILTER (WHERE unit = 'money'), 0)::int AS money
              FROM (
                  SELECT date_trunc('month', x.day)::date AS month, e.unit, -sum(x.left_change) AS units,
                         CASE WHEN sum(x.booked_change) > 0
                              THEN (max(ARRAY[x.id, x.minutes::bigint])
                                    FILTER (WHERE x.change = 'hold' AND e.unit = 'money'))[2]
                         END AS minutes
                    FROM (
                        SELECT id, unit FROM entitlement WHERE purse = m.purse AND person IS NULL
                           AND coalesce(ends_on, 'infinity') >= {month_first}
                        UNION ALL
                        SELECT id, unit FROM entitlement WHERE purse = m.purse AND person = $1
                           AND coalesce(ends_on, 'infinity') >= {month_first}
                    ) e JOIN entitlement_entry x ON x.entitlement = e.id AND x.person = $1
                     AND x.day >= {month_first} AND x.day < ({month_last} + interval '1 month')::date
                   GROUP BY 1, 2, CASE WHEN e.unit = 'money' THEN x.booking END
              ) x GROUP BY month
        ) u) AS spent,
        (SELECT json_agg(u) FROM (
            SELECT month, sum(desk_halves)::int AS desk_halves, sum(room_minutes)::int AS room_minutes,
                   sum(money)::int AS money
              FROM purse_extra WHERE purse = m.purse AND person = $1 AND month BETWEEN {month_first} AND {month_last}
             GROUP BY month
        ) u) AS extra,
        (SELECT json_agg(u) FROM (
            SELECT month, max(step) AS step FROM limit_step
             WHERE purse = m.purse AND person = $1 AND month BETWEEN {month_first} AND {month_last} GROUP BY month
        ) u) AS steps"""  # noqa: S608
