"""The command for articles: list them, take some out, show earlier versions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from corpus.changing import changing
from search import catch_up
from webapp import terminal, words
from webapp.command import INPUT_FAILED, Options, Program, complain, json_option, opened, pass_options

if TYPE_CHECKING:
    from corpus.library import Version
    from webapp.differences import Line

_PAGE_OF_ARTICLES = 500


@click.group(cls=Program, invoke_without_command=True)
@json_option
@click.pass_context
def articles(context: click.Context, as_json: bool) -> None:
    """List the articles, or take some out."""
    if context.invoked_subcommand is not None:
        return
    from webapp import listing

    with opened(context.ensure_object(Options)) as home:
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
    with opened(options) as home, home.library() as library, changing(home.home):
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


@articles.command()
@click.argument("article_id", metavar="ARTICLE_ID")
@json_option
@pass_options
def history(options: Options, article_id: str, as_json: bool) -> None:
    """Show earlier versions of an article, the latest first, and what has changed since each."""
    from webapp.differences import differences

    with opened(options) as home, home.library() as library:
        after = now = library.get(article_id)
        steps: list[tuple[Version, list[Line]]] = []
        for version in library.versions(article_id):
            steps.append((version, differences(version.article, after) if after else []))
            after = version.article
    if after is None:
        complain(f"there is no article {article_id!r}. See: answerdesk articles")
        sys.exit(INPUT_FAILED)
    if as_json:
        versions = [
            {
                "change": version.number,
                "written": version.written,
                "title": version.article.title,
                "changed_since": [
                    {"kind": line.kind, "text": "".join(piece.text for piece in line.pieces)} for line in lines
                ],
            }
            for version, lines in steps
        ]
        terminal.print_json({"article_id": article_id, "removed": now is None, "versions": versions})
    else:
        terminal.print_lines(terminal.history_text(steps, removed=now is None))
