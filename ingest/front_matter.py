"""What the YAML above a Markdown text says of the article."""

from __future__ import annotations

from typing import Any

import yaml

from ingest.dates import parse_date

_OTHER_NAMES = {
    "published": ("date",),
    "modified": ("updated", "lastmod"),
    "reviewed": ("last_reviewed",),
    "labels": ("tags",),
    "language": ("lang",),
}
_NOTHING = ("", "null", "~")


class FrontMatter:
    """The facts of a front matter; what cannot be used becomes a line of `warnings`."""

    def __init__(self, source: str) -> None:
        self.warnings: list[str] = []
        self._facts: dict[str, Any] = {}
        try:
            # BaseLoader makes nothing but strings, lists and maps: `language: no` stays Norwegian.
            facts = yaml.load(source, yaml.BaseLoader)  # noqa: S506
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            place = f" (line {mark.line + 2})" if mark else ""
            self.warnings.append(f"The front matter is not valid YAML{place} and was left out.")
            return
        if isinstance(facts, dict):
            self._facts = {str(name).strip().lower(): value for name, value in facts.items()}
        elif facts not in (None, ""):
            self.warnings.append("The front matter is not a list of names and values and was left out.")

    def text(self, name: str) -> str | None:
        """Return a fact as one line of text; the parts of a list are joined by commas."""
        return ", ".join(self.texts(name)) or None

    def texts(self, name: str, *, split: bool = False) -> tuple[str, ...]:
        """Return a fact that may be a list; with `split`, a single text is cut at its commas."""
        return self._strings(name, self._value(name), split)

    def day(self, name: str) -> str | None:
        """Return a date, or None with a warning when it is not one."""
        written = self.text(name)
        day = parse_date(written) if written else None
        if written and not day:
            self.warnings.append(f"The front matter's {name}, {written[:40]!r}, is not a date such as 2025-07-04.")
        return day

    def by_heading(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return a map from headings, case folded, to texts."""
        value = self._value(name)
        if isinstance(value, dict):
            return {
                str(heading).strip().casefold(): self._strings(name, texts, False) for heading, texts in value.items()
            }
        if value:
            self.warnings.append(f"The front matter's {name} is not a list of headings and texts.")
        return {}

    def _value(self, name: str) -> Any:
        names = (name, *_OTHER_NAMES.get(name, ()))
        return next((self._facts[known] for known in names if known in self._facts), "")

    def _strings(self, name: str, value: Any, split: bool) -> tuple[str, ...]:
        values = value if isinstance(value, list) else value.split(",") if split and isinstance(value, str) else [value]
        if any(not isinstance(each, str) for each in values):
            self.warnings.append(f"The front matter's {name} is not a text or a list of texts.")
        texts = (" ".join(each.split()) for each in values if isinstance(each, str))
        return tuple(text for text in texts if text not in _NOTHING)
