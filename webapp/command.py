"""What every command shares: the home, --debug, and one line and one exit status for whatever goes wrong."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from corpus import changing
from corpus.errors import InputError, OutageError
from search.engine import DamagedError
from search.generations import Generations
from webapp import restoring
from webapp.opened import OpenHome

INPUT_FAILED, USAGE, OUTAGE, STOPPED = 1, 2, 3, 130


@dataclass
class Options:
    """What was given before or after the command."""

    home: Path | None = None
    debug: bool = False

    def home_folder(self) -> Path:
        """Return the home: as given, by ANSWERDESK_HOME, or the platform's folder for a user's data."""
        if self.home:
            return self.home
        named = os.environ.get("ANSWERDESK_HOME")
        if named:
            return Path(named)
        import platformdirs

        return Path(platformdirs.user_data_dir("answerdesk", appauthor=False))


pass_options = click.make_pass_decorator(Options)


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value and parameter.name:
        setattr(context.ensure_object(Options), parameter.name, value)


def _shared_options() -> list[click.Parameter]:
    folder = click.Path(file_okay=False, path_type=Path)
    return [
        click.Option(
            ["--home"],
            metavar="DIR",
            type=folder,
            expose_value=False,
            callback=_remember,
            help="Where everything is kept. Also: ANSWERDESK_HOME. Default: your user data folder.",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            expose_value=False,
            callback=_remember,
            help="Show where in the program an error came from.",
        ),
    ]


class Command(click.Command):
    """A command that takes the shared options after its name too."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.extend(_shared_options())


class Program(click.Group):
    """The commands; every error ends in one line on stderr and an exit status."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.extend(_shared_options())

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a file's name need not be printable
        options = Options()
        extra["standalone_mode"] = False
        try:
            status = super().main(*args, obj=options, **extra)
        except (Exception, KeyboardInterrupt) as error:
            if options.debug:
                traceback.print_exc()
            else:  # what fails to close after this, on a full disk, has been told
                sys.unraisablehook = lambda unraisable: None
            sys.exit(_report(error))
        sys.exit(status)


def _report(error: BaseException) -> int:
    """Print one line that says what went wrong and what to do; return the exit status."""
    status, line = OUTAGE, f"unexpected {type(error).__name__}: {error}. Run it again with --debug for more."
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return USAGE
    if isinstance(error, click.UsageError):
        status, line = USAGE, error.format_message()
        if error.ctx:
            line += f" See: {error.ctx.command_path} --help"
    elif isinstance(error, InputError):
        status, line = USAGE, str(error)
    elif isinstance(error, OutageError):
        line = str(error)
    elif isinstance(error, OSError):
        line = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    elif isinstance(error, click.Abort | KeyboardInterrupt):
        status, line = STOPPED, "stopped"
    complain(line)
    return status


def complain(line: str) -> None:
    """Print one line to stderr."""
    click.echo("answerdesk: " + " ".join(line.split()), err=True)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --json to a command."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


@contextlib.contextmanager
def opened(options: Options) -> Iterator[OpenHome]:
    """Open the home, and close it at the end; what a process that died left is seen to first.

    Raises:
        OutageError: a newer version wrote it.
    """
    folder = options.home_folder()
    changing.last_change(folder)
    with contextlib.suppress(DamagedError):
        Generations(folder / "index").live()
    restoring.resume(folder)
    with contextlib.closing(OpenHome(folder)) as home:
        yield home


def pairs(given: Iterable[str], option: str) -> Iterator[tuple[str, str]]:
    """Take the NAME=VALUE that were given to an option apart."""
    for pair in given:
        name, separator, value = pair.partition("=")
        if not separator:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE.", param_hint=option)
        yield name.strip(), value
