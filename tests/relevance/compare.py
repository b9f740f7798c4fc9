"""Compare the ranking with a stored one, query by query.

usage: python -m tests.relevance.compare [--save FILE] [--against FILE] [--show N] [SET...]

Ranks our own query set and, where ANSWERDESK_TEST_DATA names them, the collections. Prints nDCG@10; with --against, the
difference, how likely chance alone makes one as large (paired randomisation), and the N queries that changed most.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.relevance.bench import Values, bench, mean, query_sets

ROUNDS = 10_000


def chance(before: Values, after: Values, seed: int = 0) -> float:
    """Return the share of random sign changes that make the mean difference as large as it is, or larger.

    Fisher's paired randomisation test, two-sided; the recommendation of Smucker, Allan and Carterette (2007).
    """
    differences = np.array([after[query] - before[query] for query in sorted(before)])
    if not differences.any():
        return 1.0
    random = np.random.default_rng(seed)
    as_large = sum(
        abs((random.choice([-1, 1], len(differences)) * differences).sum()) >= abs(differences.sum()) - 1e-12
        for _ in range(ROUNDS)
    )
    return float((as_large + 1) / (ROUNDS + 1))


def changed(before: Values, after: Values, show: int) -> list[tuple[str, float, float]]:
    """Return the queries whose value changed most, with what it was and what it is."""
    rows = [(query, before[query], after[query]) for query in before if before[query] != after[query]]
    return sorted(rows, key=lambda row: (-abs(row[2] - row[1]), row[0]))[:show]


def report(
    before: Mapping[str, Values],
    after: Mapping[str, Values],
    texts: Mapping[str, Values | Mapping[str, str]],
    show: int,
) -> Iterator[str]:
    """Yield a line for each query set, and for each of the queries that changed most."""
    for name, values in after.items():
        line = f"{name:16} {len(values):5} queries   nDCG@10 {mean(values):.4f}"
        if name not in before:
            yield line
            continue
        if before[name].keys() != values.keys():
            raise SystemExit(f"{name}: the stored ranking is of other queries. Save it anew.")
        up, down = (sum(sign * (values[q] - old) > 0 for q, old in before[name].items()) for sign in (1, -1))
        difference = mean(values) - mean(before[name])
        yield f"{line}  {difference:+.4f}  p {chance(before[name], values):.3f}  {up} better, {down} worse"
        for query, old, new in changed(before[name], values, show):
            yield f"    {old:.3f} -> {new:.3f}  {query}: {texts[name][query]}"
    yield f"{'mean':16} {'':15} nDCG@10 {sum(map(mean, after.values())) / len(after):.4f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--show", type=int, default=5)
    asked = parser.parse_args(arguments)
    before = json.loads(asked.against.read_text()) if asked.against else {}
    sets = query_sets(collections(), asked.sets)
    with bench() as ranked:
        after = {one.name: ranked.values(one) for one in sets}
    for line in report(before, after, {one.name: one.read().queries for one in sets}, asked.show):
        print(line)
    if asked.save:
        asked.save.write_text(json.dumps(after, indent=1))


def collections() -> Path | None:
    """Return the folder of collections outside the repository, where there is one."""
    data = os.environ.get("ANSWERDESK_TEST_DATA")
    return Path(data) / "collections" if data else None


if __name__ == "__main__":
    main()
