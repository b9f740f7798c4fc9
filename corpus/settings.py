"""Settings of a home: declared once with name, default and help; read from `answerdesk.toml`, then the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, its default (whose type is the setting's type) and what it does."""

    name: str
    default: str | int
    help: str


SETTINGS = (
    Setting("library", "", "Where articles are kept: empty for SQLite in the home, or postgresql://user@host/db."),
    Setting(
        "engine",
        "whoosh",
        "The search engine: whoosh, an index on local disk, or opensearch+https://host:9200[,host:9200…][/index].",
    ),
    Setting(
        "engine_ca", "", "A file with the certificates that OpenSearch's are checked with; empty for the system's."
    ),
    Setting("engine_api_key", "", "An API key for OpenSearch; a user and password stand in the address."),
    Setting("shards", 1, "Parts that an index in OpenSearch is made of, from the next rebuild on."),
    Setting("replicas", 1, "Copies of an index in OpenSearch, where there are as many other servers."),
    Setting(
        "model", "", "A folder with model.onnx and tokenizer.json; empty for the one that model use or fetch took in."
    ),
    Setting(
        "processes", 0, "Processes that answer searches beside the one that serves; 0 for one a processor, up to 4."
    ),
    Setting("review_months", 36, "Months after which a review is overdue."),
    Setting("review_months_by_label", "", "Months for articles with a label, for example medicines=12, handbook=24."),
    Setting("web_pause_ms", 1000, "Milliseconds between requests for pages; a site's robots.txt may ask for more."),
    Setting("max_document_mb", 64, "Documents larger than this many megabytes are skipped, with a line that says so."),
)
FILE_NAME = "answerdesk.toml"


class Settings:
    """The values in force for one home."""

    def __init__(self, values: Mapping[str, str | int]) -> None:
        self._values = {setting.name: values.get(setting.name, setting.default) for setting in SETTINGS}

    @classmethod
    def of_home(cls, home: Path, environment: Mapping[str, str] | None = None) -> Settings:
        """Read a home's settings.

        Raises:
            InputError: the file does not parse, or holds an unknown name or a value of the wrong type.
        """
        environment = os.environ if environment is None else environment
        known = {setting.name: setting for setting in SETTINGS}
        given: dict[str, object] = {}
        file = home / FILE_NAME
        if file.is_file():
            try:
                given.update(tomllib.loads(file.read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise InputError(f"{file} is not valid TOML: {error}") from None
        for name in known:
            value = environment.get(f"ANSWERDESK_{name.upper()}")
            if value is not None:
                given[name] = value
        values: dict[str, str | int] = {}
        for name, raw in given.items():
            if name not in known:
                raise InputError(f"{file} has an unknown setting {name!r}. Known: {', '.join(known)}.")
            values[name] = _converted(known[name], raw)
        return cls(values)

    def text(self, name: str) -> str:
        return str(self._values[name])

    def number(self, name: str) -> int:
        return int(self._values[name])


def _converted(setting: Setting, raw: object) -> str | int:
    wanted = type(setting.default)
    if wanted is int and not isinstance(raw, bool) and isinstance(raw, str | int):
        try:
            return int(raw)
        except ValueError:
            pass
    elif wanted is str and isinstance(raw, str):
        return raw
    raise InputError(
        f"The setting {setting.name} must be {'a whole number' if wanted is int else 'text'}, not {raw!r}."
    )
