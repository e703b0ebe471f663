"""The mail to an operator whose webhook was switched off by itself."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from app.kernel.refusals import marked
from app.notifications.post_office import Letter, PostOffice
from app.platform.database import fetch_row
from app.platform.language import speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event

_SUBJECT: Final = marked("Webhook abgeschaltet: {host}")
_WHY: Final = {
    "gone": marked("{url} hat geantwortet, dass es dort nichts mehr gibt (410). Wir senden nichts mehr dorthin."),
    "failing": marked("{url} hat seit drei Tagen nichts angenommen. Wir senden nichts mehr dorthin."),
    "key": marked(
        "Der Schlüssel dieser Installation wurde gewechselt. Das Geheimnis für {url} gilt deshalb nicht mehr."
    ),
}
_NEXT: Final = {
    "gone": marked("Ist das so gewollt, ist nichts zu tun."),
    "failing": marked("Wenn der Empfänger wieder antwortet, schalten Sie ihn ein und senden Sie nach, was fehlt."),
    "key": marked("Erneuern Sie das Geheimnis, tragen Sie es beim Empfänger ein und schalten Sie ihn wieder ein."),
}


async def tell_disabled(office: PostOffice, event: Event, now: datetime) -> None:
    """Says why nothing goes there any more; nothing where it was switched on again meanwhile."""
    row = await fetch_row(
        "SELECT e.public_id, e.url, e.disabled_because, o.slug, o.name, o.email FROM webhook_endpoint e"
        " JOIN operator o ON o.id = e.operator WHERE e.id = $1 AND e.retired_at IS NULL",
        event.aggregate_id,
    )
    if row is None or row["disabled_because"] is None or not row["email"]:
        return
    says = speaker("de")
    facts = {"url": row["url"], "host": urlsplit(row["url"]).hostname or row["url"]}
    because = row["disabled_because"]
    letter = Letter(
        key=f"webhook-{event.id}",
        to=Mailbox(row["name"], row["email"]),
        person=None,
        language=says.language,
        subject=says.say(_SUBJECT, facts),
        template="news",
        context={
            "first": says.say(_SUBJECT, facts),
            "paragraphs": [says.say(_WHY[because], facts), says.say(_NEXT[because], facts)],
            "actions": [
                (
                    f"{office.address}/betreiber/{row['slug']}/webhooks/{row['public_id']}",
                    says.gettext(marked("Zustellungen ansehen")),
                )
            ],
        },
    )
    await office.send(letter, now)
