"""What can be set from outside, as one typed object; every field says what it does."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.platform.mail import Envelope, is_address
from app.platform.private_files import read_or_create_private

DEMO_SECRET = "demo-secret-do-not-use-in-production"  # noqa: S105
ROOT = Path(__file__).resolve().parents[2]
_LISTS = frozenset({"trusted_proxies"})


class Environment(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


class WrongSettings(ValueError):
    """`problems` says what does not fit, a sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Secret:
    """A text that does not show when it is printed."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "Secret(***)"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Set by environment variables, or in a `.env` file; names are the fields' in capitals."""

    environment: Annotated[
        Environment,
        Meta(description="demo: for a machine of one's own. production: strict, demands a public address."),
    ] = Environment.DEMO
    data_dir: Annotated[
        Path,
        Meta(description="Embedded database, mails kept on disk, files and secrets. Made with mode 0700."),
    ] = Path("var")
    database_url: Annotated[
        str | None,
        Meta(
            description="postgresql://... of a server to use instead of the embedded one. Its role may be a member of "
            "nahwerk_app alone once `nahwerk migrate` has run."
        ),
    ] = None
    database_owner_url: Annotated[
        str | None,
        Meta(
            description="Connection of a role that may act as nahwerk_owner; for `nahwerk migrate`. "
            "Default: DATABASE_URL."
        ),
    ] = None
    pool_size: Annotated[int, Meta(ge=2, le=200, description="Connections to the database of each process.")] = 10
    host: Annotated[str, Meta(description="Address that the server listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="Port that the server listens on.")] = 8000
    public_url: Annotated[
        str | None,
        Meta(
            description="Address under which people reach it, e.g. https://plaetze.example. Stands in mails and feeds; "
            "with https cookies are Secure. Default: http://127.0.0.1:PORT."
        ),
    ] = None
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description="Addresses whose X-Forwarded-For and X-Forwarded-Proto are believed, as a JSON list."),
    ] = ()
    secret_key: Annotated[
        Secret | None,
        Meta(
            description="Signs what leaves the house unencrypted. Default: made on first run into DATA_DIR/secret_key."
        ),
    ] = None
    metrics_token: Annotated[
        Secret | None,
        Meta(description="Bearer token for /metrics. Default: made on first run into DATA_DIR/metrics_token."),
    ] = None
    smtp_url: Annotated[
        str | None,
        Meta(description="smtp://, smtps:// or smtp+starttls://user:password@host:port. Without it: DATA_DIR/mail."),
    ] = None
    mail_from: Annotated[str, Meta(description="Sender of all mails.")] = "Nahwerk <post@nahwerk.example>"
    bounce_address: Annotated[
        str | None,
        Meta(
            description="Address to which mails come back that cannot be delivered, on the domain of MAIL_FROM. "
            "`{tag}` in it stands for each mail's own code: bounces+{tag}@plaetze.example. Default: that of MAIL_FROM."
        ),
    ] = None
    bounce_imap_url: Annotated[
        str | None,
        Meta(
            description="imaps:// or imap+starttls://user:password@host:port/folder of the mailbox behind "
            "BOUNCE_ADDRESS, which Nahwerk reads. Without it nobody does."
        ),
    ] = None
    webhooks_to_own_machine: Annotated[
        bool,
        Meta(
            description="Webhooks may go to localhost, by http too, and companies' sign-in may be asked there; "
            "for tests and demos. Production does not start with it."
        ),
    ] = False
    worker: Annotated[bool, Meta(description="`nahwerk serve` starts a worker beside the web process.")] = True
    log_format: Annotated[Literal["text", "json"], Meta(description="text for people, json for machines.")] = "text"

    def __post_init__(self) -> None:
        """Production is strict, and a mailbox that people read is not emptied by us. Raises WrongSettings."""
        if self.bounce_address is not None:
            address = Envelope.of(self.bounce_address, "tag").sender
            if not is_address(address) or "{" in address:
                raise WrongSettings(["BOUNCE_ADDRESS is no mail address, or has another place in braces than {tag}"])
        if self.bounce_imap_url is not None and self.bounce_address is None:
            raise WrongSettings(["BOUNCE_IMAP_URL needs BOUNCE_ADDRESS, the address of that mailbox"])
        if self.environment is not Environment.PRODUCTION:
            return
        if not self.is_https:
            raise WrongSettings(["ENVIRONMENT=production needs PUBLIC_URL with https://"])
        if self.webhooks_to_own_machine:
            raise WrongSettings(["WEBHOOKS_TO_OWN_MACHINE is for tests and demos; production does not start with it"])
        if self.secret_key is not None and (self.secret_key.text == DEMO_SECRET or len(self.secret_key.text) < 32):
            raise WrongSettings(
                ["SECRET_KEY is a demo secret or shorter than 32 characters; production does not start with it"]
            )

    @property
    def address(self) -> str:
        """The public address without a slash at its end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        return self.address.startswith("https://")

    @property
    def exports_folder(self) -> Path:
        """Where operators' data lie that were ordered to be taken along."""
        return self.data_dir / "exports"

    @property
    def signing_key(self) -> bytes:
        return self._secret(self.secret_key, "secret_key")

    @property
    def metrics_key(self) -> bytes:
        return self._secret(self.metrics_token, "metrics_token")

    def _secret(self, given: Secret | None, name: str) -> bytes:
        if given is not None:
            return given.text.encode()
        return read_or_create_private(self.data_dir / name, lambda: secrets.token_urlsafe(48).encode())


def settings_from(variables: Mapping[str, str]) -> Settings:
    """The settings of these environment variables; what is empty or unknown counts for nothing.

    Raises WrongSettings, which names all that do not fit.
    """
    values: dict[str, Any] = {}
    problems = []
    for field in msgspec.structs.fields(Settings):
        variable = field.name.upper()
        if text := variables.get(variable):
            try:
                given = msgspec.json.decode(text) if field.name in _LISTS else text
                values[field.name] = msgspec.convert(given, field.type, strict=False, dec_hook=_made)
            except msgspec.DecodeError as error:
                problems.append(f"{variable}: {error}")
    if problems:
        raise WrongSettings(problems)
    return Settings(**values)


def _made(kind: Callable[[str], object], text: str) -> object:
    """What msgspec does not know: a path, a secret."""
    return kind(text)
