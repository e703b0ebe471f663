"""The command `nahwerk`: one file for each of its commands, loaded when it is called.

So every command starts in a moment, and the worker beside the web process carries nothing of the web.
"""

import os
from importlib import import_module

import asyncpg
import click
from dotenv import dotenv_values

from app.kernel.refusals import Refusal
from app.platform.database import DatabaseAway
from app.platform.language import speaker
from app.platform.logs import configure_logging
from app.platform.settings import Settings, WrongSettings, settings_from

COMMANDS = ("serve", "worker", "migrate", "demo", "token", "check")


class Commands(click.Group):
    """Finds a command in the file of its name, and says what is wrong in one sentence instead of a stack trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"app.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(speaker(_terminal_language()).refusal(refusal)) from refusal
        except WrongSettings as error:
            problems = "\n".join(f"  {problem}" for problem in error.problems)
            raise click.ClickException(f"These settings do not fit:\n{problems}") from error
        except asyncpg.InvalidCatalogNameError as error:
            raise click.ClickException("There is no database yet. Run: nahwerk migrate") from error
        except (DatabaseAway, asyncpg.InvalidAuthorizationSpecificationError) as error:
            raise click.ClickException(f"The database cannot be used: {error}") from error
        except OSError as error:
            raise click.ClickException(str(error)) from error


def _terminal_language() -> str:
    return "de" if os.environ.get("LANG", "").startswith("de") else "en"


def read_settings() -> Settings:
    """The settings; what is logged goes to standard error, so that standard output is a command's answer alone.

    The environment counts more than the `.env` file of the current folder. Raises WrongSettings.
    """
    in_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    settings = settings_from({**in_file, **os.environ})
    configure_logging(settings.log_format)
    return settings


@click.group(cls=Commands)
def main() -> None:
    """Nahwerk runs a network of coworking spaces.

    Settings come from the environment and a .env file. Without DATABASE_URL the embedded database in DATA_DIR is used;
    any number of commands can use it at the same time.
    """
