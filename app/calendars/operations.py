"""Making, renewing and ending feeds, keeping events, and noting who came to read."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.calendars.entries import CalendarBooking, entry_of, form_of
from app.calendars.queries import FeedCard, ReadFeed, calendar_bookings, feed_of
from app.calendars.rules import event_bytes
from app.calendars.subscriptions import MOST_FEEDS, FeedKind, TooManyFeeds, program_name
from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor, demand
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch_row, fetch_value, transaction
from app.platform.language import Speaker, speaker
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id, new_token, token_hash
from app.teams.queries import own_team

NOTED_EVERY = timedelta(minutes=1)
"""How often a feed's last fetch is written down at most."""


@dataclass(frozen=True, slots=True)
class CreateFeed:
    """What somebody wants to subscribe to: the own bookings, a resource or the own team by its public id, or a space by
    its slug."""

    kind: FeedKind
    subject: str | None = None


async def create_feed(
    actor: Actor, command: CreateFeed, now: datetime, *, token: str | None = None
) -> tuple[FeedCard, str]:
    """Makes a feed in the actor's language; the feed and its token, which nobody can read again.

    Who has to say the token a second time brings one along that can be made again (`derived_token`). Taken time of a
    resource or a space is for those who manage the space's feeds. Raises NotFound for everybody else, TooManyFeeds,
    ScopeMissing.
    """
    demand(actor, Action.MANAGE_OWN_FEEDS)
    token, public_id = token or new_token(), new_public_id()
    async with transaction():
        resource, space, team = await _subject(actor, command)
        await _demand_room(actor)
        feed = await fetch_value(
            "INSERT INTO feed (public_id, kind, person, resource, space, team, language, token_hash, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            public_id,
            command.kind,
            actor.person,
            resource,
            space,
            team,
            actor.language,
            token_hash(token),
            now,
        )
        await record("feed.created", "feed", feed, actor, now, kind=command.kind, subject=command.subject)
        await emit("feed.created", "feed", feed, now)
        card = await _own(actor, public_id)
    return card, token


async def rotate_feed(actor: Actor, public_id: str, now: datetime, *, token: str | None = None) -> tuple[FeedCard, str]:
    """Gives the feed a new address, with a token as in `create_feed`; the old one is dead at once.

    Raises NotFound, ScopeMissing.
    """
    demand(actor, Action.MANAGE_OWN_FEEDS)
    token = token or new_token()
    async with transaction():
        feed = await fetch_value(
            "UPDATE feed SET token_hash = $3, rotated_at = $4, last_fetched_at = NULL, last_fetched_by = NULL"
            " WHERE public_id = $1 AND person = $2 AND revoked_at IS NULL RETURNING id",
            public_id,
            actor.person,
            token_hash(token),
            now,
        )
        if feed is None:
            raise NotFound
        await record("feed.rotated", "feed", feed, actor, now)
        card = await _own(actor, public_id)
    return card, token


async def revoke_feed(actor: Actor, public_id: str, now: datetime) -> None:
    """Ends the feed for good. Raises NotFound, ScopeMissing."""
    demand(actor, Action.MANAGE_OWN_FEEDS)
    async with transaction():
        feed = await fetch_value(
            "UPDATE feed SET revoked_at = $3 WHERE public_id = $1 AND person = $2 AND revoked_at IS NULL RETURNING id",
            public_id,
            actor.person,
            now,
        )
        if feed is None:
            raise NotFound
        await record("feed.revoked", "feed", feed, actor, now)


async def _subject(actor: Actor, command: CreateFeed) -> tuple[int | None, int | None, int | None]:
    """The keys of the resource, the space and the team that the feed is about. Raises NotFound."""
    if command.kind is FeedKind.PERSON:
        return None, None, None
    if command.kind is FeedKind.TEAM:
        return None, None, (await own_team(actor.person, command.subject or "")).id
    if command.kind is FeedKind.RESOURCE:
        which = "JOIN resource r ON r.space = s.id WHERE r.public_id = $1 AND r.retired_at IS NULL"
        column = "r.id"
    else:
        which, column = "WHERE s.slug = $1", "NULL::bigint"
    row = await fetch_row(
        f"SELECT s.id AS space, s.operator, {column} AS resource FROM space s {which} AND s.retired_at IS NULL",  # noqa: S608
        command.subject,
    )
    if row is None or not actor.may(Action.MANAGE_SPACE_FEEDS, operator=row["operator"], space=row["space"]):
        raise NotFound
    return row["resource"], None if row["resource"] else row["space"], None


async def _demand_room(actor: Actor) -> None:
    """Raises TooManyFeeds. Locks the person, so that two feeds at once don't both take the last place."""
    await fetch_row("SELECT 1 FROM person WHERE id = $1 FOR NO KEY UPDATE", actor.person)
    count = await fetch_value("SELECT count(*) FROM feed WHERE person = $1 AND revoked_at IS NULL", actor.person)
    if count >= MOST_FEEDS:
        raise TooManyFeeds(most=MOST_FEEDS)


async def _own(actor: Actor, public_id: str) -> FeedCard:
    feed = await feed_of(actor, public_id)
    if feed is None:
        raise NotFound
    return feed


async def keep_events(bookings: Sequence[int], language: str, address: str) -> Mapping[int, bytes]:
    """Builds these bookings' events and keeps them, in place of what was kept of them; the events by booking.

    Two at once do no harm: nothing newer is replaced.
    """
    facts = await calendar_bookings(bookings, language)
    built = await asyncio.to_thread(_built, facts, speaker(language), address)
    await execute(
        """
        INSERT INTO kept_event (booking, language, form, sequence, places, content)
        SELECT booking, $1, $2, sequence, places, content
          FROM unnest($3::bigint[], $4::integer[], $5::integer[], $6::bytea[])
               AS built (booking, sequence, places, content)
        ON CONFLICT ON CONSTRAINT kept_event_booking DO UPDATE
           SET form = excluded.form, sequence = excluded.sequence, places = excluded.places, content = excluded.content
         WHERE (kept_event.sequence, kept_event.places) <= (excluded.sequence, excluded.places)
        """,
        language,
        form_of(address),
        [booking.id for booking in facts],
        [booking.sequence for booking in facts],
        [booking.places for booking in facts],
        built,
    )
    return dict(zip((booking.id for booking in facts), built, strict=True))


def _built(bookings: Sequence[CalendarBooking], said_by: Speaker, address: str) -> list[bytes]:
    return [event_bytes(entry_of(booking, said_by, address)) for booking in bookings]


async def note_content(feed: ReadFeed, tag: str, now: datetime) -> datetime:
    """Writes down that the feed's content is what `tag` stands for; since when, in whole seconds, as HTTP counts.

    A later content always has a later second, even where both came within one.
    """
    changed_at: datetime = await fetch_value(
        """
        UPDATE feed SET content_tag = $2, content_changed_at = CASE
               WHEN content_tag = $2 THEN content_changed_at
               ELSE greatest(date_trunc('second', $3::timestamptz), content_changed_at + interval '1 second') END
         WHERE id = $1 AND set_config('synchronous_commit', 'off', true) = 'off'
        RETURNING content_changed_at
        """,
        feed.id,
        tag,
        now,
    )
    return changed_at


async def note_fetch(feed: int, user_agent: str, now: datetime) -> None:
    """Writes down when the feed was read and by which program, at most once a minute."""
    await execute(
        """
        UPDATE feed SET last_fetched_at = $2, last_fetched_by = $3
         WHERE id = $1 AND (last_fetched_at IS NULL OR last_fetched_at <= $4)
           AND set_config('synchronous_commit', 'off', true) = 'off'
        """,
        feed,
        now,
        program_name(user_agent),
        now - NOTED_EVERY,
    )


@on_merge("feed.person")
async def _end_feeds(merge: Merge) -> None:
    """Who knows the address of a calendar must not read more than before; whoever wants one makes a new one."""
    await execute(
        "UPDATE feed SET person = $1, revoked_at = coalesce(revoked_at, $3) WHERE person = $2",
        merge.kept,
        merge.gone,
        merge.now,
    )
