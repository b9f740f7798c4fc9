"""The faults in small; `python -m tests.faults` runs them at full size."""

from __future__ import annotations

import random
from pathlib import Path

from tests.faults import killing, reading, spoiling
from tests.faults.desk import Damage, text, version_of
from tests.servers.postgresql import PostgreSQL


def test_kill_at_any_moment(tmp_path: Path) -> None:
    damage = Damage()
    assert killing.kill(tmp_path, 8, random.Random(), damage) == 8
    assert damage.notes == []


def test_kill_at_any_moment_with_articles_in_postgresql(tmp_path: Path, postgresql: PostgreSQL) -> None:
    damage = Damage()
    assert killing.kill(tmp_path, 4, random.Random(), damage, postgresql.database()) == 4
    assert damage.notes == []


def test_read_while_another_process_writes(tmp_path: Path) -> None:
    damage = Damage()
    reads, generations = reading.read(tmp_path, 150, random.Random(), damage)
    assert damage.notes == []
    assert (reads >= 150, generations > 2) == (True, True)


def test_damage_to_every_kind_of_file_and_two_writers(tmp_path: Path) -> None:
    damage = Damage()
    assert spoiling.spoil(tmp_path, damage) > 60
    assert damage.notes == []


def test_a_mixture_is_seen() -> None:
    old = text(1, 1).split("## ")[1:]
    new = text(1, 2).split("## ")[1:]
    assert (version_of(old), version_of(new), version_of([])) == (1, 2, 0)
    assert version_of([*old[:1], *new[1:]]) is None
    assert version_of(new[:-1]) is None
