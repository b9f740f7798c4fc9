"""What an ingest did, source by source."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["new", "changed", "unchanged", "moved", "removed", "skipped"]
STATES: tuple[State, ...] = ("new", "changed", "unchanged", "moved", "removed", "skipped")
_MOST_NAMED = 100  # sources skipped, and warnings, in the report that is kept

Row = dict[str, Any]


@dataclass
class Report:
    """Counts the outcomes for each SOURCE that was given, and tells each; `failed`: some input could not be used."""

    tell: Callable[[Row], None] = lambda row: None
    by_source: dict[str, Counter[str]] = field(default_factory=dict)
    skipped: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    failed: bool = False
    interrupted: bool = False

    def add(
        self,
        argument: str,
        source: str,
        state: State,
        article_id: str | None = None,
        reason: str | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        """Count and tell what became of a source, once it is durable."""
        self.by_source.setdefault(argument, Counter())[state] += 1
        if state == "skipped":
            self.skipped.append({"source": source, "reason": reason or ""})
        self.warnings += ({"source": source, "warning": warning} for warning in warnings)
        self.tell(
            {"source": source, "state": state, "article_id": article_id, "reason": reason, "warnings": list(warnings)}
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many sources came to each state."""
        return _counts(sum(self.by_source.values(), Counter[str]()))

    def to_json(self) -> dict[str, Any]:
        """Return the report as it is kept in the Library and shown by `status`."""
        return {
            "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "interrupted": self.interrupted,
            "counts": self.counts,
            "sources": [{"source": name, "counts": _counts(counts)} for name, counts in self.by_source.items()],
            "skipped": self.skipped[:_MOST_NAMED],
            "warnings": self.warnings[:_MOST_NAMED],
            "warning_count": len(self.warnings),
        }


def _counts(counter: Counter[str]) -> dict[str, int]:
    return {state: counter[state] for state in STATES}
