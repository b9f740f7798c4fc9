"""What the README and the handbook say exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from corpus.settings import SETTINGS, Setting
from webapp.cli import main

ROOT = Path(__file__).parent.parent
HANDBOOK = ROOT / "corpus" / "articles" / "handbook"
PAGES = [ROOT / "README.md", *sorted(HANDBOOK.glob("*.md"))]
RUNNING = HANDBOOK / "running-answerdesk.md"
CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.DOTALL | re.MULTILINE)


def shown_commands(text: str) -> Iterator[list[str]]:
    """Yield the words after `answerdesk` of every command line shown as code."""
    for block, span in CODE.findall(text):
        for line in (block or span).splitlines():
            for found in re.findall(r"(?:^|[\s/])answerdesk (?!is )([^|&;#]*)", line):
                yield shlex.split(found, posix=True)


def unknown(words: list[str]) -> str | None:
    """Return the first word that is no command or option there, or None."""
    command: click.Command = main
    for word in words:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        elif word.startswith("--"):
            options = {option for parameter in command.params for option in parameter.opts}
            if word.partition("=")[0] not in options | {"--help"}:
                return word
        elif command is main and not word.isupper():
            return word
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists(page: Path) -> None:
    assert [words for words in shown_commands(page.read_text(encoding="utf-8")) if unknown(words)] == []


def test_a_command_that_does_not_exist_is_found() -> None:
    shown = (
        "Run `answerdesk serve --port 8001`:\n\n```\n$ .venv/bin/answerdesk ingest --all docs\n$ answerdesk fly\n```\n"
    )
    assert [unknown(words) for words in shown_commands(shown)] == [None, "--all", "fly"]


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_handbook(name: str) -> None:
    assert re.search(rf"`(answerdesk )?{name}[ `]", RUNNING.read_text(encoding="utf-8"))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_handbook(setting: Setting) -> None:
    assert f"`{setting.name}`" in RUNNING.read_text(encoding="utf-8")


def test_the_compose_file_sets_what_there_is() -> None:
    services = yaml.safe_load((ROOT / "webapp" / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    names = {setting.name for setting in SETTINGS}
    desk = services["desk"]["environment"]
    given = {name.removeprefix("ANSWERDESK_").lower(): value for name, value in desk.items()}
    assert set(given) <= names | {"home"}
    for setting in ("engine", "library"):
        hosts = re.split("[,@]", given[setting].partition("//")[2])
        assert {host.partition(":")[0].partition("/")[0] for host in hosts} - {"desk"} <= set(services)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|/)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
