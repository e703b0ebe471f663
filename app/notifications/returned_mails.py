"""Reading what comes back: a report that a mail could not be delivered is matched to the mail by its tag alone.

What a message causes is committed before it is removed, and a message that is read twice causes nothing the second
time, so a run may be killed anywhere (docs/decisions/0039-mails-that-come-back.md).
"""

import asyncio
from datetime import datetime
from typing import Final

from app.identity.reachability import note_failure
from app.platform.database import execute, fetch_row, transaction
from app.platform.delivery_status import DeliveryFailure, delivery_failure
from app.platform.imap_mailbox import ImapAccess, opened

_MOST_AT_ONCE: Final = 50


async def read_returned_mails(access: ImapAccess, now: datetime) -> int:
    """Takes in what nobody has read yet; how many of our mails had come back.

    Reports of them are removed. Everything else (answers, what cannot be read or is not about us) is left to people and
    marked as read. Raises MailboxUnreadable.
    """
    count = 0
    async with opened(access) as mailbox:
        for uid in await mailbox.unread(_MOST_AT_ONCE):
            if await take_in(await mailbox.content(uid), now):
                await mailbox.remove(uid)
                count += 1
            else:
                await mailbox.mark_read(uid)
    return count


async def take_in(raw: bytes, now: datetime) -> bool:
    """Whether the message reports that one of our mails was given up; its address is in trouble then."""
    failure = await asyncio.to_thread(delivery_failure, raw)
    return failure is not None and await _note(failure, now)


async def _note(failure: DeliveryFailure, now: datetime) -> bool:
    async with transaction():
        mail = await fetch_row(
            "SELECT id, email, sent_at, failed_at FROM sent_mail WHERE tag = ANY($1)"
            " ORDER BY array_position($1, tag) LIMIT 1 FOR UPDATE",
            list(failure.tags),
        )
        if mail is None:
            return False
        if mail["failed_at"] is None:
            await execute(
                "UPDATE sent_mail SET failed_at = $2, failed_status = $3 WHERE id = $1", mail["id"], now, failure.status
            )
            await note_failure(mail["email"], mail["sent_at"], failure.status, now, is_permanent=failure.is_permanent)
        return True
