"""Words and meaning as one score: each scaled, then weighted. The same for every engine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from search.model import Clause, Part
from search.scoring import DIGITS

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MODES = ("lexical", "semantic", "hybrid")

# Of meaning; words count the rest. Words are measured by the query's best passage, meaning by a scale that is the same
# for every query: what is nearest may be far. Over the six collections, mean nDCG@10: words alone .615, meaning alone
# .559, weight .33 .650, .45 .656, .5 .657, .56 .653; measured by the nearest 200 passages instead, .629 at .5 and .649
# at .3, its best. The scale beginning at .1 .655, .2 .657, .3 .655, .4 .648.
WEIGHTS = {"hybrid": 0.5, "semantic": 1.0}
FROM, TO = 0.2, 0.7  # cosines that count nothing, and as much as the best by words

# Passages found by meaning alone. At .3 none of the six loses nDCG@10 or R@100 to any lower bound; med's R@100 falls
# from .953 to .932 at .4, and to .883 without any.
NEAR = 0.3  # cosine at least
NEAREST = 200  # at most

SURE = 3  # hits that an exact phrase or a rare code never falls behind
RARE = 10  # passages at most that have a code
# With a digit and a letter, or four digits, or a capital within: KX-4471, 40962, ValueError. Capitals alone are more
# often the name of an illness or an office than a code.
_CODE = re.compile(r"(?=.*\d)(?=.*[^\W\d_]|.*\d{4}).+|\w*[a-z][A-Z]\w*")


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What is asked, as a `vector` of a `model`; `weight` is what nearness to it counts, words count the rest of 1.

    `nearness` tells how near each passage is (cosines, in the order of `Numbered.keys`); it is empty where the engine
    holds the vectors itself.
    """

    nearness: npt.NDArray[np.float32]
    weight: float
    vector: npt.NDArray[np.float32]
    model: str


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """What became of each passage.

    `matched` are the passages found by words or by meaning; a score is `factors` times that of the words plus `parts`.
    """

    matched: Mask
    factors: Floats
    parts: Floats

    def scores(self, words: Floats) -> Floats:
        return self.factors * words + self.parts

    def explained(self, parts: Sequence[Part], number: int) -> tuple[Part, ...]:
        """Return the parts of a passage's score by words as parts of the whole."""
        words = [replace(part, score=part.score * float(self.factors[number])) for part in parts]
        near = [Part("semantic", None, "meaning", float(self.parts[number]))] if self.parts[number] else []
        return (*words, *near) if self.factors[number] else tuple(near)


def is_exact(clause: Clause, passages: int) -> bool:
    """Tell whether a clause that so many passages have is an exact phrase or a rare code."""
    return clause.kind == "phrase" or (
        clause.kind == "term" and passages <= RARE and _CODE.fullmatch(clause.typed) is not None
    )


def fuse(words: Floats, meaning: Meaning, *, matched: Mask, admitted: Mask, exact: Mask) -> Fused:
    """Add to passages that `matched` by `words` those near in meaning; all arrays have an entry a passage.

    `admitted` passages have all that is required and nothing that is excluded: others are not looked at. The best three
    that have something `exact` come among the first three.
    """
    near = np.where(admitted, meaning.nearness, -1.0).astype(np.float64)
    least = np.partition(near, -NEAREST)[-NEAREST] if len(near) > NEAREST else -1.0
    found = near >= max(least, NEAR)
    parts = meaning.weight * np.maximum((near - FROM) / (TO - FROM), 0.0)
    best = float(words[matched].max(initial=0.0))
    factors = np.full(len(words), (1 - meaning.weight) / best if best else 0.0)
    fused = Fused(found if meaning.weight == 1 else matched | found, factors, parts)
    if meaning.weight < 1:
        _put_first(fused, words, np.flatnonzero(matched & exact))
    return fused


def _put_first(fused: Fused, words: Floats, exact: npt.NDArray[np.int64]) -> None:
    """Raise the best of the `exact` passages, so that no other three come before them."""
    if not len(exact):
        return
    least = np.sort(words[exact])[-SURE:][0]
    sure = exact[words[exact] >= least]  # more than three where some are even
    others = np.where(fused.matched, fused.scores(words), 0.0)
    others[sure] = 0.0
    place = max(SURE - len(sure) + 1, 1)  # of the best other one that may not come before them
    bar = np.partition(others, -place)[-place] if len(others) >= place else 0.0
    raised = (bar + 2 * 10.0**-DIGITS - fused.parts[sure]) / words[sure]
    fused.factors[sure] = np.maximum(fused.factors[sure], raised)
