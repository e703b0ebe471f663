"""A worker in a process of its own, for the tests that kill it: python worker_process.py DSN SECONDS GRACE.

Its jobs note their event in the table `effect`, say so on standard output and then take so many seconds.
"""

import asyncio
import sys
from datetime import datetime

from app.kernel.clock import system_clock
from app.platform.database import execute
from app.platform.logs import configure_logging
from app.platform.outbox import Event, Reaction
from app.platform.worker import Pace, Worker, run_worker


async def main(dsn: str, seconds: float, grace: float) -> None:
    async def note_slowly(event: Event, now: datetime) -> None:
        await execute("INSERT INTO effect (event, aggregate) VALUES ($1, $2)", event.id, event.aggregate_id)
        print(event.id, flush=True)
        await asyncio.sleep(seconds)

    configure_logging("text")
    reactions = {"thing.happened": [Reaction("note", note_slowly)]}
    await run_worker(Worker(reactions, [], system_clock, pace=Pace(look=0.1, grace=grace)), dsn)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
