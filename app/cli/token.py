"""`nahwerk token`."""

import asyncio

import click

from app.cli import read_settings
from app.identity.api_tokens import tokens_for_emails
from app.kernel.clock import system_clock
from app.platform.installation import DatabaseAddress, database_server, open_database


@click.group()
def token() -> None:
    """API tokens."""


@token.command()
@click.option(
    "--email", "emails", multiple=True, required=True, metavar="E", help="Whose token; several give one token each."
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="S",
    help="What it may do: read, bookings, feeds, staff. Default: all that the person can use.",
)
def create(emails: tuple[str, ...], scopes: tuple[str, ...]) -> None:
    """Make API tokens and print them, one a line in the order of the addresses. They are not shown again."""
    with database_server(read_settings()) as address:
        tokens = asyncio.run(_tokens(address, emails, scopes))
    click.echo("\n".join(tokens))


async def _tokens(address: DatabaseAddress, emails: tuple[str, ...], scopes: tuple[str, ...]) -> list[str]:
    async with open_database(address):
        return await tokens_for_emails(emails, scopes or None, system_clock())
