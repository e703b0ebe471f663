"""An operator that is new to the network."""

from datetime import datetime

from app.identity.audit import record
from app.identity.rules import Actor, usable_email, usable_name, usable_phone
from app.network.queries import OperatorCard
from app.network.slugs import free_slug
from app.network.space_setting import taken_slugs
from app.platform.database import fetch_row
from app.platform.random_ids import new_public_id


async def enter_operator(name: str, email: str, phone: str, actor: Actor, now: datetime) -> OperatorCard:
    """Writes an operator without anybody who looks after it yet. Who may do so is for the caller to know.

    Raises NameUnusable, EmailUnusable, PhoneUnusable.
    """
    name = usable_name(name)
    row = await fetch_row(
        "INSERT INTO operator (public_id, slug, name, email, phone, created_at) VALUES ($1, $2, $3, $4, $5, $6)"
        " RETURNING id, slug, name, email, phone",
        new_public_id(),
        free_slug(name, await taken_slugs("operator")),
        name,
        usable_email(email) if email else "",
        usable_phone(phone) if phone else "",
        now,
    )
    assert row is not None, "it was inserted"
    operator = OperatorCard(**row)
    await record("operator.made", "operator", operator.id, actor, now)
    return operator
