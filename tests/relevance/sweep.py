"""Try settings of the ranking on several query sets at once, and leave each out in turn.

usage: python -m tests.relevance.sweep NAME=VALUE,VALUE... [NAME=...] [--sets SET,SET...] [--every N]

NAME is a number in a module of search (scoring.K1) or in the table of fields (fields.title.weight). Every combination
is measured. A setting is worth having when the others would choose it for the set that is left out, and it helps there.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from search import scoring
from tests.relevance.bench import bench, mean, query_sets
from tests.relevance.compare import collections


@dataclass(frozen=True, slots=True)
class Row:
    """One combination of settings, and its figure for each query set."""

    settings: tuple[tuple[str, float], ...]
    figures: Mapping[str, float]

    def mean(self, without: str = "") -> float:
        kept = [figure for name, figure in self.figures.items() if name != without]
        return sum(kept) / len(kept)

    def __str__(self) -> str:
        return " ".join(f"{name}={value:g}" for name, value in self.settings)


def put(name: str, value: float) -> None:
    """Give a setting a value, for this process."""
    place, _, attribute = name.rpartition(".")
    if place.startswith("fields."):
        field = place.removeprefix("fields.")
        changed = tuple(replace(one, **{attribute: value}) if one.name == field else one for one in scoring.FIELDS)
        if changed == scoring.FIELDS and field not in {one.name for one in scoring.FIELDS}:
            raise SystemExit(f"There is no field {field!r}.")
        scoring.FIELDS = changed
        return
    module = importlib.import_module(f"search.{place}")
    if not isinstance(getattr(module, attribute, None), int | float):
        raise SystemExit(f"search.{place} has no number {attribute!r}.")
    setattr(module, attribute, value)


def combinations(given: Sequence[str]) -> Iterator[tuple[tuple[str, float], ...]]:
    """Yield every combination of settings written as NAME=VALUE,VALUE..."""
    named = [
        (name, [float(value) for value in values.split(",")])
        for name, _, values in (one.partition("=") for one in given)
    ]
    for values in itertools.product(*(values for _, values in named)):
        yield tuple(zip((name for name, _ in named), values, strict=True))


def left_out(rows: Sequence[Row], name: str) -> Row:
    """Return the combination that all query sets but one choose."""
    return max(rows, key=lambda row: row.mean(without=name))


def report(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table of combinations, best mean first, then what is chosen for each set by the others."""
    names = list(rows[0].figures)
    yield "  mean  " + " ".join(f"{name[:10]:>10}" for name in names)
    for row in sorted(rows, key=lambda row: -row.mean()):
        yield f"{row.mean():.4f}  " + " ".join(f"{row.figures[name]:10.4f}" for name in names) + f"  {row}"
    if len(names) > 1:
        yield "Left out, and what the others choose for it:"
        for name in names:
            chosen = left_out(rows, name)
            best = max(row.figures[name] for row in rows)
            yield f"{name:16} {chosen.figures[name]:.4f} (at best {best:.4f})  {chosen}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", nargs="+", metavar="NAME=VALUE,VALUE...")
    parser.add_argument("--sets", default="")
    parser.add_argument("--every", type=int, default=1, help="only every n-th query")
    asked = parser.parse_args(arguments)
    sets = [
        replace(one, every=asked.every)
        for one in query_sets(collections(), [one for one in asked.sets.split(",") if one])
    ]
    rows = []
    with bench() as ranked:
        for settings in combinations(asked.settings):
            for name, value in settings:
                put(name, value)
            rows.append(Row(settings, {one.name: mean(ranked.values(one)) for one in sets}))
    print("\n".join(report(rows)))


if __name__ == "__main__":
    main()
