"""Why a passage was found, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from search.model import Part

_SHARES = ((0.5, "most of the score"), (0.25, "a good part of the score"), (0.1, "some of the score"))
_PLACES = {"title": "in the title", "headings": "in a heading"}
_KINDS = {
    "phrase": "“{}” stands there in this order",
    "synonym": "“{}” means the same as what was typed",
    "spelling": "“{}” is spelled much like what was typed",
    "semantic": "What it says is close to what was asked",
    "proximity": "The words stand close together",
    "all_words": "It has every word that matters, so it comes before passages that lack one",
}
_MOST = 6


def reasons(parts: Sequence[Part]) -> list[str]:
    """Say what made the score of a passage, the largest share first."""
    together: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        together.setdefault((part.kind, part.term), []).append(part)
    whole = sum(part.score for part in parts) or 1.0
    shares = {key: sum(part.score for part in own) / whole for key, own in together.items()}
    order = sorted(together, key=lambda key: -shares[key])
    said = [f"{_words(key, together[key])}: {_share(shares[key])}." for key in order[:_MOST]]
    if len(order) > _MOST:
        said.append(f"The rest, {len(order) - _MOST} more, counts for little.")
    return said


def _words(key: tuple[str, str], parts: Sequence[Part]) -> str:
    kind, term = key
    places = " and ".join(_places(parts)) or "in the text"
    return _KINDS[kind].format(term) if kind in _KINDS else f"“{term}” is {places}"


def _places(parts: Sequence[Part]) -> Iterator[str]:
    for field, words in _PLACES.items():
        if any(part.field == field for part in parts):
            yield words


def _share(share: float) -> str:
    return next((words for least, words in _SHARES if share >= least), "a little of the score")
