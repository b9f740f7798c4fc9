"""The commands about meaning: model use, model fetch and embed."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.errors import InputError
from webapp import progress, words
from webapp.command import Command, Options, complain, opened, pass_options
from webapp.opened import OpenHome


@click.group()
def model() -> None:
    """Take in the model that finds passages by their meaning."""


@model.command(cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@pass_options
def use(options: Options, folder: Path) -> None:
    """Use the model in DIR (model.onnx and tokenizer.json); it is copied into the home."""
    from search import model_folder

    _print_taken(options, model_folder.use(options.home_folder(), folder))


@model.command(cls=Command)
@pass_options
def fetch(options: Options) -> None:
    """Fetch the default model, all-MiniLM-L6-v2 (23 MB), and use it."""
    from search import model_folder

    _print_taken(options, model_folder.fetch(options.home_folder()))


def _print_taken(options: Options, model_id: str) -> None:
    with opened(options) as home:
        click.echo(f"model {model_id} is in use. Run: answerdesk embed")
        if home.settings.text("model"):
            complain("The setting model names another folder, which counts. Empty it to use this one.")


@click.command(cls=Command)
@pass_options
def embed(options: Options) -> None:
    """Embed the passages that are not embedded yet: then searches go by words and by meaning."""
    with opened(options) as home:
        click.echo(f"embedded: {words.counted(home.searcher().embed(progress.track), 'passage')}")


def embed_new(home: OpenHome) -> None:
    """Embed what was taken in, where there is a model; what keeps it from working is said, and words still find all."""
    try:
        home.embed_new(progress.track)
    except InputError as error:
        complain(str(error))
