"""What is installed: the wheel, and the lock that CI installs from."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
PACKAGES = ("corpus", "ingest", "search", "webapp")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: set[str]) -> None:
    on_disk = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {name for name in wheel if ".dist-info/" not in name} == on_disk


@pytest.mark.parametrize(
    "folder", ["corpus/articles/samples/", "corpus/articles/handbook/", "webapp/templates/", "webapp/static/"]
)
def test_the_wheel_holds_what_the_packages_read(wheel: set[str], folder: str) -> None:
    assert [name for name in wheel if name.startswith(folder)]


def test_the_wheel_carries_the_licence_and_the_command(wheel: set[str]) -> None:
    information = {name.partition(".dist-info/")[2] for name in wheel if ".dist-info/" in name}
    assert {"licenses/LICENSE", "entry_points.txt"} <= information


def test_the_lock_pins_every_dependency_with_its_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = set(project["dependencies"])
    for extra in ("test", "dev"):
        wanted.update(project["optional-dependencies"][extra])
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", lock) if not entry.startswith("#")]
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==[^ ]+ .*--hash=sha256:", entry, re.DOTALL), entry
    assert "://" not in lock
    locked = {entry.partition("==")[0] for entry in entries}
    assert {re.split(r"[\[<>=]", name)[0] for name in wanted} - {"answerdesk"} <= locked


def test_whoosh_is_pinned_to_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (whoosh,) = (name for name in project["dependencies"] if "whoosh" in name)
    assert re.fullmatch(r"whoosh3==[0-9.]+", whoosh)
    assert f"\n{whoosh} " in (ROOT / "requirements.lock").read_text(encoding="utf-8")
