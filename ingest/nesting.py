"""How the headings of a flattened text nest: nothing says so but their words and what stands between them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.lines import Line, lead_number
from ingest.weights import ABOVE_BIAS, DEEPER_BIAS, NESTING

_DEPTHS = 3  # a fourth is in 1 % of the articles measured
_ASPECTS_OF_AN_ILLNESS = 3
_UNKNOWN = 20.0  # log-odds against a depth that the words rule out
_TO_THE_TOP = 0.32  # share of the steps up from depth 3 that lead to depth 1
_CLOSING = re.compile(r"conclu|takeaway|final|summary|bottom line|wrap", re.I)
_TOPIC = re.compile(
    r"\b(?:faqs?|frequently|conclu|summar|takeaway|final|references?|sources|bottom line|wrap|thoughts|introduc|"
    r"overview|background|contents|resources|further|outlook|prognos|about|what (?:is|are))",
    re.I,
)
_GROUP = re.compile(
    r"\b(?:types|ways|tips|steps|benefits|reasons|methods|options|symptoms|causes|treatments?|examples|features|tools|"
    r"factors|strategies|techniques|ideas|best|top|common|kinds|things|mistakes|how to|faqs?|questions|ingredients|"
    r"exercises|trends|challenges|advantages|list|recipes|sources|signs|foods|key)\b",
    re.I,
)
_QUESTIONS = re.compile(r"\bfaqs?\b|frequently|questions", re.I)
_LEAD_IN = re.compile(
    r"\b(?:following|below|here are|here's|here is|these|several|some|few|two|three|four|five|six|seven)\b", re.I
)
# What a page on an illness says of it, of its care, and the kinds of care that stand under that.
_ASPECT = re.compile(
    r"\b(?:prevent|prognos|forecas|outlook|complicat|consequen|diagnos|symptom|sign|cause|risk|epidem|pathogen|etiolog|"
    r"overview|when to (?:see|call)|conclu|faq|reference|summary|takeaway)",
    re.I,
)
_OF_AN_ILLNESS = re.compile(
    r"(?:\w+ ){0,2}(caus|symptom|sign|diagnos|prevent|complicat|consequen|prognos|forecas|outlook|epidem|statisti|"
    r"pathogen|etiolog|mechanis|risk|similar|differential)|"
    r"(?:who|why|what (?:is|are|causes)|how (?:it|is|common|does))\b",
    re.I,
)
_CARE = re.compile(r"(?:\w+ ){0,4}(?:treat|therap|cure)", re.I)
_KIND_OF_CARE = re.compile(
    r"\b(?:medic(?:in|at)|drug|vitamin|supplement|physio|massage|folk|home remed|herb|homeo|surg|operat|ointment|cream|"
    r"diet|exercis|first aid|self-|natural|alternative|what (?:to|can)|(?<!^)(?:treat|therap|remed))",
    re.I,
)
_INTEGER = re.compile(r"\b\d{1,2}\b")
_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(
    "a an the and or of to in on for with your you is are be it its by from as at what how why do".split()
)


def depths(lines: Sequence[Line], heads: Sequence[int], bodies: Sequence[Sequence[Line]], title: str) -> list[int]:
    """Return the likeliest depths, 1 for a main heading, of the headings at `heads`; `bodies` stand under them."""
    if not heads:
        return []
    best = [0.0] + [-math.inf] * (_DEPTHS - 1)
    came_from: list[list[int]] = []
    known = _known_depths([lines[i].text for i in heads])
    for k, here in enumerate(heading_signs(lines, heads, bodies, title)[1:], 1):
        deeper, above = (
            bias + sum(NESTING[sign][column] for sign in here if sign in NESTING)
            for column, bias in enumerate((DEEPER_BIAS, ABOVE_BIAS))
        )
        ways: list[tuple[float, int]] = [(-math.inf, 1)] * _DEPTHS
        for depth, score in enumerate(best, 1):
            for new, chance in _next_depths(depth, deeper, above):
                likely = score + math.log(chance + 1e-9) - _UNKNOWN * (known.get(k, new) != new)
                ways[new - 1] = max(ways[new - 1], (likely, depth))
        best = [score for score, _ in ways]
        came_from.append([depth for _, depth in ways])
    path = [best.index(max(best)) + 1]
    for origins in reversed(came_from):
        path.append(origins[path[-1] - 1])
    return path[::-1]


def _known_depths(texts: Sequence[str]) -> dict[int, int]:
    """Return what words settle on a page about an illness: its aspects are main, kinds of care stand under care."""
    aspects = {k: (found[1] or "").lower() for k, text in enumerate(texts) if (found := _OF_AN_ILLNESS.match(text))}
    cares = [k for k, text in enumerate(texts) if _CARE.match(text) and not _KIND_OF_CARE.search(text)]
    if not cares or len(set(aspects.values()) - {""}) < _ASPECTS_OF_AN_ILLNESS:
        return {}
    known = dict.fromkeys((*aspects, *cares), 1)
    for care in cares:
        end = next((aspect for aspect in sorted(known) if aspect > care and known[aspect] == 1), len(texts))
        kinds = [k for k in range(care + 1, end) if _KIND_OF_CARE.search(texts[k])]
        known |= dict.fromkeys(range(care + 1, kinds[-1] + 1) if kinds else (), 2)
    return known


def _next_depths(depth: int, deeper: float, above: float) -> Iterator[tuple[int, float]]:
    """Yield the depths a heading may have after one at `depth`, with their probabilities."""
    down_weight, up_weight = NESTING[f"at depth {depth}"]
    down = _chance(deeper + down_weight) if depth < _DEPTHS else 0.0
    up = _chance(above + up_weight) if depth > 1 else 0.0
    if depth < _DEPTHS:
        yield depth + 1, down
    yield depth, (1 - down) * (1 - up)
    for new in range(1, depth):
        share = 1.0 if depth == 2 else _TO_THE_TOP if new == 1 else 1 - _TO_THE_TOP
        yield new, (1 - down) * up * share


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def heading_signs(
    lines: Sequence[Line], heads: Sequence[int], bodies: Sequence[Sequence[Line]], title: str
) -> list[set[str]]:
    """Return for every heading the signs that it stands deeper than, beside or above the one before it."""
    texts = [lines[i].text for i in heads]
    words = [_WORD.findall(text.lower()) or [""] for text in texts]
    numbers = [lead_number(text) for text in texts]
    shapes = [_shape(text, number) for text, number in zip(texts, numbers, strict=True)]
    sizes = [math.log(10 + sum(line.words for line in body)) for body in bodies]
    usual = sorted(sizes)[len(sizes) // 2] if sizes else 0.0
    firsts, lasts, wholes = (Counter(c) for c in ([w[0] for w in words], [w[-1] for w in words], texts))
    of_shape = Counter(shapes)
    count = len(heads)
    aspects = sum(bool(_ASPECT.search(text)) for text in texts)
    counted = max((number for number in numbers if number is not None), default=None)
    named = _INTEGER.search(title)
    average = sum(map(len, words)) / max(1, count)
    title_words = set(_WORD.findall(title.lower())) - _SMALL
    mostly_capital = sum(lines[i].capitals >= 0.95 for i in heads) * 2 > count
    counts = _signs_of_numbers(numbers)
    opened: set[str] = set()  # first words up to the heading before the last
    found: list[set[str]] = []
    care = False
    for k, text in enumerate(texts):
        line, previous = lines[heads[k]], k - 1
        here = {name for name, pattern in _WORDS_OF.items() if pattern.search(text)}
        here.add(f"shape {shapes[k]}")
        here.add(f"{_step(len(words[k]), (2, 3, 5, 8))} words")
        here.add(f"{_step(count, (5, 9, 15, 23))} headings")
        here.add(f"{_step(sizes[k] - usual, (-1.0, -0.4, 0.4, 1.0))} size")
        here.add(f"{_step(len(words[k]) - average, (-3, -1, 1, 3))} longer than usual")
        if k + 1 < count:
            here.add(f"{_step(sizes[k + 1] - usual, (-1.0, -0.4, 0.4, 1.0))} size after")
            if shapes[k] == shapes[k + 1]:
                here.add("shape of the next")
            if words[k][0] == words[k + 1][0]:
                here.add("opens as the next")
            if texts[k + 1].endswith("?"):
                here.add("question next")
        else:
            here.add("last")
        if k == 1:
            here.add("second")
        if shapes[k] != "plain":
            here.add(f"{_step(of_shape[shapes[k]] / count, (0.3, 0.6, 0.9))} of its shape")
        elif of_shape["question"] * 2 > count:
            here.add("among questions")
        elif of_shape["colon"] * 3 > count:
            here.add("among colons")
        here.update(counts[k])
        if numbers[k] is not None and named:
            here.add("title counts")
            if int(named[0]) == counted:
                here.add("title counts to the last")
        if not bodies[k]:
            here.add("empty")
        if len(bodies[k]) == 1:
            here.add("one line")
        if any(body.kind == "item" for body in bodies[k]):
            here.add("has items")
        if text.rstrip(":?.! ").endswith("s"):
            here.add("plural")
        if words[k][0].endswith("ing"):
            here.add("gerund")
        if (line.capitals >= 0.95) != mostly_capital:
            here.add("other capitals")
        if wholes[text] > 1:
            here.add("repeated")
        if firsts[words[k][0]] > 2:
            here.add("opening of many")
        if lasts[words[k][-1]] > 2:
            here.add("ending of many")
        shared = title_words & set(words[k])
        if shared:
            here.add("some of the title" if len(shared) < 3 else "much of the title")
        if _ASPECT.search(text):
            care = False
            if aspects > 2:
                here.add("aspect of several")
        elif aspects > 2:
            here.add("no aspect among several")
        if care:
            here.add("after care")
            if _KIND_OF_CARE.search(text):
                here.add("kind of care")
        if _CARE.match(text) and not _KIND_OF_CARE.search(text):
            care = True
        if previous >= 0:
            body = bodies[previous]
            here.update(_signs_of_previous(texts[previous], text, words[previous], words[k], body))
            here.update(f"before: {name}" for name, pattern in _WORDS_OF.items() if pattern.search(texts[previous]))
            here.add(f"{shapes[previous]} then {shapes[k]}")
            here.add(f"{_step(sizes[previous] - usual, (-1.0, -0.4, 0.4, 1.0))} size before")
            if k + 1 < count and shapes[previous] == shapes[k + 1] != shapes[k]:
                here.add("odd one out")
            if words[k][0] != words[previous][0] and words[k][0] in opened:
                here.add("opens as one further up")
            opened.add(words[previous][0])
        found.append(here)
    return found


_WORDS_OF = {
    "topic": _TOPIC,
    "group": _GROUP,
    "questions": _QUESTIONS,
    "closing": _CLOSING,
    "aspect": _ASPECT,
    "care": _KIND_OF_CARE,
}


def _shape(text: str, number: int | None) -> str:
    if number is not None:
        return "number"
    return {"?": "question", ":": "colon"}.get(text[-1], "plain")


def _step(value: float, edges: Sequence[float]) -> int:
    return sum(value >= edge for edge in edges)


def _signs_of_numbers(numbers: Sequence[int | None]) -> list[list[str]]:
    following: list[int | None] = []
    after: int | None = None
    for number in reversed(numbers):
        following.append(after)
        after = number if number is not None else after
    before: int | None = None
    started = False
    found: list[list[str]] = []
    for k, (number, after) in enumerate(zip(numbers, reversed(following), strict=True)):
        here = []
        if number is None:
            if before is not None:
                here += ["after a count"] if after is None else ["inside a count"] if after == before + 1 else []
            elif after is not None:
                here.append("ahead of a count")
        else:
            if number == 1 and k:
                here.append("count starts late")
            if number == 1 and started:
                here.append("count starts again")
            if before is not None and number == before + 1:
                here.append("counts on" if numbers[k - 1] is not None else "counts on from further up")
            before, started = number, started or number == 1
        found.append(here)
    return found


def _signs_of_previous(
    before: str, text: str, had: Sequence[str], has: Sequence[str], body: Sequence[Line]
) -> Iterator[str]:
    if not body:
        yield "before: empty"
    elif len(body) == 1:
        yield "before: one line"
    if body and body[-1].text.endswith(":"):
        yield "before: ends in a colon"
    if 0 < len(body) < 4 and body[-1].kind == "text" and _LEAD_IN.search(body[-1].text[:300]):
        yield "before: leads in"
    if any(line.kind == "item" for line in body):
        yield "before: has items"
    if before.rstrip(":?.! ").endswith("s"):
        yield "before: plural"
    if set(had) & set(has) - _SMALL:
        yield "shares a word"
    if had[0] == has[0]:
        yield "opens as the one before"
    if had[-1] == has[-1]:
        yield "ends as the one before"
    if abs(len(had) - len(has)) < 2:
        yield "as long"
    elif len(has) * 2 <= len(had):
        yield "much shorter"
    elif len(has) >= len(had) * 2:
        yield "much longer"
