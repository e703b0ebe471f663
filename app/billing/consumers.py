"""Who orders as a consumer, whom the law protects further."""

from app.platform.database import fetch_value


async def is_consumer(person: int | None) -> bool:
    """Whether the person orders for himself: so does everybody whose documents go to no business."""
    if person is None:
        return True
    kind: str | None = await fetch_value("SELECT kind FROM payer WHERE person = $1 ORDER BY id DESC LIMIT 1", person)
    return kind != "business"
