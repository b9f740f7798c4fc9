"""Sources -> Library: what is new, changed, unchanged, moved, removed or skipped."""

from __future__ import annotations

import datetime
import importlib.resources
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from corpus.article import Article
from corpus.errors import InputError
from corpus.library import Known, Library
from ingest import parse
from ingest.desk_file import facts_for
from ingest.facts import Facts, applied, merged
from ingest.sources import Source, find, root_key

State = Literal["new", "changed", "unchanged", "moved", "removed", "skipped"]
STATES: tuple[State, ...] = ("new", "changed", "unchanged", "moved", "removed", "skipped")
SAMPLES, HANDBOOK = "samples", "handbook"
_MOST_SKIPPED = 100  # named in the report that is kept

Row = dict[str, Any]


@dataclass
class Report:
    """What an ingest did, for each SOURCE it was given; `failed` tells that some input could not be used."""

    by_source: dict[str, Counter[str]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    warnings: int = 0
    failed: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many sources came to each state."""
        total = sum(self.by_source.values(), Counter[str]())
        return {state: total[state] for state in STATES}

    def to_json(self) -> dict[str, Any]:
        """Return the report as it is kept in the Library."""
        return {
            "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "counts": self.counts,
            "sources": [{"source": name, "counts": dict(counts)} for name, counts in self.by_source.items()],
            "skipped": [{"source": name, "reason": reason} for name, reason in self.skipped[:_MOST_SKIPPED]],
            "warnings": self.warnings,
        }


@dataclass
class _Teller:
    """Counts each outcome and tells it, once it is durable."""

    report: Report
    tell: Callable[[Row], None]

    def __call__(
        self,
        argument: str,
        source: str,
        state: State,
        article_id: str | None = None,
        reason: str | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        self.report.by_source.setdefault(argument, Counter())[state] += 1
        self.report.warnings += len(warnings)
        if state == "skipped":
            self.report.skipped.append((source, reason or ""))
        self.tell(
            {"source": source, "state": state, "article_id": article_id, "reason": reason, "warnings": list(warnings)}
        )


def sync(
    library: Library,
    arguments: Sequence[str],
    *,
    tell: Callable[[Row], None] = lambda row: None,
    track: Callable[[Sequence[Source]], Iterable[Source]] = iter,
    facts: Facts | None = None,
    prune: bool = False,
    yes: bool = False,
    keep_samples: bool = False,
    readmit: bool = False,
    most_mb: int = 64,
) -> Report:
    """Bring the Library in step with files and folders.

    `tell` gets one row a source, when it is durable: `source, state, article_id, reason, warnings`. `track` wraps the
    list of sources to show progress. `prune` removes the articles of sources under `arguments` that are gone, but not
    more than half of those of one argument unless `yes`. What was removed by hand stays out unless `readmit`.
    """
    report = Report()
    teller = _Teller(report, tell)
    before = [known.key for known in library.all_known()] if prune else []
    sources = list(find(arguments))
    for source in track(sources):
        try:
            _take_in(library, source, source.data(most_mb), facts or {}, readmit, teller)
        except InputError as error:
            report.failed = True
            known = library.known(source.key)
            article_id = known.article_id if known and not known.removed else None
            teller(source.argument, source.source, "skipped", article_id, str(error))
    if prune:
        _prune(library, arguments, {source.key for source in sources}, before, yes, teller)
    if not keep_samples and any(report.counts[state] for state in ("new", "changed", "unchanged", "moved")):
        _take_out_samples(library, teller)
    library.set_last_report(report.to_json())
    return report


def ingest_samples(library: Library, tell: Callable[[Row], None] = lambda row: None) -> Report:
    """Take in the samples and the handbook that come with Answerdesk."""
    report = ingest_handbook(library, tell)
    _ingest_bundled(library, SAMPLES, _Teller(report, tell))
    return report


def ingest_handbook(library: Library, tell: Callable[[Row], None] = lambda row: None) -> Report:
    """Take in the handbook, or bring it up to date."""
    report = Report()
    _ingest_bundled(library, HANDBOOK, _Teller(report, tell))
    return report


def _ingest_bundled(library: Library, name: str, teller: _Teller) -> None:
    folder = importlib.resources.files("corpus") / "articles" / name
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".md"):
            key = f"{name}/{file.name}"
            _take_in(library, Source(key, key, name), file.read_bytes(), {}, False, teller, shown_as=name)


def _take_in(
    library: Library,
    source: Source,
    data: bytes,
    entered: Facts,
    readmit: bool,
    teller: _Teller,
    shown_as: str = "",
) -> None:
    known = library.known(source.key)
    digest = parse.digest(data)
    alike = library.known_by_digest(digest) if known is None or known.digest != digest else [known]
    if not readmit and any(other.kept_out for other in [*alike, *([known] if known else [])]):
        words = "It was removed by hand. Take it in again with --readmit."
        teller(source.argument, source.source, "skipped", None, words)
        return
    there = known is not None and not known.removed
    gone = sorted((other for other in alike if _is_gone(other)), key=lambda other: other.removed)
    moved_from = gone[0] if gone and known is None else None
    origin = known or moved_from
    in_desk = facts_for(source.path) if source.path else {}
    facts = {"entered": merged(origin.facts.get("entered", {}) if origin else {}, entered), "desk": in_desk}
    if known and there and known.digest == digest and known.facts == facts:
        teller(source.argument, source.source, "unchanged", known.article_id)
        return
    article = applied(parse.article_of(source, data), {**in_desk, **facts["entered"]})
    if shown_as:
        article = replace(article, source=shown_as)
    library.put(article, digest=digest, facts=facts, moved_from=moved_from.key if moved_from else "")
    state: State = "changed" if there else "moved" if moved_from and not moved_from.removed else "new"
    teller(source.argument, source.source, state, _id_of(library, article), None, article.warnings)


def _id_of(library: Library, article: Article) -> str | None:
    known = library.known(article.key)
    return known.article_id if known else None


def _is_gone(known: Known) -> bool:
    """Tell whether the file of an article is gone; what came with Answerdesk has none."""
    return os.path.isabs(known.key) and not os.path.lexists(known.key)


def _prune(
    library: Library, arguments: Sequence[str], found: set[str], before: Sequence[str], yes: bool, teller: _Teller
) -> None:
    for argument in arguments:
        root = root_key(argument)
        gone = [
            known
            for known in library.all_known()
            if _is_under(known.key, root) and known.key not in found and _is_gone(known)
        ]
        there = sum(_is_under(key, root) for key in before)
        if len(gone) * 2 > there and not yes:
            teller.report.failed = True
            words = f"--prune would remove {len(gone)} of its {there} articles. Add --yes if that is right."
            teller(argument, argument, "skipped", None, words)
            continue
        library.remove([known.article_id for known in gone], keep_out=False)
        for known in gone:
            teller(argument, known.source, "removed", known.article_id, "Its source is gone.")


def _is_under(key: str, root: str) -> bool:
    return key == root or key.startswith(root.rstrip("/") + "/")


def _take_out_samples(library: Library, teller: _Teller) -> None:
    samples = library.known_of_source(SAMPLES)
    library.remove([known.article_id for known in samples], keep_out=False)
    words = "Your own articles take the place of the samples. Keep them with --keep-samples."
    for known in samples:
        teller(SAMPLES, known.key, "removed", known.article_id, words)
