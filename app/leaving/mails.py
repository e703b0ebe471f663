"""The mail that says that the file is ready. It leads to the page and not to the file."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.queries import people
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.leaving.operations import export_by_id
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event, Reaction, Reactions

_ZONE: Final = ZoneInfo("Europe/Berlin")
_SUBJECT: Final = marked("Ihre Daten liegen bereit: {operator}")
_FIRST: Final = marked("Die Datei mit allen Daten von {operator} ist fertig.")
_UNTIL: Final = marked("Sie liegt bis {until} bereit. Danach wird sie gelöscht, und Sie können eine neue anfordern.")
_NOT_ME: Final = marked("Sie haben nichts angefordert? Dann rufen Sie uns bitte an.")


def leaving_reactions(office: PostOffice) -> Reactions:
    """What follows from events of this capability."""

    async def tell_made(event: Event, now: datetime) -> None:
        await _tell_made(office, event, now)

    return {"operator_export.made": [Reaction("mail.export_made", tell_made)]}


async def _tell_made(office: PostOffice, event: Event, now: datetime) -> None:
    """To whoever ordered it and has an address; nothing where it is gone meanwhile."""
    export = await export_by_id(event.aggregate_id)
    if export is None or not export.can_be_taken(now) or export.kept_until is None:
        return
    whom = (await people([export.ordered_by])).get(export.ordered_by)
    if whom is None or whom.email is None:
        return
    says = speaker(whom.language)
    facts = {"operator": export.operator_name, "until": local_day(export.kept_until, _ZONE)}
    letter = Letter(
        key=f"export-{export.public_id}",
        to=Mailbox(whom.name, whom.email),
        person=export.ordered_by,
        language=says.language,
        subject=says.say(_SUBJECT, facts),
        template="news",
        context={
            "first": says.say(_FIRST, facts),
            "paragraphs": [says.say(_UNTIL, facts), says.say(_NOT_ME)],
            "actions": [(f"{office.address}/betreiber/{export.slug}/mitnehmen", says.gettext(marked("Zur Datei")))],
        },
    )
    await office.send(letter, now)
