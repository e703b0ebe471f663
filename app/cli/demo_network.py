"""What `nahwerk serve` and `nahwerk demo` both know about the demo network."""

import click

from app.demo.cast import ACCOUNTS, PASSWORD
from app.platform.settings import Environment, Settings


def accounts(*, charges: bool) -> str:
    """The demo network's accounts as a table, for one that charges or not."""
    lines = [f"  {account.email:<24} {account.said(charges=charges)}" for account in ACCOUNTS]
    return "\n".join([f"Accounts, all with the password {PASSWORD}:", *lines])


def no_demo_in_production(settings: Settings) -> None:
    """Ends the command with ENVIRONMENT=production: everybody knows the demo accounts' password."""
    if settings.environment is Environment.PRODUCTION:
        raise click.ClickException("ENVIRONMENT=production serves no demo network: everybody knows its passwords.")
