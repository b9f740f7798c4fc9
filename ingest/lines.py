"""The lines of a flattened text, and the signs by which a reader tells what each one is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from corpus.errors import InputError

Kind = Literal["text", "item", "cell"]

_BULLET = re.compile(r"(?P<marker>[-–—*+]\s+|[•‣◦▪●○·∙⁃➢➤✓✔]\s*)(?=\S)")
_NUMBER = re.compile(r"(?P<marker>\(?(?P<number>\d{1,3})[.)]\s+)(?=\S)")
_LEAD_NUMBER = re.compile(
    r"(?:(?:step|tip|part|day|week|phase|chapter|reason|method|stage|myth|mistake|lesson|rule|option|level|no\.?)\s*)?"
    r"#?\s?\(?(?P<number>\d{1,3})(?:\.\d{1,2})*(?:[.):](?=\s|\D)|(?=\s))|[IVX]{1,4}\.\s",
    re.IGNORECASE,
)
_MAX_LINES = 500_000
_LOOKED_AT = 300  # characters of a line that the patterns see, so that a line of megabytes costs no more
_QUESTION = re.compile(
    r"(?:what|how|why|when|where|who|which|whose|is|are|can|could|do|does|did|should|will|would|has|have)\b", re.I
)
_TOPIC = re.compile(
    r"\b(?:introduc|overview|background|summar|conclu|takeaway|thought|final|faq|frequent|question|reference|source|"
    r"further|benefit|advantag|disadvantag|pros|cons|symptom|cause|risk|treat|diagnos|prevent|complicat|outlook|"
    r"prognos|forecas|epidemiol|pathogen|remed|therap|medic|surg|tip|step|instruct|ingredient|method|require|"
    r"feature|result|discuss|example|type|use|how|why|what|best|guide)",
    re.I,
)
_CHROME = re.compile(
    r"\b(?:shar(?:e|ing)|subscri|newsletter|cookie|sign (?:up|in)|log ?in|read (?:more|next)|related|comment|reply|"
    r"menu|privacy|terms|follow|facebook|twitter|instagram|pinterest|linkedin|youtube|whatsapp|tiktok|reddit|e-?mail|"
    r"search|skip|toggle|navigation|advertis|sponsor|affiliate|disclosure|disclaimer|copyright|rights reserved|contact|"
    r"careers|about us|click here|learn more|(?:view|see) all|load more|next|previous|prev|back to|home|download|pdf|"
    r"print|save|bookmark|copy link|min(?:ute)?s? read|posted|published|updated|tags?\b|categor|author|photo|image|"
    r"credit|getty|shutterstock|unsplash|password|username|account|cart|shop|checkout|wishlist|submit|required|captcha|"
    r"loading|popular|trending|latest|recent|recommended|you (?:may|might) also|join|free trial|get started|buy|"
    r"order now|donate|support us|feedback|helpful|rate|votes?\b|website|browser|javascript)",
    re.I,
)
_CLOSING = re.compile(
    r"related|you (?:may|might)|leave a|comments?\b|\d+ (?:comments?|responses|thoughts)|recommended|"
    r"more (?:from|in|on|to)\b|read (?:more|next)|popular|recent|latest|share this|about the author|subscribe|sign up|"
    r"newsletter|up next|tags?:|filed under|categories|follow|contact|post navigation|previous|next|©|copyright|join|"
    r"write a",
    re.I,
)
_SITE = re.compile(
    r"\ball\b.{0,40}\bcontent is\b|\b(?:any|all) of our (?:content|articles)\b|\bour (?:content|articles|editors)\b|"
    r"\bsourcing guidelines\b|\beditorial (?:policy|process|guidelines)\b|\bclickable links?\b|\bctrl ?\+ ?enter\b|"
    r"\ball rights reserved\b|\bthis (?:web)?site uses\b|\bwe use cookies\b|\baffiliate links?\b",
    re.I,
)
_DATE = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|"
    r"\b\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? \d{4}|"
    r"\b\d{1,2}[./]\d{1,2}[./]\d{2,4}|\b\d{4}-\d\d-\d\d",
    re.I,
)
_BYLINE = re.compile(r"(?:written )?by\b|(?:posted|published|reviewed|updated)\b|last (?:re|up|mod)", re.I)
_ADDRESS = re.compile(r"https?:|www\.|@\w|\.(?:com|org|net)\b", re.I)
_PRICE = re.compile(r"[$€£]\s?\d")
_OPENS = re.compile(
    r"(?:I|we|he|she|they|it|this|these|here|there|so|but|and|if|for|in|on|with|by|as|to|our|my)\b", re.I
)
_PRONOUN = re.compile(r"\b(?:I|we|you|he|she|they|it|this|these|here|there)\b", re.I)
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|will|can|may|should)\b", re.I)
_SENTENCES = re.compile(r"[a-z]\. [A-Z]")
_WORDS = re.compile(r"[^\W_]+(?:['’]\w+)?")
_SMALL = frozenset(
    "a an the and or of to in on for with your you is are be it its vs by from as at into about that this not but do "
    "does can will how what why when".split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank: `text` is without its list marker, `number` counts from 1 in the source."""

    number: int
    text: str
    kind: Kind
    marker: str
    indent: int
    words: int
    stop: bool  # ends as a sentence or a clause does
    stems: frozenset[str]
    capitals: float  # share of its content words that open with a capital or a digit

    @property
    def prose(self) -> bool:
        """Whether it reads as running text."""
        return self.words >= 25 or (self.words >= 12 and self.stop)


def split_lines(text: str) -> list[Line]:
    """Return the lines of `text` that are not blank; InputError when they are too many for one article."""
    if text.count("\n") >= _MAX_LINES:
        raise InputError(f"It has more than {_MAX_LINES:,} lines. Split it into articles.", "too_large")
    found: list[Line] = []
    numbered: list[int | None] = []
    for number, raw in enumerate(text.split("\n"), 1):
        stripped = " ".join(raw.split())
        if stripped:
            mark = _NUMBER.match(stripped)
            numbered.append(int(mark["number"]) if mark else None)
            found.append(_line(number, raw, stripped, _BULLET.match(stripped)))
    for i, line in enumerate(found):
        if numbered[i] is not None and _is_item(found, numbered, i):
            found[i] = _line(line.number, "", line.text, _NUMBER.match(line.text), line.indent)
    return found


def _is_item(lines: Sequence[Line], numbered: Sequence[int | None], i: int) -> bool:
    """Tell a numbered item from a numbered heading: it ends as a sentence or has a neighbour of its own sort."""
    if lines[i].stop or lines[i].words > 20:
        return True
    return any(0 <= k < len(lines) and numbered[k] is not None for k in (i - 1, i + 1))


def _line(number: int, raw: str, text: str, mark: re.Match[str] | None, indent: int | None = None) -> Line:
    marker = mark["marker"].strip() if mark else ""
    if mark:
        text = text[mark.end() :]
    kind: Kind = "item" if mark else "cell" if text.endswith("|") else "text"
    words = _WORDS.findall(text[:_LOOKED_AT])
    content = [word for word in words if word.lower() not in _SMALL]
    ending = text[-9:].rstrip("\"'”’»")
    return Line(
        number=number,
        text=text,
        kind=kind,
        marker=marker,
        indent=len(raw) - len(raw.lstrip()) if indent is None else indent,
        words=text.count(" ") + 1,
        stop=ending[-1:] in tuple(".!;,…。！") or ending.endswith(".)"),
        stems=frozenset(word.lower()[:5] for word in content if len(word) > 3),
        capitals=sum(word[0].isupper() or word[0].isdigit() for word in content) / len(content) if content else 0.0,
    )


def lead_number(text: str) -> int | None:
    """Return the number a heading opens with, as `3.` or `Step 3`."""
    mark = _LEAD_NUMBER.match(text)
    return int(mark["number"]) if mark and mark["number"] else None


def is_site_statement(text: str) -> bool:
    """Whether a line speaks of the site and how it is made, as they say above every article."""
    return bool(_SITE.search(text[:_LOOKED_AT]))


def is_byline(line: Line) -> bool:
    """Whether a line says who wrote the article or when, and little else."""
    return line.words <= 8 and bool(_BYLINE.match(line.text) or _DATE.search(line.text))


def is_chrome(text: str) -> bool:
    """Whether a line has the words of menus and buttons."""
    return bool(_CHROME.search(text[:_LOOKED_AT]))


def _sort(lines: Sequence[Line], i: int) -> str:
    if not 0 <= i < len(lines):
        return "edge"
    line = lines[i]
    if line.kind != "text":
        return line.kind
    if line.words >= 12:
        return "long" if line.words >= 25 else "middling"
    return "sentence" if line.stop else "short"


def _bucket(value: float, edges: Sequence[float]) -> int:
    return sum(value >= edge for edge in edges)


_PATTERNS = {
    "question word": _QUESTION.match,
    "topic": _TOPIC.search,
    "chrome": _CHROME.search,
    "site": _SITE.search,
    "date": _DATE.search,
    "address": _ADDRESS.search,
    "price": _PRICE.search,
    "opens a clause": _OPENS.match,
    "pronoun": _PRONOUN.search,
    "verb": _VERB.search,
    "several sentences": _SENTENCES.search,
    "numbered": _LEAD_NUMBER.match,
}


def own_signs(line: Line) -> Iterator[str]:
    """Yield the signs a line carries in itself."""
    text = line.text[:_LOOKED_AT]
    yield f"{_bucket(line.words, (1, 2, 3, 4, 6, 8, 10, 14, 19, 40))} words"
    yield line.kind
    yield f"{_bucket(line.capitals, (0.01, 0.3, 0.5, 0.7, 0.95))} capitals"
    yield from (name for name, matches in _PATTERNS.items() if matches(text))
    if line.stop:
        yield "stop"
    if line.text.endswith(("?", ":", "!", ")")):
        yield "ends " + line.text[-1]
    if text[:1].islower():
        yield "opens small"
    if line.words < 12 and text.isupper():
        yield "all capitals"
    if text[:1] in "\"“‘'–—~":
        yield "opens with a mark"
    for name, mark in (("comma", ","), ("bar", "|"), ("colon inside", ": "), ("dash", " – "), ("dash", " - ")):
        if mark in text:
            yield name
    if any(character.isdigit() for character in text):
        yield "digit"
    if line.words <= 6 and _CHROME.search(text):
        yield "short chrome"
    if line.kind == "item" and line.words <= 4 and not line.stop:
        yield "short item"


def signs(lines: Sequence[Line]) -> Iterator[set[str]]:
    """Yield for every line its signs: its own, its neighbours' and where it stands in the text."""
    repeated = Counter(line.text.lower() for line in lines)
    sorts = [_sort(lines, i) for i in range(len(lines))]
    numbered = [bool(_LEAD_NUMBER.match(line.text)) for line in lines]
    prose = [0, *accumulate(line.prose for line in lines)]
    words = [0, *accumulate(line.words if line.prose else 0 for line in lines)]
    before = _runs(sorts)
    after = _runs(sorts[::-1])[::-1]
    closing = 0
    last = len(lines) - 1
    for i, line in enumerate(lines):
        here = set(own_signs(line))
        for step, name in ((-2, "two before "), (-1, "before "), (1, "after "), (2, "two after ")):
            here.add(name + (sorts[i + step] if 0 <= i + step <= last else "edge"))
        for step, name in ((-1, "before "), (1, "after ")):
            if 0 <= i + step <= last:
                other = lines[i + step]
                if other.stop:
                    here.add(name + "stop")
                if other.text.endswith(":"):
                    here.add(name + "colon")
                if numbered[i + step]:
                    here.add(name + "numbered")
        if i < last and lines[i + 1].stems & line.stems:
            here.add("shared with the next")
        if i + 1 < last and lines[i + 2].stems & line.stems:
            here.add("shared with the one after")
        if repeated[line.text.lower()] > 1:
            here.add("repeated")
        here.add(f"{_bucket(before[i], (1, 2, 4, 8))} short before")
        here.add(f"{_bucket(after[i], (1, 2, 4, 8))} short after")
        for reach in (2, 5, 10):
            low, high = max(0, i - reach), min(last + 1, i + reach + 1)
            share = (prose[high] - prose[low]) / (high - low)
            here.add(f"{_bucket(share, (0.01, 0.1, 0.25, 0.4, 0.6, 0.8))} prose within {reach}")
        total = words[-1] or 1
        read, left = words[i] / total, 1 - words[i + 1] / total
        here.add(f"{_bucket(read, (1e-9, 0.02, 0.08, 0.5, 0.9))} read")
        here.add(f"{_bucket(left, (1e-9, 0.02, 0.08, 0.5, 0.9))} left")
        if line.words < 10 and _CLOSING.match(line.text):
            here.add("closing")
            closing += read > 0.5
        here.add(f"{_bucket(closing, (1, 2, 3, 5))} closings")
        yield here


def _runs(sorts: Sequence[str]) -> list[int]:
    """Return for every line how many short ones stand directly before it."""
    runs: list[int] = []
    run = 0
    for sort in sorts:
        runs.append(run)
        run = run + 1 if sort == "short" else 0
    return runs
