"""The command line. Readers of sources and the Library are imported where they are used: a search starts fast."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import click

from corpus import changing
from corpus.errors import OutageError
from corpus.review import review_cutoffs
from search import catch_up
from search.fusion import MODES
from search.model import FILTERS
from search.semantic import Semantic
from webapp import health, progress, terminal, words
from webapp.cli_articles import articles
from webapp.cli_home import backup, feedback, migrate_library, restore
from webapp.cli_ingest import ingest, parse
from webapp.cli_model import embed, model
from webapp.command import Options, Program, complain, json_option, opened, pairs, pass_options
from webapp.opened import OpenHome


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

    with opened(options) as home:
        _make_ready(home)
    server.serve(options.home_folder(), host, port, started)


mode_option = click.option(
    "--mode", type=click.Choice(MODES), help="By words, by meaning or both; default: hybrid where all is embedded."
)


@main.command()
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
@click.option("--limit", default=10, show_default=True, metavar="N", help="Passages on a page.")
@click.option("--page", default=1, show_default=True, metavar="N")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help=f"By {', '.join(FILTERS)}.")
@mode_option
@click.option("--explain", is_flag=True, help="Show what each score is made of.")
@json_option
@pass_options
def search(
    options: Options,
    query: Sequence[str],
    limit: int,
    page: int,
    filters: Sequence[str],
    mode: str | None,
    explain: bool,
    as_json: bool,
) -> None:
    """Print the passages that answer QUERY, best first."""
    wanted: dict[str, list[str]] = {}
    for name, value in pairs(filters, "--filter"):
        wanted.setdefault(name, []).append(value)
    with opened(options) as home:
        _catch_up_after_a_crash(home)
        results = home.searcher().search(
            " ".join(query), limit=limit, page=page, filters=wanted, mode=mode, explain=explain
        )
        if as_json:
            terminal.print_json(results.to_json())
        else:
            terminal.print_lines(terminal.results_text(results, review_cutoffs(home.settings)))


@main.command()
@click.argument("collection", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--queries", type=click.Path(path_type=Path), metavar="FILE", help="Instead of DIR/queries.jsonl.")
@click.option(
    "--run", "run_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the ranking, TREC style."
)
@mode_option
@json_option
@pass_options
def evaluate(
    options: Options, collection: Path, queries: Path | None, run_file: Path | None, mode: str | None, as_json: bool
) -> None:
    """Measure the ranking on a collection in BEIR layout, with the model of the home."""
    from search.evaluation import collection as collections
    from search.evaluation import evaluate as evaluation

    tested = collections.read(collection, queries)
    with opened(options) as home:
        own = home.searcher().semantic
        semantic = Semantic(home.home / "evaluated", own.folder) if own else None
        summary, run = evaluation.evaluate(tested, mode=mode, semantic=semantic, progress=progress.track)
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

    with opened(options) as home:
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

    with opened(options) as home, home.library() as library:
        build(home.searcher(), progress.ShownLibrary(library))
        click.echo(f"rebuilt: {words.counted(home.searcher().state().passages, 'passage')}")


def _make_ready(home: OpenHome) -> None:
    """Put the samples into a home where nothing ever was, keep the handbook current, and catch up.

    Where that cannot be, because another process writes, the home may not be written or a server is away, what is
    there is served.
    """
    from ingest.sync import ingest_handbook, ingest_samples

    try:
        with home.library() as library:
            if library.change == 0:
                new = ingest_samples(library).counts["new"]
                click.echo(f"This home was empty. It now holds {new} articles: samples, and the handbook.")
            else:
                ingest_handbook(library)
            catch_up(home.searcher(), progress.ShownLibrary(library), wait=False)
    except OutageError as error:
        of_the_home = error.code == "library_away" and not home.settings.text("library")
        if of_the_home or error.code in ("newer_home", "home_unusable", "library_damaged"):
            raise
        complain(str(error))


def _catch_up_after_a_crash(home: OpenHome) -> None:
    """Bring the index up to a Library that nobody changes now; a search needs no Library otherwise."""
    change = None if home.settings.text("library") else changing.last_change(home.home)
    if change is not None and health.is_left_behind(home.home, home.searcher().state(), change):
        with contextlib.suppress(OutageError), home.library() as library:
            catch_up(home.searcher(), library, wait=False)


for command in (ingest, parse, articles, backup, restore, feedback, migrate_library, model, embed):
    main.add_command(command)
