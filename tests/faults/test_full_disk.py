"""A full disk: simulated at each write call, and a real small one where mounting is possible."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import desk

_STEPS = {"delta": 24, "rebuild": 8, "backup": 2, "restore": 8}  # write calls from one to the next; all of them by hand


@pytest.mark.parametrize("doing", _STEPS)
def test_a_disk_that_is_full_at_some_write(tmp_path: Path, doing: str) -> None:
    first, step = random.randint(1, _STEPS[doing]), _STEPS[doing]
    command = [sys.executable, "-m", "tests.faults.full_disk", str(tmp_path), doing, str(first), str(step)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"from {first}: {done.stderr[-2000:]}"
    assert int(done.stdout) > step


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if (
        not shutil.which("mount")
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1500k", "none", str(folder)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a small disk can be mounted only by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_real_disk_that_is_full(small_disk: Path, tmp_path: Path) -> None:
    home, docs = small_disk / "home", tmp_path / "docs"
    docs.mkdir()
    desk.write(docs, 1, 1)
    assert desk.run(home, "ingest", docs).returncode == 0
    for number in range(2, 400):
        words = " ".join(f"{random.getrandbits(64):x}" for _ in range(200))
        (docs / f"a{number}.md").write_text(f"# Article {number}\n\nWords: {words}\n")
    full = desk.run(home, "ingest", docs, "--json")
    assert (full.returncode, full.stderr.count("\n")) == (3, 1), full.stderr
    assert "full" in full.stderr
    told = [row["article_id"] for line in full.stdout.splitlines() if (row := json.loads(line)).get("state") == "new"]
    assert told
    assert desk.run(home, "search", "stamp").returncode == 0
    problems = json.loads(desk.run(home, "status", "--json").stdout)["problems"]
    assert "disk_nearly_full" in [problem["code"] for problem in problems]
    backup = desk.run(home, "backup", small_disk / "desk.backup")
    assert (backup.returncode, sorted(path.name for path in small_disk.iterdir())) == (3, ["home"])
    subprocess.run(["mount", "-o", "remount,size=60m", str(small_disk)], check=True)
    assert desk.run(home, "ingest", docs / "a1.md").returncode == 0
    status = json.loads(desk.run(home, "status", "--json").stdout)
    assert (status["articles"] >= len(told) + 1, status["problems"]) == (True, [])
    damage = desk.Damage()
    desk.look_around(home, damage, "full")
    assert damage.notes == []
