"""Dictionaries: what is a word in a language, whether or not the library has it."""

from __future__ import annotations

import functools
import gzip
import importlib.resources
import json

from search.analysis import fold


def has(word: str, languages: tuple[str, ...]) -> bool:
    """Tell whether a word stands in the dictionary of one of the languages (of pyspellchecker; some have none)."""
    return any(fold(word) in _words(language) for language in languages)


@functools.cache
def _words(language: str) -> frozenset[str]:
    """Return the words of a language as they are compared: read without the library's own loader, which takes .7 s."""
    file = importlib.resources.files("spellchecker").joinpath("resources", f"{language}.json.gz")
    if not file.is_file():
        return frozenset()
    words: dict[str, int] = json.loads(gzip.decompress(file.read_bytes()))
    return frozenset(word if word.isascii() else fold(word) for word in words)
