"""Begins an archive and never gets on, for the test that kills it: python maker_process.py DSN FOLDER NOW."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from app.leaving.making import make_due
from app.platform.database import DB


class EndlessFiles:
    """Says that the archive was begun, and keeps whoever asks for a file."""

    async def put(self, content: bytes, media_type: str) -> str:
        raise NotImplementedError

    async def get(self, name: str) -> tuple[bytes, str] | None:
        print(name, flush=True)
        await asyncio.sleep(3600)
        return None


async def main(dsn: str, folder: Path, now: datetime) -> None:
    await DB.open_pool(dsn, size=4)
    await make_due(folder, EndlessFiles(), lambda: now)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
