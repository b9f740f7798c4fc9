"""Sources -> Library: what is new, changed, unchanged, moved, removed or skipped."""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.library import Known, Library
from ingest.desk_file import facts_for
from ingest.facts import Facts, applied, merged
from ingest.parse import Reading, digest, readings, understand
from ingest.report import Report, Row, State
from ingest.sources import GONE, LEFT_OUT, Source, Web, count, find, root_key

Track = Callable[[Iterator[Reading], int], Iterable[Reading]]

SAMPLES, HANDBOOK = "samples", "handbook"


def sync(
    library: Library,
    arguments: Sequence[str],
    *,
    tell: Callable[[Row], None] = lambda row: None,
    track: Track = lambda readings, total: readings,
    facts: Facts | None = None,
    mapping: Mapping[str, str] | None = None,
    prune: bool = False,
    yes: bool = False,
    keep_samples: bool = False,
    readmit: bool = False,
    most_mb: int = 64,
    allow_private: Collection[str] = (),
    pause: float = 1.0,
    sources: Iterable[Source] | None = None,
) -> Report:
    """Bring the Library in step with files and folders, or with `sources` that came in another way.

    `tell` gets one row a source, when it is durable: `source, state, article_id, reason, warnings`. `track` wraps the
    sources, whose number it gets, 0 where that is unknown, to show progress. `mapping` names the columns of records.
    Pages are fetched `pause` seconds apart, from `allow_private` hosts too.
    `prune` removes the articles of sources under `arguments` that are gone, but not more than half of those of one
    argument unless `yes`. What was removed by hand stays out unless `readmit`. The report is kept in the Library, also
    when the ingest is interrupted.
    """
    report = Report(tell, interrupted=True)
    entered = facts or {}

    def wanted(source: Source, found: str) -> bool:
        known = library.known(source.key)
        return known is None or _differs(known, found, _facts(source, known, entered))

    def recall(url: str) -> tuple[str, Mapping[str, str]] | None:
        known = library.known(url)
        if known is None or _differs(known, known.digest, _facts(Source(url, url, url), known, entered)):
            return None
        return known.digest, known.facts.get("web", {})

    try:
        before = [known.key for known in library.all_known()] if prune else []
        sources = list(find(arguments) if sources is None else sources)
        there = There()
        web = Web(allow_private, pause, recall, partial(_known_below, library))
        with closing(readings(sources, most_mb, wanted, mapping, web)) as found:
            for reading in track(found, count(sources)):
                error = None
                try:
                    _take_in(library, reading, entered, readmit, report)
                except InputError as raised:
                    error = raised
                    if not prune or error.code != GONE or library.known(reading.source.key) is None:
                        _skip(library, reading.source, error, report)
                if prune:
                    there.add(reading.source, error)
        if prune:
            _prune(library, arguments, there, before, yes, report)
        if not keep_samples and any(report.counts[state] for state in ("new", "changed", "unchanged", "moved")):
            _take_out_samples(library, report)
        report.interrupted = False
    finally:
        library.set_last_report(report.to_json())
    return report


def ingest_samples(library: Library) -> Report:
    """Take in the samples and the handbook that come with Answerdesk."""
    report = ingest_handbook(library)
    _ingest_bundled(library, SAMPLES, report)
    return report


def ingest_handbook(library: Library) -> Report:
    """Take in the handbook, or bring it up to date."""
    report = Report()
    _ingest_bundled(library, HANDBOOK, report)
    return report


def _ingest_bundled(library: Library, name: str, report: Report) -> None:
    folder = importlib.resources.files("corpus") / "articles" / name
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".md"):
            key, data = f"{name}/{file.name}", file.read_bytes()
            understood = partial(understand, name, data, "markdown")
            reading = Reading(Source(key, key, name), digest(data), understood=understood)
            _take_in(library, reading, {}, False, report)


def _take_in(library: Library, reading: Reading, entered: Facts, readmit: bool, report: Report) -> None:
    source = reading.source
    if reading.error:
        raise reading.error
    known = library.known(source.key)
    alike = library.known_by_digest(reading.digest) if known is None or known.digest != reading.digest else [known]
    if not readmit and any(other.kept_out for other in [*alike, *([known] if known else [])]):
        raise InputError("It was removed by hand. Take it in again with --readmit.", LEFT_OUT)
    there = known is not None and not known.removed
    gone = sorted((other for other in alike if _is_gone(other)), key=lambda other: other.removed)
    moved_from = gone[0] if gone and known is None else None
    facts = _facts(source, known or moved_from, entered)
    if known and not _differs(known, reading.digest, facts):
        report.add(source.argument, source.source, "unchanged", known.article_id)
        return
    article = applied(reading.article(), {**facts["desk"], **facts["entered"]})
    key_before = moved_from.key if moved_from else ""
    article_id = library.put(article, digest=reading.digest, facts=facts, moved_from=key_before)
    state: State = "changed" if there else "moved" if moved_from and not moved_from.removed else "new"
    report.add(source.argument, source.source, state, article_id, None, article.warnings)


def _skip(library: Library, source: Source, error: InputError, report: Report) -> None:
    report.failed = report.failed or error.code != LEFT_OUT
    known = library.known(source.key)
    article_id = known.article_id if known and not known.removed else None
    report.add(source.argument, source.source, "skipped", article_id, str(error))


def _facts(source: Source, known: Known | None, entered: Facts) -> dict[str, Any]:
    """Return what was entered by hand for a source, by --set and by a desk.toml, as it is kept."""
    in_desk = facts_for(source.path) if source.path else {}
    facts = {"entered": merged(known.facts.get("entered", {}) if known else {}, entered), "desk": in_desk}
    return {**facts, "web": dict(source.validators)} if source.validators else facts


def _differs(known: Known, found: str, facts: Facts) -> bool:
    alike = all(known.facts.get(name) == facts.get(name) for name in ("entered", "desk"))
    return bool(known.removed) or known.digest != found or not alike


def _is_gone(known: Known) -> bool:
    """Tell whether the file of an article is gone; what came with Answerdesk has none."""
    key = known.key
    return os.path.isabs(key) and not os.path.lexists(key) and not any(map(os.path.isfile, Path(key).parents))


@dataclass
class There:
    """The keys that were found, and the containers that were read `whole`: what else they held is gone."""

    keys: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    in_part: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)  # pages

    def add(self, source: Source, error: InputError | None) -> None:
        """Note a source that was read, or why it was not."""
        if error and error.code == GONE:
            self.gone.add(source.key)
        elif error is None or error.code != LEFT_OUT:
            self.keys.add(source.key)
        if error and error.code != LEFT_OUT:
            self.in_part.add(source.container)
            self.whole.discard(source.container)
        elif source.container not in self.in_part:
            self.whole.add(source.container)

    def has_lost(self, known: Known) -> bool:
        """Tell whether the source of an article is gone."""
        if known.key in self.keys:
            return False
        return (
            known.key in self.gone
            or _is_gone(known)
            or any(str(parent) in self.whole for parent in Path(known.key).parents)
        )


def _prune(
    library: Library, arguments: Sequence[str], there: There, before: Sequence[str], yes: bool, report: Report
) -> None:
    for argument in arguments:
        root = root_key(argument)
        gone = [known for known in library.all_known() if _is_under(known.key, root) and there.has_lost(known)]
        were = sum(_is_under(key, root) for key in before)
        if len(gone) * 2 > were and not yes:
            report.failed = True
            words = f"--prune would remove {len(gone)} of its {were} articles. Add --yes if that is right."
            report.add(argument, argument, "skipped", None, words)
            continue
        library.remove([known.article_id for known in gone], keep_out=False)
        for known in gone:
            report.add(argument, known.source, "removed", known.article_id, "Its source is gone.")


def _known_below(library: Library, root: str) -> list[str]:
    return [known.key for known in library.all_known() if _is_under(known.key, root)]


def _is_under(key: str, root: str) -> bool:
    return key == root or key.startswith(root.rstrip("/") + "/")


def _take_out_samples(library: Library, report: Report) -> None:
    samples = library.known_of_source(SAMPLES)
    library.remove([known.article_id for known in samples], keep_out=False)
    words = "Your own articles take the place of the samples. Keep them with --keep-samples."
    for known in samples:
        report.add(SAMPLES, known.key, "removed", known.article_id, words)
