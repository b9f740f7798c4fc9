"""Kill, read and damage, and report in numbers: exit 1 when anything was lost, mixed, stuck or left over."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

from tests.faults import killing, reading, spoiling
from tests.faults.desk import Damage


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--reads", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    chance, damage = random.Random(given.seed), Damage()
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / part for part in ("kills", "reads", "spoils")]
        for folder in folders:
            folder.mkdir()
        kills = killing.kill(folders[0], given.kills, chance, damage) if given.kills else 0
        reads, generations = reading.read(folders[1], given.reads, chance, damage) if given.reads else (0, 0)
        spoiled = spoiling.spoil(folders[2], damage)
    counts = {
        "kills": kills,
        "lost": damage.lost,
        "unreadable": damage.unreadable,
        "stuck_locks": damage.stuck_locks,
        "orphans": damage.orphans,
        "reads": reads,
        "read_errors": damage.read_errors,
        "mixed": damage.mixed,
    }
    print(f"seed {given.seed}, {generations} generations, {spoiled} files damaged", file=sys.stderr)
    print(json.dumps(counts) if given.json else "\n".join(f"{name:12} {count}" for name, count in counts.items()))
    return 1 if damage.any else 0


if __name__ == "__main__":
    sys.exit(main())
