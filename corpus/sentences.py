"""Where sentences end, and where an overlong one may be cut."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator

# What may close a sentence: its mark, closing quotes and brackets, then citation marks such as [ 1 ] or [2, 3]. The
# characters that begin all three forms stand first, so that they are looked for at once: four times as fast.
_END = re.compile(
    r"""[.!?…。！？\n](?:(?<=[.!?…])[.!?…]*["'”’»)\]]*(?:\s*\[\s*\d+(?:\s*[,–-]\s*\d+)*\s*\])*(?=\s)"""
    r"""|(?<=[。！？])[。！？]*[」』”’）]*|(?<=\n)\s*\n)""",
)
_OPENING = "\"'“‘«([¿¡*_"
# Abbreviations that are followed by the word they introduce, so that a capital after them starts no sentence.
_INTRODUCING = frozenset(
    """approx ca cf dr eg e.g esp fig gen hon ie i.e incl jr messrs mr mrs ms mx no nos nr op p pp prof rev sec sr st
    viz vol vs""".split()
)
_CLAUSE_ENDS = (",", ";", ":", ")", "–", "—")


def sentences(text: str) -> list[str]:
    """Split text into sentences; each keeps the white space before it, so that joined they are the text."""
    starts = [0, *_ends(text), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(starts) if text[start:end].strip()]


def _ends(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        follows = text[match.end() : match.end() + 80].lstrip()
        if match.group().isspace():
            yield match.start()
        elif follows and _ends_sentence(text, match, follows):
            yield match.end()


def _ends_sentence(text: str, match: re.Match[str], follows: str) -> bool:
    mark = match.group()
    if mark[0] in "。！？":
        return True
    first = follows.lstrip(_OPENING)[:1]
    if first.islower():
        return False
    if mark != ".":
        return True
    before = text[max(0, match.start() - 40) : match.start()]
    word = "" if before[-1:].isspace() else before.rpartition(" ")[2].rpartition("\n")[2]
    before = before.removesuffix(word)
    word = word.lstrip(_OPENING)
    if word.lower() in _INTRODUCING:
        # "No." before a figure is a number; elsewhere it is an answer.
        return word.lower() in {"no", "nos"} and not first.isdigit()
    if word.isdigit() and (not before or before.endswith("\n")):
        return False  # the number of an item
    # "J. Smith" goes on; "vitamin C. It" does not.
    previous = before.rstrip().rpartition(" ")[2]
    return not (len(word) == 1 and word.isupper() and word != "I" and not previous[:1].islower())


def cut_at_clauses(sentence: str, limit: int) -> list[str]:
    """Cut a sentence into pieces of at most `limit` words of similar length, at clauses where there are any.

    Each piece keeps the white space before it, so that joined they are the sentence.
    """
    ends = [match.end() for match in re.finditer(r"\S+", sentence)]
    pieces: list[str] = []
    done, position = 0, 0
    while (left := len(ends) - done) > limit:
        aim = math.ceil(left / math.ceil(left / limit))
        lengths = range(aim // 2 + 1, limit + 1)
        at_clauses = [n for n in lengths if sentence.endswith(_CLAUSE_ENDS, 0, ends[done + n - 1])]
        done += min(at_clauses, key=lambda n: abs(n - aim), default=aim)
        pieces.append(sentence[position : ends[done - 1]])
        position = ends[done - 1]
    pieces.append(sentence[position:])
    return pieces
