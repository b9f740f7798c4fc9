"""Kill, read and damage, and report in numbers: exit 1 when anything was lost, mixed, stuck or left over."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

from tests.faults import killing, reading, servers, spoiling
from tests.faults.desk import Damage


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--reads", type=int, default=10_000)
    parser.add_argument("--servers", type=float, default=0, metavar="MINUTES", help="kill servers instead, for so long")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    chance, damage = random.Random(given.seed), Damage()
    with tempfile.TemporaryDirectory() as name:
        if given.servers:
            os.environ.setdefault("ANSWERDESK_OPENSEARCH", "1")
            done = servers.outlive(Path(name), given.servers * 60, chance, damage)
        else:
            done = on_this_machine(Path(name), given, chance, damage)
    counts = done | {name: count for name, count in vars(damage).items() if name != "notes"}
    print(f"seed {given.seed}", file=sys.stderr)
    print(json.dumps(counts) if given.json else "\n".join(f"{name:20} {count}" for name, count in counts.items()))
    return 1 if damage.any else 0


def on_this_machine(folder: Path, given: argparse.Namespace, chance: random.Random, damage: Damage) -> dict[str, int]:
    folders = [folder / part for part in ("kills", "reads", "spoils")]
    for part in folders:
        part.mkdir()
    kills = killing.kill(folders[0], given.kills, chance, damage) if given.kills else 0
    reads, generations = reading.read(folders[1], given.reads, chance, damage) if given.reads else (0, 0)
    print(f"{generations} generations, {spoiling.spoil(folders[2], damage)} files damaged", file=sys.stderr)
    return {"kills": kills, "reads": reads}


if __name__ == "__main__":
    sys.exit(main())
