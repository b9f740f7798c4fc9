"""A process that answers: `python -m tests.benchmarks.answering HOME FILE`, a line at its first answer and its last.

The last line tells the resident memory in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from search import open_home

STATUS = Path("/proc/self/status")


def resident(status: Path = STATUS) -> int:
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: bytes, and the highest it ever was


def main() -> None:
    queries = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    with open_home(sys.argv[1]) as searcher:
        for number, text in enumerate(queries):
            found = searcher.search(text)
            if not number:
                print(found.total, flush=True)
        print(resident(), flush=True)


if __name__ == "__main__":
    main()
