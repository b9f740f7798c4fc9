"""Prints how much of the fixtures' structure the readers keep: `python -m tests.ingest.structure [NAME...]`."""

from __future__ import annotations

import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.article import Article, row_text
from ingest.parse import readings
from ingest.sources import find
from tests.ingest.structure.content import Document, document

FOLDER = Path(__file__).parent / "documents"
MEASURES = ("headings", "items", "rows", "order", "heads")


def f1(found: Iterable[str], true: Iterable[str]) -> float:
    """Return how well two collections agree, blanks and case aside."""
    ours, theirs = (Counter("".join(text.casefold().split()) for text in texts) for texts in (found, true))
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values())) if ours or theirs else 1.0


def score(article: Article, true: Document, numbered: bool) -> dict[str, float]:
    """Return each measure, 1 at best: of the structure F1; `heads`: none is left."""
    blocks = [block for section in article.sections for block in section.blocks]
    text = "".join(article.text.split())
    starts = [text.find("".join(piece.text.split())) for piece in true.pieces if piece.kind == "paragraph"]
    in_order = sum(one >= 0 and before < one for before, one in zip([-1, *starts], starts, strict=False))
    tables = [block for block in blocks if block.kind == "table"]
    rows = [row_text(row) for table in tables for row in (table.header, *table.rows) if row]
    lists = [piece for piece in true.pieces if piece.kind in ("bullets", "numbers")]
    runs = (true.head, true.foot, "page.html")
    return {
        "headings": f1(
            (
                f"{section.level - min_level(article)} {section.heading}"
                for section in article.sections
                if section.heading
            ),
            true_headings(true, numbered),
        ),
        "items": f1(
            (f"{depth} {item}" for block in blocks for depth, item in zip(block.depths, block.items, strict=True)),
            (f"{depth} {item}" for piece in lists for depth, item in piece.items),
        ),
        "rows": f1(rows, (row_text(row) for piece in true.pieces for row in piece.rows)),
        "order": in_order / len(starts),
        "heads": float(article.title == true.title and not any("".join(run.split()) in text for run in runs)),
    }


def true_headings(true: Document, numbered: bool) -> Iterator[str]:
    """Yield the level of each heading and its text, with the number that TeX prints before it."""
    counts = [0, 0, 0]
    for piece in true.pieces:
        if piece.kind == "heading":
            counts[piece.level - 1 :] = [counts[piece.level - 1] + 1, *[0] * (3 - piece.level)]
            number = ".".join(map(str, counts[: piece.level])) if numbered else ""
            yield f"{piece.level - 1} {number} {piece.text}"


def min_level(article: Article) -> int:
    """Return the level of the article's topmost headings."""
    return min((section.level for section in article.sections if section.heading), default=1)


def scores(names: Iterable[str] = ()) -> dict[str, dict[str, float]]:
    """Return the measures of each fixture, or of those whose name begins with one of `names`."""
    wanted = tuple(names) or ("",)
    files = sorted(str(file) for file in FOLDER.iterdir() if file.name.startswith(wanted))
    found = {}
    for reading in readings(find(files)):
        name = Path(reading.source.source)
        true = document(int(name.stem[-2:]))
        found[name.name] = score(reading.article(), true, numbered=name.name.startswith("latex"))
    return found


def main() -> None:
    found = scores(sys.argv[1:])
    print(f"{'':24}", *(f"{name:>9}" for name in MEASURES))
    for name, values in found.items():
        print(f"{name:24}", *(f"{values[measure]:9.3f}" for measure in MEASURES))
    for suffix in (".pdf", ".docx"):
        of_kind = [values for name, values in found.items() if name.endswith(suffix)]
        if of_kind:
            means = (f"{statistics.mean(values[measure] for values in of_kind):9.3f}" for measure in MEASURES)
            print(f"{'mean of ' + str(len(of_kind)) + ' ' + suffix:24}", *means)


if __name__ == "__main__":
    main()
