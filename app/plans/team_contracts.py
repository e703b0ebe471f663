"""Contracts of employers as they stand: so many pieces of a plan or of a pass, for the purse of a team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from app.kernel.money import Money
from app.plans.grants import Days
from app.plans.terms import PassTerms, PlanTerms, TeamUse, Terms, terms_of
from app.plans.tiers import of_pieces, piece_price
from app.plans.timeline import Stretch, Timeline
from app.platform.database import fetch

_A_DAY = timedelta(days=1)


class Step(msgspec.Struct, frozen=True):
    """So many pieces from a day on."""

    quantity: int
    valid_from: date


@dataclass(frozen=True, slots=True)
class TeamContractCard:
    """A contract with its copy of the terms of one piece. Of a pass there is no first term."""

    id: int
    public_id: str
    purse: int
    payer: int
    seller: int | None
    seller_name: str
    product: str
    product_version: int
    terms: Terms
    ordered_at: datetime
    starts_on: date
    first_term_ends_on: date | None
    noticed_at: datetime | None
    ends_on: date | None
    version: int
    steps: Sequence[Step]

    @property
    def use(self) -> TeamUse:
        assert self.terms.for_teams is not None, "it was sold to a team"
        return self.terms.for_teams

    @property
    def is_plan(self) -> bool:
        return isinstance(self.terms, PlanTerms)

    @property
    def plan(self) -> PlanTerms:
        """The terms of one piece. Raises TypeError for what was bought at once."""
        if not isinstance(self.terms, PlanTerms):
            raise TypeError("this is a pass")
        return self.terms

    @property
    def bought(self) -> PassTerms:
        """The terms of one piece of what was bought at once. Raises TypeError for a plan."""
        if not isinstance(self.terms, PassTerms):
            raise TypeError("this is a plan")
        return self.terms

    @property
    def days(self) -> Days:
        return Days(self.starts_on, self.ends_on)

    def is_over(self, today: date) -> bool:
        return self.ends_on is not None and self.ends_on < today

    def quantity_on(self, day: date) -> int:
        """How many pieces it has that day; before it begins those that it begins with."""
        begun = [step.quantity for step in self.steps if step.valid_from <= max(day, self.starts_on)]
        return begun[-1]

    def price_on(self, day: date) -> Money:
        """What all its pieces cost for a period, as of that day."""
        quantity = self.quantity_on(day)
        return Money(piece_price(self.terms, quantity) * quantity, self.terms.currency)

    def coming(self, today: date) -> Step | None:
        """The next day from which it has another number of pieces."""
        return next((step for step in self.steps if step.valid_from > max(today, self.starts_on)), None)

    @property
    def timeline(self) -> Timeline:
        """What all its pieces cost, and what a pool gets, over time."""
        stretches = []
        for step, following in zip(self.steps, [*self.steps[1:], None], strict=True):
            last = following.valid_from - _A_DAY if following else None
            days = Days(step.valid_from, last).within(self.days)
            if days is not None:
                stretches.append(Stretch(days, of_pieces(self.plan, step.quantity)))
        return Timeline(stretches)


_steps = msgspec.json.Decoder(list[Step])

_CONTRACTS: Final = """
    SELECT c.id, c.public_id, c.purse, c.payer, c.seller, p.public_id AS product, c.product_version, c.terms,
           c.ordered_at, c.starts_on, c.first_term_ends_on, c.noticed_at, c.ends_on, c.version,
           coalesce(nullif(o.legal_name, ''), o.name,
                    (SELECT coalesce(nullif(association, ''), name) FROM network LIMIT 1), '') AS seller_name,
           (SELECT json_agg(json_build_object('quantity', s.quantity, 'valid_from', s.valid_from) ORDER BY s.valid_from)
              FROM (SELECT DISTINCT ON (valid_from) quantity, valid_from FROM team_contract_step
                     WHERE team_contract = c.id ORDER BY valid_from, id DESC) s)::text AS steps
      FROM team_contract c
      JOIN product_version v ON v.id = c.product_version JOIN product p ON p.id = v.product
      LEFT JOIN operator o ON o.id = c.seller
"""


async def team_contracts_of(purse: int) -> list[TeamContractCard]:
    """All contracts for this purse, those that are over included, the first ordered first."""
    return await _where("c.purse = $1", purse)


async def team_contract_of(purse: int, public_id: str) -> TeamContractCard | None:
    """The contract for this purse with this number."""
    found = await _where("c.purse = $1 AND c.public_id = $2", purse, public_id)
    return found[0] if found else None


async def team_contract_by_id(contract: int) -> TeamContractCard | None:
    """The contract with this key."""
    found = await _where("c.id = $1", contract)
    return found[0] if found else None


async def _where(condition: str, *arguments: object) -> list[TeamContractCard]:
    rows = await fetch(f"{_CONTRACTS} WHERE {condition} ORDER BY c.ordered_at, c.id", *arguments)
    return [_card(row) for row in rows]


def _card(row: Mapping[str, Any]) -> TeamContractCard:
    values = {**row, "terms": terms_of.decode(row["terms"]), "steps": _steps.decode(row["steps"])}
    return TeamContractCard(**values)
