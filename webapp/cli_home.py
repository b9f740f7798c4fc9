"""The commands that look after a home: backup, restore, feedback and migrate-library."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from corpus.errors import InputError
from corpus.settings import Settings
from search.querytext import HIDDEN_LABEL
from webapp import terminal, words
from webapp.command import INPUT_FAILED, Command, Options, complain, json_option, opened, pass_options


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@pass_options
def backup(options: Options, file: Path) -> None:
    """Write everything that cannot be made again into FILE; searches and ingests go on meanwhile."""
    from corpus import backup as backups

    with opened(options) as home:
        _refuse_database(home.settings)
        backups.write(home.home, file.absolute())
    click.echo(f"backed up: {file} ({file.stat().st_size / 1e6:.1f} MB)")


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace what the home holds.")
@pass_options
def restore(options: Options, file: Path, force: bool) -> None:
    """Put back what a backup holds, in place of what the home holds."""
    from corpus import backup as backups
    from webapp import restoring

    _refuse_database(Settings.of_home(options.home_folder()))
    try:
        restoring.restore(options.home_folder(), file, force)
    except InputError as error:
        if error.code != backups.DAMAGED:
            raise
        complain(str(error))
        sys.exit(INPUT_FAILED)
    with opened(options) as home:
        state = home.searcher().state()
    click.echo(f"restored: {words.counted(state.articles, 'article')}, {words.counted(state.passages, 'passage')}")


@click.command(cls=Command)
@click.option(
    "--export", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Write it as a collection to measure on."
)
@json_option
@pass_options
def feedback(options: Options, folder: Path | None, as_json: bool) -> None:
    """Show what people said of passages, and where they found none."""
    with opened(options) as home, home.library() as library:
        said = library.feedback()
        if folder:
            from corpus.feedback import export

            articles = (article for article in library.articles() if HIDDEN_LABEL not in article.labels)
            counts = export(said, articles, folder)
    if as_json:
        terminal.print_json(counts if folder else {"feedback": [asdict(one) for one in said]})
    elif folder:
        terminal.print_lines(terminal.facts_text({name.replace("_", " "): count for name, count in counts.items()}))
    else:
        for one in said:
            parts = (f"“{one.query}”" if one.query else "", one.passage_id or "", one.note)
            about = "  ".join(" ".join(part.split()) for part in parts if part)
            click.echo(terminal.plain(f"{one.written[:10]}  {words.FEEDBACK[one.kind]:14}  {about}"))


@click.command("migrate-library", cls=Command)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def migrate_library(source: str, target: str) -> None:
    """Copy a library between homes and databases (postgresql://user@host/db), and compare; TO must be empty."""
    from corpus.migrating import migrate

    counts = migrate(source, target)
    click.echo(
        f"copied and compared: {words.counted(counts['articles'], 'article')}, "
        f"{words.counted(counts['versions'], 'earlier version')}, up to change {counts['change']}"
    )


def _refuse_database(settings: Settings) -> None:
    if settings.text("library"):
        raise InputError(
            "The library is in a database of its own. Use that database's tools, or answerdesk migrate-library."
        )
