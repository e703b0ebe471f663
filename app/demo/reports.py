"""What is reported at the demo network's space in Polch: a monitor that is broken, a room that is cold, a question."""

from datetime import datetime, timedelta
from typing import Final

from app.demo.rows import steady_id
from app.identity.rules import Actor
from app.inventory.queries import resources_of
from app.inventory.reports import NewReport, State, report, set_state
from app.inventory.rules import Kind
from app.network.queries import SpaceCard
from app.platform.database import execute

_HOUR: Final = timedelta(hours=1)


async def report_things(otto: Actor, polch: SpaceCard, now: datetime) -> None:
    """Enters them as of the day before, the cold room already mended."""
    desk, room = (await resources_of(polch.id, Kind.DESK))[0], (await resources_of(polch.id, Kind.ROOM))[0]
    reports = (
        NewReport("broken", "Der Monitor bleibt schwarz, das Kabel ist fest.", desk.public_id, "jana@example.org"),
        NewReport("cold", "Die Heizung ging morgens nicht an.", room.public_id),
        NewReport("question", "Gibt es ein Schließfach für die Woche?", contact="02654 555 0143"),
    )
    for number, wanted in enumerate(reports):
        made = await report(polch, wanted, "de", f"demo-{number}", now - (20 - number) * _HOUR)
        if wanted.about == "cold":
            await set_state(otto, polch, made, State.DONE, now - 12 * _HOUR)
        await execute("UPDATE report SET public_id = $2 WHERE public_id = $1", made, steady_id("report", number))
