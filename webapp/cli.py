"""The command line. Readers of sources and the Library are imported where they are used: a search starts fast."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.article import to_json
from corpus.errors import InputError, OutageError
from corpus.review import review_cutoffs
from corpus.settings import Settings
from search.model import FILTERS
from webapp import terminal, words
from webapp.command import INPUT_FAILED, Options, Program, complain, json_option
from webapp.opened import OpenHome

if TYPE_CHECKING:
    from corpus.library import Library
    from ingest.parse import Reading

_PAGE_OF_ARTICLES = 500

pass_options = click.make_pass_decorator(Options)


@click.group(cls=Program)
@click.version_option(package_name="answerdesk", message="%(prog)s %(version)s")
def main() -> None:
    """Find the passages that answer a question, in articles of your own."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@pass_options
def serve(options: Options, host: str, port: int) -> None:
    """Start the web front end and print its address."""
    from webapp import serve as server

    def started(address: str) -> None:
        click.echo(f"Answerdesk is at {address}")
        if not server.is_loopback(host):
            click.echo("It is read-only: whoever can reach this address can search and read, and change nothing.")

    with _opened(options) as home, home.library() as library:
        _make_ready(home, library)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    server.serve(options.home_folder(), host, port, started)


@main.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--set", "facts", multiple=True, metavar="NAME=VALUE", help="What the source lost: url, title, reviewed…")
@click.option("--prune", is_flag=True, help="Remove articles whose source lay under a SOURCE and is gone.")
@click.option("--yes", is_flag=True, help="With --prune: even if that is most of them.")
@click.option("--keep-samples", is_flag=True, help="Keep the sample articles.")
@click.option("--readmit", is_flag=True, help="Take in again what was removed by hand.")
@json_option
@pass_options
def ingest(
    options: Options,
    sources: Sequence[str],
    facts: Sequence[str],
    prune: bool,
    yes: bool,
    keep_samples: bool,
    readmit: bool,
    as_json: bool,
) -> None:
    """Add and update articles from files and folders."""
    from ingest.facts import read
    from ingest.sync import sync
    from search import catch_up

    def tell(row: dict[str, Any]) -> None:
        if as_json:
            terminal.print_json(row)
        else:
            terminal.print_outcome(row)

    def track(readings: Iterator[Reading], total: int) -> Iterator[Reading]:
        return readings if as_json else terminal.track(readings, "sources", total)

    _keep_quiet(options, "ingest")
    entered = read(_pairs(facts, "--set"))
    with _opened(options) as home, home.library() as library:
        try:
            report = sync(
                library,
                sources,
                tell=tell,
                track=track,
                facts=entered,
                prune=prune,
                yes=yes,
                keep_samples=keep_samples,
                readmit=readmit,
                most_mb=home.settings.number("max_document_mb"),
            )
        finally:  # what was taken in before an interruption is found too
            catch_up(home.searcher(), terminal.ShownLibrary(library))
    if as_json:
        terminal.print_json({"counts": report.counts})
    else:
        click.echo(terminal.counts_text(report.counts))
    if report.failed:
        sys.exit(INPUT_FAILED)


@main.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@json_option
@pass_options
def parse(options: Options, sources: Sequence[str], as_json: bool) -> None:
    """Show the articles that ingest would store; store nothing."""
    from ingest.desk_file import facts_for
    from ingest.facts import applied
    from ingest.parse import readings
    from ingest.sources import find

    _keep_quiet(options, "ingest")
    most_mb = Settings.of_home(options.home_folder()).number("max_document_mb")
    failed = False
    for reading in readings(find(sources), most_mb):
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
            terminal.print_lines([*terminal.article_text(article), ""])
    if failed:
        sys.exit(INPUT_FAILED)


@main.command()
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
@click.option("--limit", default=10, show_default=True, metavar="N", help="Passages on a page.")
@click.option("--page", default=1, show_default=True, metavar="N")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help=f"By {', '.join(FILTERS)}.")
@click.option("--mode", default="lexical", show_default=True, help="How to search.")
@click.option("--explain", is_flag=True, help="Show what each score is made of.")
@json_option
@pass_options
def search(
    options: Options,
    query: Sequence[str],
    limit: int,
    page: int,
    filters: Sequence[str],
    mode: str,
    explain: bool,
    as_json: bool,
) -> None:
    """Print the passages that answer QUERY, best first."""
    wanted: dict[str, list[str]] = {}
    for name, value in _pairs(filters, "--filter"):
        wanted.setdefault(name, []).append(value)
    with _opened(options) as home:
        results = home.searcher().search(
            " ".join(query), limit=limit, page=page, filters=wanted, mode=mode, explain=explain
        )
        if as_json:
            terminal.print_json(results.to_json())
        else:
            terminal.print_lines(terminal.results_text(results, review_cutoffs(home.settings)))


@main.group(invoke_without_command=True)
@json_option
@click.pass_context
def articles(context: click.Context, as_json: bool) -> None:
    """List the articles, or take some out."""
    if context.invoked_subcommand is not None:
        return
    from webapp import listing

    with _opened(context.ensure_object(Options)) as home:
        rows: list[listing.Row] = []
        while more := listing.page(home, rows[-1].id if rows else "", _PAGE_OF_ARTICLES):
            rows += more
    if as_json:
        terminal.print_json({"articles": [row.to_json() for row in rows], "next": None})
    else:
        lines = (f"{row.id}  {row.title}  ({row.review_words}; {words.source_name(row.source)})" for row in rows)
        terminal.print_lines(map(terminal.plain, lines))


@articles.command()
@click.argument("article_ids", nargs=-1, required=True, metavar="ARTICLE_ID...")
@json_option
@pass_options
def remove(options: Options, article_ids: Sequence[str], as_json: bool) -> None:
    """Take articles out at once, and keep them out until `ingest --readmit`."""
    from search import catch_up

    with _opened(options) as home, home.library() as library:
        known = [article_id for article_id in dict.fromkeys(article_ids) if library.get(article_id) is not None]
        library.remove(known, keep_out=True)
        catch_up(home.searcher(), library)
    unknown = [article_id for article_id in article_ids if article_id not in known]
    if as_json:
        terminal.print_json({"removed": known, "unknown": unknown})
    else:
        terminal.print_lines(f"removed {article_id}" for article_id in known)
    for article_id in unknown:
        complain(f"there is no article {article_id!r}. See: answerdesk articles")
    if unknown:
        sys.exit(INPUT_FAILED)


@main.command()
@click.argument("collection", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--queries", type=click.Path(path_type=Path), metavar="FILE", help="Instead of DIR/queries.jsonl.")
@click.option(
    "--run", "run_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the ranking, TREC style."
)
@click.option("--mode", default="lexical", show_default=True, help="How to search.")
@json_option
def evaluate(collection: Path, queries: Path | None, run_file: Path | None, mode: str, as_json: bool) -> None:
    """Measure the ranking on a collection in BEIR layout."""
    from search.evaluation import collection as collections
    from search.evaluation import evaluate as evaluation

    summary, run = evaluation.evaluate(collections.read(collection, queries), mode=mode, progress=terminal.track)
    if run_file:
        run_file.write_text("".join(f"{line}\n" for line in evaluation.trec_run(run)), encoding="utf-8")
    if as_json:
        terminal.print_json(summary)
    else:
        measures = {name: f"{value:.4f}" for name, value in summary.pop("measures").items()}
        terminal.print_lines(terminal.facts_text(summary | measures))


@main.command()
@json_option
@pass_options
def status(options: Options, as_json: bool) -> None:
    """Tell what is in the home, and its problems."""
    from webapp.status import status as state_of

    with _opened(options) as home:
        state = state_of(home)
    if as_json:
        terminal.print_json(state)
    else:
        terminal.print_lines(terminal.status_text(state, options.home_folder()))


@main.command()
@pass_options
def rebuild(options: Options) -> None:
    """Build the index anew from the library; searches go on meanwhile."""
    from search import rebuild as build

    with _opened(options) as home, home.library() as library:
        build(home.searcher(), terminal.ShownLibrary(library))
        click.echo(f"rebuilt: {words.counted(home.searcher().state().passages, 'passage')}")


def _make_ready(home: OpenHome, library: Library) -> None:
    """Put the samples into a home where nothing ever was, keep the handbook current, and catch up."""
    from ingest.sync import ingest_handbook, ingest_samples
    from search import catch_up

    if library.change == 0:
        report = ingest_samples(library)
        click.echo(f"This home was empty. It now holds {report.counts['new']} articles: samples, and the handbook.")
    else:
        ingest_handbook(library)
    try:
        catch_up(home.searcher(), terminal.ShownLibrary(library))
    except OutageError as error:  # another process writes the index, say; what is there can be searched
        complain(str(error))


def _keep_quiet(options: Options, package: str) -> None:
    """Keep what a package logs off the screen; the outcome says what matters."""
    if not options.debug:
        logging.getLogger(package).addHandler(logging.NullHandler())


@contextlib.contextmanager
def _opened(options: Options) -> Iterator[OpenHome]:
    with contextlib.closing(OpenHome(options.home_folder())) as home:
        yield home


def _pairs(given: Iterable[str], option: str) -> Iterator[tuple[str, str]]:
    for pair in given:
        name, separator, value = pair.partition("=")
        if not separator:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE.", param_hint=option)
        yield name.strip(), value
