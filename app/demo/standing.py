"""Whether the demo network stands in a database, or may."""

from app.kernel.refusals import Refusal, marked
from app.platform.database import fetch_row, fetch_value


class RealDataHere(Refusal):
    """The demo network never comes beside what people have entered."""

    code = "real_data_here"
    text = marked("In dieser Datenbank stehen echte Daten. Das Demo-Netzwerk kommt nur in eine leere.")


async def stands() -> bool:
    """Whether the demo network is here; False where the database is empty.

    Raises RealDataHere for a network that is no demo, and for people, operators or spaces without any network.
    """
    network = await fetch_row("SELECT is_demo FROM network LIMIT 1")
    if network is None and not await fetch_value(_IS_USED):
        return False
    if network is None or not network["is_demo"]:
        raise RealDataHere
    return True


_IS_USED = "SELECT EXISTS (SELECT FROM person) OR EXISTS (SELECT FROM operator) OR EXISTS (SELECT FROM space)"
