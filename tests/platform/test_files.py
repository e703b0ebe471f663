"""A file is found by the name that its content gave it, by nobody else, and by no other name."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from app.platform.files import Files, FolderFiles

PICTURE = b"\xff\xd8 a desk by the window"
NAME = hashlib.sha256(PICTURE).hexdigest() + ".jpg"


def files_below(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def modes_below(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777 for path in folder.rglob("*")}


async def test_a_file_comes_back_with_its_type(tmp_path: Path) -> None:
    files: Files = FolderFiles(tmp_path / "files")
    assert await files.put(PICTURE, "image/jpeg") == NAME
    assert await files.get(NAME) == (PICTURE, "image/jpeg")
    assert (tmp_path / "files" / NAME[:2] / NAME).read_bytes() == PICTURE


async def test_the_same_file_is_kept_once_even_when_it_comes_many_times_at_once(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path / "files")
    names = await asyncio.gather(*[files.put(PICTURE, "image/jpeg") for _ in range(20)])
    assert set(names) == {NAME}
    assert files_below(tmp_path) == [NAME]


async def test_nobody_else_on_the_machine_reads_it(tmp_path: Path) -> None:
    await FolderFiles(tmp_path / "files").put(PICTURE, "image/jpeg")
    assert modes_below(tmp_path) == {
        "files": 0o700,
        f"files/{NAME[:2]}": 0o700,
        f"files/{NAME[:2]}/{NAME}": 0o600,
    }


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../secret_key",
        "..",
        f"../{NAME}",
        f"{NAME}/..",
        f"{NAME}\n",
        f"{NAME}\0",
        NAME.upper(),
        NAME.replace(".jpg", ".svg"),
        NAME.replace(".jpg", ""),
        NAME.replace(".jpg", ".png"),
        "0" * 64 + ".jpg",
        "٠" * 64 + ".jpg",
    ],
)
async def test_no_other_name_finds_anything(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret_key").write_bytes(b"secret")
    files = FolderFiles(tmp_path / "files")
    await files.put(PICTURE, "image/jpeg")
    assert await files.get(name) is None


async def test_what_can_carry_a_script_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="svg"):
        await FolderFiles(tmp_path / "files").put(b"<svg/>", "image/svg+xml")
    assert files_below(tmp_path) == []


async def test_an_interrupted_write_leaves_no_file_under_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_is_full(_: int) -> None:
        raise OSError("no space left on device")

    files = FolderFiles(tmp_path / "files")
    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", disk_is_full)
        with pytest.raises(OSError, match="no space"):
            await files.put(PICTURE, "image/jpeg")
    assert files_below(tmp_path) == []
    assert await files.get(NAME) is None
    assert await files.put(PICTURE, "image/jpeg") == NAME
