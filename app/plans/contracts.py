"""Contracts as those see them who end them: memberships and passes alike."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from app.plans.ending import NOTHING_STATED, EndedBecause, Stated
from app.plans.terms import Terms, terms_of
from app.platform.database import fetch


class ContractKind(StrEnum):
    MEMBERSHIP = "membership"
    PASS = "pass"  # noqa: S105


@dataclass(frozen=True, slots=True)
class ContractCard:
    """A membership or pass with its parties. Without `seller` the network sells; `first_day` and `last_day` are those
    on which it can be used, and a membership that goes on has no last one. `stated` came with the order."""

    kind: ContractKind
    id: int
    public_id: str
    person: int
    person_name: str
    email: str
    payer_name: str
    payer_company: str
    payer_email: str
    is_consumer: bool
    seller: int | None
    seller_name: str
    ordered_at: datetime
    first_day: date
    last_day: date | None
    noticed_at: datetime | None
    ended_because: EndedBecause | None
    terms: Terms
    stated: Stated = NOTHING_STATED

    @property
    def is_pass(self) -> bool:
        return self.kind is ContractKind.PASS

    @property
    def key(self) -> str:
        """Begins the keys of all charges that are due for it."""
        return f"{self.kind}:{self.id}"

    def name(self, language: str) -> str:
        return self.terms.name_en if language == "en" else self.terms.name_de

    def ends_anyway(self, by: date) -> bool:
        """Whether notice was given before, to this day or an earlier one."""
        return self.noticed_at is not None and self.last_day is not None and self.last_day <= by

    def is_over(self, today: date) -> bool:
        """Whether nothing of it is left to be ended."""
        is_withdrawn = self.ended_because is not None and self.ended_because.is_withdrawal
        return is_withdrawn or (self.last_day is not None and self.last_day < today)


_CONTRACTS: Final = """
    SELECT c.*, q.placed_by, q.notice_valid_from, q.early_start_at, q.early_loss_at,
           p.name AS person_name, coalesce(p.email, '') AS email, coalesce(y.name, '') AS payer_name,
           coalesce(y.company, '') AS payer_company, coalesce(y.email, '') AS payer_email,
           coalesce(y.kind, 'person') = 'person' AS is_consumer,
           coalesce(nullif(o.legal_name, ''), o.name,
                    (SELECT coalesce(nullif(association, ''), name) FROM network LIMIT 1), '') AS seller_name
      FROM (
          SELECT 'membership' AS kind, m.id, m.public_id, m.person, m.payer, m.seller, m.ordered_at,
                 m.starts_on AS first_day, m.ends_on AS last_day, m.noticed_at, m.ended_because,
                 (SELECT t.terms FROM membership_terms t WHERE t.membership = m.id
                   ORDER BY t.valid_from DESC, t.id DESC LIMIT 1) AS terms, q.id AS ordered
            FROM membership m LEFT JOIN contract_order q ON q.membership = m.id AND q.difference IS NULL
           UNION ALL
          SELECT 'pass', b.id, b.public_id, b.person, b.payer, b.seller, b.bought_at,
                 coalesce(e.starts_on, b.bought_at::date), coalesce(e.ends_on, b.ended_on),
                 b.noticed_at, CASE WHEN b.withdrawn_at IS NOT NULL THEN 'withdrawn' END, b.terms, q.id
            FROM pass b LEFT JOIN entitlement e ON e.pass = b.id LEFT JOIN contract_order q ON q.pass = b.id
      ) c
      LEFT JOIN contract_order q ON q.id = c.ordered
      JOIN person p ON p.id = c.person
      LEFT JOIN payer y ON y.id = c.payer
      LEFT JOIN operator o ON o.id = c.seller
"""


async def contract_of(person: int, public_id: str) -> ContractCard | None:
    """The person's own contract with this number."""
    found = await contracts_where("c.person = $1 AND c.public_id = $2", person, public_id)
    return found[0] if found else None


async def contract_named(public_id: str) -> ContractCard | None:
    """The contract with this number, whosever it is: for staff."""
    found = await contracts_where("c.public_id = $1", public_id)
    return found[0] if found else None


async def contract_by_id(kind: ContractKind, key: int) -> ContractCard | None:
    """The contract with this key, for jobs."""
    found = await contracts_where("c.kind = $1 AND c.id = $2", kind, key)
    return found[0] if found else None


async def running_contracts_of(person: int, today: date) -> list[ContractCard]:
    """What of the person's is not over, the last ordered first."""
    found = await contracts_where("c.person = $1 AND coalesce(c.last_day, 'infinity') >= $2", person, today)
    return [each for each in reversed(found) if not each.is_over(today)]


async def contracts_where(condition: str, *arguments: object) -> list[ContractCard]:
    """The contracts c of persons p and payers y for which this SQL holds: for the reads of this capability's files."""
    rows = await fetch(f"{_CONTRACTS} WHERE {condition} ORDER BY c.ordered_at, c.kind, c.id", *arguments)
    return [_card(row) for row in rows]


def _card(row: Any) -> ContractCard:
    return ContractCard(
        ContractKind(row["kind"]),
        row["id"],
        row["public_id"],
        row["person"],
        row["person_name"],
        row["email"],
        row["payer_name"],
        row["payer_company"],
        row["payer_email"],
        row["is_consumer"],
        row["seller"],
        row["seller_name"],
        row["ordered_at"],
        row["first_day"],
        row["last_day"],
        row["noticed_at"],
        EndedBecause(row["ended_because"]) if row["ended_because"] else None,
        terms_of.decode(row["terms"]),
        _stated(row),
    )


def _stated(row: Any) -> Stated:
    """Those of the order; without one, as for contracts from paper, nothing was declared."""
    if row["ordered"] is None:
        return NOTHING_STATED
    return Stated(
        is_distance=row["placed_by"] is None,
        was_informed=row["notice_valid_from"] is not None,
        asked_for_early_start=row["early_start_at"] is not None,
        knows_of_loss=row["early_loss_at"] is not None,
    )
