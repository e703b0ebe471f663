"""Settings come from the environment and a .env file, and production is strict."""

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from app.cli import read_settings
from app.platform.settings import DEMO_SECRET, Environment, Secret, Settings, WrongSettings, settings_from

LONG_SECRET = "correct horse battery staple, twice over"
PRODUCTION = {"ENVIRONMENT": "production", "PUBLIC_URL": "https://plaetze.example"}


def test_without_any_variable_it_serves_this_machine_alone() -> None:
    settings = settings_from({})
    assert settings == Settings()
    assert (settings.environment, settings.host, settings.address) == (
        Environment.DEMO,
        "127.0.0.1",
        "http://127.0.0.1:8000",
    )


def test_variables_are_the_fields_in_capitals() -> None:
    settings = settings_from(
        {
            "ENVIRONMENT": "test",
            "DATA_DIR": "/srv/nahwerk data",
            "DATABASE_URL": "postgresql://host/db",
            "POOL_SIZE": "20",
            "PORT": "9000",
            "PUBLIC_URL": "https://plaetze.example/",
            "TRUSTED_PROXIES": '["10.0.0.1", "10.0.0.2"]',
            "SECRET_KEY": "[not a list, a secret",
            "WORKER": "false",
            "LOG_FORMAT": "json",
            "UNKNOWN": "ignored",
        }
    )
    assert settings.environment is Environment.TEST
    assert settings.data_dir == Path("/srv/nahwerk data")
    assert settings.database_url == "postgresql://host/db"
    assert (settings.pool_size, settings.port) == (20, 9000)
    assert settings.address == "https://plaetze.example"
    assert settings.is_https
    assert settings.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert settings.signing_key == b"[not a list, a secret"
    assert (settings.worker, settings.log_format) == (False, "json")


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert settings_from({"DATABASE_URL": "", "PORT": ""}) == Settings()


def test_the_environment_counts_more_than_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text('MAIL_FROM="Plätze <post@plaetze.example>"\nPORT=9000\nHOST=0.0.0.0\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.setenv("PORT", "9001")
    settings = read_settings()
    assert settings.mail_from == "Plätze <post@plaetze.example>"
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("ENVIRONMENT", "prod"),
        ("POOL_SIZE", "1"),
        ("POOL_SIZE", "201"),
        ("POOL_SIZE", "many"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("TRUSTED_PROXIES", "10.0.0.1"),
        ("TRUSTED_PROXIES", "[1]"),
        ("WORKER", "perhaps"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_what_does_not_fit_is_named(variable: str, text: str) -> None:
    with pytest.raises(WrongSettings) as wrong:
        settings_from({variable: text})
    [problem] = wrong.value.problems
    assert problem.startswith(f"{variable}: ")


def test_all_that_does_not_fit_is_named_at_once() -> None:
    with pytest.raises(WrongSettings) as wrong:
        settings_from({"PORT": "http", "WORKER": "perhaps", "HOST": "::1"})
    assert [problem.split(":")[0] for problem in wrong.value.problems] == ["PORT", "WORKER"]


def test_every_setting_says_what_it_does() -> None:
    for field in msgspec.inspect.type_info(Settings).fields:  # type: ignore[attr-defined]
        schema = field.type.extra_json_schema if isinstance(field.type, msgspec.inspect.Metadata) else None
        assert schema is not None, field.name
        assert len(schema["description"]) > 15, field.name
        assert not field.required, field.name


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"BOUNCE_IMAP_URL": "imaps://bounces:secret@mail.example"}, "BOUNCE_ADDRESS"),
        ({"BOUNCE_ADDRESS": "bounces+{tag}"}, "BOUNCE_ADDRESS"),
        ({"BOUNCE_ADDRESS": "bounces+{code}@mail.example"}, "BOUNCE_ADDRESS"),
        ({"BOUNCE_ADDRESS": "bounces {tag}@mail.example"}, "BOUNCE_ADDRESS"),
    ],
)
def test_what_comes_back_needs_an_address_of_its_own(variables: dict[str, str], said: str) -> None:
    with pytest.raises(WrongSettings, match=said):
        settings_from(variables)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://plaetze.example"}, "https://"),
        ({"SECRET_KEY": DEMO_SECRET}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": LONG_SECRET[:31]}, "SECRET_KEY"),
    ],
)
def test_production_refuses(changed: dict[str, str], said: str) -> None:
    with pytest.raises(WrongSettings, match=said):
        settings_from({**PRODUCTION, **changed})


@pytest.mark.parametrize("secret", [{}, {"SECRET_KEY": LONG_SECRET}])
def test_production_starts_with_an_address_and_no_weak_secret(secret: dict[str, str]) -> None:
    assert settings_from({**PRODUCTION, **secret}).environment is Environment.PRODUCTION


def test_a_secret_does_not_show() -> None:
    settings = Settings(secret_key=Secret(LONG_SECRET), metrics_token=Secret(LONG_SECRET))
    assert LONG_SECRET not in repr(settings)
    assert LONG_SECRET not in f"{settings.secret_key}"
    assert settings.metrics_key == LONG_SECRET.encode()


def test_secrets_are_made_on_first_run_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    first = Settings(data_dir=folder)
    keys = first.signing_key, first.metrics_key
    assert (Settings(data_dir=folder).signing_key, Settings(data_dir=folder).metrics_key) == keys
    assert len(set(keys)) == 2
    assert all(len(key) >= 32 for key in keys)
    for name in ("secret_key", "metrics_token"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert not stat.S_IMODE(folder.stat().st_mode) & 0o066


async def test_processes_that_start_together_agree_on_a_secret(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from app.platform.settings import Settings; sys.stdin.readline();"
        "sys.stdout.buffer.write(Settings(data_dir=pathlib.Path(sys.argv[1])).signing_key)"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, str(tmp_path / "var")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.getcwd()},
        )
        for _ in range(3)
    ]
    keys = [key for key, _ in await asyncio.gather(*(process.communicate(b"go\n") for process in processes))]
    assert len(keys[0]) >= 32
    assert set(keys) == {keys[0]}
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]
