"""The commands that read sources: ingest and parse. What reads is imported where it is used: a search starts fast."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from corpus.article import to_json
from corpus.changing import changing
from corpus.errors import InputError, OutageError
from corpus.settings import Settings
from search import catch_up
from webapp import progress, terminal
from webapp.cli_model import embed_new
from webapp.command import INPUT_FAILED, Command, Options, complain, json_option, opened, pairs, pass_options
from webapp.opened import OpenHome
from webapp.stopping import Stopping

if TYPE_CHECKING:
    from ingest.parse import Reading
    from ingest.report import Report, Row


map_option = click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN,...",
    help="Which columns of records hold what: title, body, id, url…",
)

private_option = click.option(
    "--allow-private", multiple=True, metavar="HOST", help="Fetch pages from this host, though it is a private one."
)


@click.command(cls=Command)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--set", "facts", multiple=True, metavar="NAME=VALUE", help="What the source lost: url, title, reviewed…")
@map_option
@private_option
@click.option("--prune", is_flag=True, help="Remove articles whose source lay under a SOURCE and is gone.")
@click.option("--yes", is_flag=True, help="With --prune: even if that is most of them.")
@click.option("--watch", is_flag=True, help="Go on, and take in what changes, until it is stopped.")
@click.option("--keep-samples", is_flag=True, help="Keep the sample articles.")
@click.option("--no-embed", is_flag=True, help="Leave what is new without its meaning; answerdesk embed adds it.")
@click.option("--readmit", is_flag=True, help="Take in again what was removed by hand.")
@json_option
@pass_options
def ingest(
    options: Options,
    /,
    sources: Sequence[str],
    facts: Sequence[str],
    mapping: Sequence[str],
    allow_private: Sequence[str],
    watch: bool,
    no_embed: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Add and update articles from files, folders and the web."""
    from ingest.facts import read
    from ingest.sync import sync

    _keep_quiet(options)
    entered = read(pairs(facts, "--set"))
    columns = _columns(mapping)

    def take_in(home: OpenHome, tell: Callable[[Row], None]) -> Report:
        def track(found: Iterable[Reading], total: int) -> Iterator[Reading]:
            yield from stopping.before_each(found if as_json else progress.track(found, "sources", total))

        with home.library() as library, changing(home.home), Stopping() as stopping:
            most_mb = home.settings.number("max_document_mb")
            try:
                report = sync(
                    library,
                    sources,
                    tell=tell,
                    track=track,
                    facts=entered,
                    mapping=columns,
                    most_mb=most_mb,
                    allow_private=allow_private,
                    pause=home.settings.number("web_pause_ms") / 1000,
                    **how,
                )
            finally:  # what was taken in before an interruption is found too
                catch_up(home.searcher(), progress.ShownLibrary(library))
        if not no_embed:
            embed_new(home)
        return report

    def show(row: Row) -> None:
        if as_json:
            terminal.print_json(row)
        else:
            terminal.print_outcome(row)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with opened(options) as home:
        if watch:
            _watch(home, sources, take_in, show, as_json)
            return
        report = take_in(home, show)
    _print_report(report, as_json)
    if report.failed:
        sys.exit(INPUT_FAILED)


def _watch(
    home: OpenHome,
    sources: Sequence[str],
    take_in: Callable[[OpenHome, Callable[[Row], None]], Report],
    show: Callable[[Row], None],
    as_json: bool,
) -> None:
    """Take in the sources now and whenever something changes, and show what was not so before, until interrupted."""
    from ingest.follow import changes

    told: set[tuple[str, str]] = set()
    shown: list[Row] = []

    def tell(row: Row) -> None:
        if row["state"] != "unchanged" and (row["source"], row["reason"]) not in told:
            show(row)
            shown.append(row)

    with contextlib.suppress(KeyboardInterrupt):
        for _ in changes(sources, home.home):
            shown.clear()
            try:
                report = take_in(home, tell)
            except OutageError as error:  # the next change tries again
                complain(str(error))
                continue
            told = {(one["source"], one["reason"]) for one in report.skipped}
            if shown:
                _print_report(report, as_json)


def _print_report(report: Report, as_json: bool) -> None:
    if as_json:
        terminal.print_json({"counts": report.counts})
    else:
        terminal.print_lines(terminal.report_text(report.to_json()))


@click.command(cls=Command)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@map_option
@private_option
@json_option
@pass_options
def parse(
    options: Options, sources: Sequence[str], mapping: Sequence[str], allow_private: Sequence[str], as_json: bool
) -> None:
    """Show what ingest would store as a tree; store nothing."""
    from ingest.desk_file import facts_for
    from ingest.facts import applied
    from ingest.parse import readings
    from ingest.sources import Web, find
    from webapp.tree import print_article

    _keep_quiet(options)
    settings = Settings.of_home(options.home_folder())
    web = Web(allow_private, settings.number("web_pause_ms") / 1000)
    failed = False
    found = readings(find(sources), settings.number("max_document_mb"), mapping=_columns(mapping), web=web)
    for reading in found:
        source = reading.source
        try:
            article = applied(reading.article(), facts_for(source.path) if source.path else {})
        except InputError as error:
            failed = True
            complain(f"{source.source}: {error}")
            continue
        if as_json:
            terminal.print_json(to_json(article))
        else:
            print_article(article)
    if failed:
        sys.exit(INPUT_FAILED)


def _columns(mapping: Sequence[str]) -> dict[str, str]:
    from ingest.records import checked

    return checked(pairs((pair for pairs in mapping for pair in pairs.split(",")), "--map"))


def _keep_quiet(options: Options) -> None:
    """Keep what the readers log off the screen; the outcome says what matters."""
    if not options.debug:
        for name in ("ingest", "bs4"):
            logging.getLogger(name).addHandler(logging.NullHandler())
