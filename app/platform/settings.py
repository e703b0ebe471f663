"""What can be set from outside, as one typed object; every field says what it does."""

import secrets
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.platform.private_files import read_or_create_private

DEMO_SECRET = "demo-secret-do-not-use-in-production"  # noqa: S105
ROOT = Path(__file__).resolve().parents[2]


class Environment(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


class Settings(BaseSettings):
    """Read from the environment, then from a `.env` file beside the project; names are the fields' in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: Environment = Field(
        Environment.DEMO,
        description="demo: for a machine of one's own. production: strict, demands a public address.",
    )
    data_dir: Path = Field(
        Path("var"),
        description="Embedded database, mails kept on disk, files and secrets. Made with mode 0700.",
    )
    database_url: str | None = Field(
        None,
        description="postgresql://... of a server to use instead of the embedded one. Its role may be a member of "
        "nahwerk_app alone once `nahwerk migrate` has run.",
    )
    database_owner_url: str | None = Field(
        None,
        description="Connection of a role that may act as nahwerk_owner; for `nahwerk migrate`. Default: DATABASE_URL.",
    )
    pool_size: int = Field(10, ge=2, le=200, description="Connections to the database of each process.")
    host: str = Field("127.0.0.1", description="Address that the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the server listens on.")
    public_url: str | None = Field(
        None,
        description="Address under which people reach it, e.g. https://plaetze.example. Stands in mails and feeds; "
        "with https cookies are Secure. Default: http://127.0.0.1:PORT.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses whose X-Forwarded-For and X-Forwarded-Proto are believed, as a JSON list."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs what leaves the house unencrypted. Default: made on first run into DATA_DIR/secret_key.",
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for /metrics. Default: made on first run into DATA_DIR/metrics_token."
    )
    smtp_url: str | None = Field(
        None,
        description="smtp://, smtps:// or smtp+starttls://user:password@host:port. Without it: DATA_DIR/mail.",
    )
    mail_from: str = Field("Nahwerk <post@nahwerk.example>", description="Sender of all mails.")
    worker: bool = Field(True, description="`nahwerk serve` starts a worker beside the web process.")
    log_format: str = Field("text", pattern="^(text|json)$", description="text for people, json for machines.")
    second_factor: bool = Field(False, description="Demand a second factor from staff (a demo network waives it).")

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.environment is not Environment.PRODUCTION:
            return self
        if self.public_url is None or not self.public_url.startswith("https://"):
            raise ValueError("ENVIRONMENT=production needs PUBLIC_URL with https://")
        if self.secret_key is not None and (
            self.secret_key.get_secret_value() == DEMO_SECRET or len(self.secret_key.get_secret_value()) < 32
        ):
            raise ValueError(
                "SECRET_KEY is a demo secret or shorter than 32 characters; production does not start with it"
            )
        return self

    @property
    def address(self) -> str:
        """The public address without a slash at its end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        return self.address.startswith("https://")

    @property
    def signing_key(self) -> bytes:
        return self._secret(self.secret_key, "secret_key")

    @property
    def metrics_key(self) -> bytes:
        return self._secret(self.metrics_token, "metrics_token")

    def _secret(self, given: SecretStr | None, name: str) -> bytes:
        if given is not None:
            return given.get_secret_value().encode()
        return read_or_create_private(self.data_dir / name, lambda: secrets.token_urlsafe(48).encode())
