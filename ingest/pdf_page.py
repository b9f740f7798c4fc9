"""A page of a PDF -> its runs of text, the rules that are drawn on it, and its pictures."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as c

_BOLD = re.compile(rb"bold|black|heavy|demi|medi\b|cmbx|sfbx", re.IGNORECASE)
_GAP = 0.8  # of the size of the type: a wider space ends a run
_WORD = 0.3  # of it: a space that is no wider is one between words, and no rule is looked for in it
_SLANT = 0.1  # a line that rises or falls more is no text to be read: a watermark, or a label beside a table
_THIN = 3  # points; a path that is thinner is a rule
_DOT = (1, 7)  # points; a path of this size beside text is a bullet
_MOST_PATHS = 20_000  # of a page that are looked at; drawings have more
_MOST_CHARACTERS = 200_000  # of a page that are read
_LETTERS = {
    0x02: "\u00ad",  # a hyphen at the end of a line
    0xFFFE: "\u00ad",
    0xA0: " ",
    **{0xFB00 + n: text for n, text in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))},
}


@dataclass(slots=True)
class Box:
    """A rectangle on a page, in points; y grows downwards."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(slots=True)
class Run(Box):
    """Text in one line without a wide space in it."""

    text: str
    size: float
    bold: bool

    def add(self, other: Run) -> None:
        """Join the run that follows in the line."""
        self.text += ("" if self.text.endswith("\t") else " ") + other.text
        self.bold = self.bold and other.bold
        self.size = max(self.size, other.size)
        self.x0, self.x1 = min(self.x0, other.x0), max(self.x1, other.x1)
        self.top, self.bottom = min(self.top, other.top), max(self.bottom, other.bottom)

    def level_with(self, other: Box) -> bool:
        """Tell whether another box stands in the same line."""
        overlap = min(self.bottom, other.bottom) - max(self.top, other.top)
        return overlap > 0.5 * min(self.bottom - self.top, other.bottom - other.top)


@dataclass(slots=True)
class Page:
    """What stands on a page; `has_pictures` tells a scan from an empty page."""

    number: int
    runs: list[Run] = field(default_factory=list)
    across: list[Box] = field(default_factory=list)  # rules
    down: list[Box] = field(default_factory=list)
    has_pictures: bool = False


def read(document: pdfium.PdfDocument, number: int) -> Page:
    """Read the page of this number, which counts from 1."""
    found = Page(number)
    source = document[number - 1]
    try:
        turned = source.get_rotation() // 90
        dots = _paths(source, turned, found)
        text = source.get_textpage()
        try:
            found.runs = list(_runs(text, turned, found.down))
        finally:
            text.close()
    finally:
        source.close()
    for dot in dots:
        if any(run.x0 - 3 * run.size < dot.x1 <= run.x0 and run.level_with(dot) for run in found.runs):
            found.runs.append(Run(dot.x0, dot.top, dot.x1, dot.bottom, "•", dot.bottom - dot.top, False))
    return found


def _paths(source: pdfium.PdfPage, turned: int, found: Page) -> list[Box]:
    """Note the rules and pictures of a page, and return what may be bullets."""
    dots: list[Box] = []
    for n, item in enumerate(source.get_objects(filter=[c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_IMAGE])):
        if item.type == c.FPDF_PAGEOBJ_IMAGE:
            found.has_pictures = True
            continue
        if n > _MOST_PATHS:
            break
        box = _box(item.get_bounds(), turned)
        width, height = box.x1 - box.x0, box.bottom - box.top
        if height < _THIN and width > 2 * _THIN:
            found.across.append(box)
        elif width < _THIN and height > 2 * _THIN:
            found.down.append(box)
        elif _DOT[0] < width < _DOT[1] and _DOT[0] < height < _DOT[1]:
            dots.append(box)
    return dots


def _runs(text: pdfium.PdfTextPage, turned: int, rules: list[Box]) -> Iterator[Run]:
    """Yield the runs in the order in which they were drawn; text that is not upright is left out."""
    rect, matrix = c.FS_RECTF(), c.FS_MATRIX()
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    run: Run | None = None
    blank = True  # before the next character
    for n in range(min(text.count_chars(), _MOST_CHARACTERS)):
        code = c.FPDFText_GetUnicode(text, n)
        if code in (0x0D, 0x0A, 0x20, 0xA0, 0x09, 0):
            blank = True
            continue
        c.FPDFText_GetLooseCharBox(text, n, rect)
        box = _box((rect.left, rect.bottom, rect.right, rect.top), turned)
        if blank or run is None:
            c.FPDFText_GetMatrix(text, n, matrix)
            along, aside = (matrix.b, matrix.a) if turned % 2 else (matrix.a, matrix.b)
            if abs(aside) > _SLANT * abs(along):
                continue
            size = round(c.FPDFText_GetFontSize(text, n) * max(abs(matrix.d), abs(matrix.c)) * 2) / 2
            c.FPDFText_GetFontInfo(text, n, name, 128, flags)
            bold = bool(_BOLD.search(name.value))
        letter = _LETTERS.get(code) or (chr(code) if code < 0x110000 else "\ufffd")
        if unicodedata.category(letter[0]) in ("Cc", "Cn"):
            letter = "•"  # TeX's older fonts have no name for it
        if run is None or not _follows(run, box, size, blank, rules):
            if run:
                yield run
            run = Run(box.x0, box.top, box.x1, box.bottom, letter, size, bold)
        else:
            run.text += (" " if blank else "") + letter
            run.bold = run.bold and bold
            run.size = max(run.size, size)
            run.x0, run.x1 = min(run.x0, box.x0), max(run.x1, box.x1)
            run.top, run.bottom = min(run.top, box.top), max(run.bottom, box.bottom)
        blank = False
    if run:
        yield run


def _follows(run: Run, box: Box, size: float, blank: bool, rules: list[Box]) -> bool:
    gap = max(box.x0 - run.x1, run.x0 - box.x1)  # of whichever direction the text has
    return (
        (-0.5 if blank else -1.5) * size < gap  # the letters of a ligature stand in one place
        and gap < _GAP * size
        and run.level_with(box)
        and (
            gap < _WORD * size
            or not any(run.x1 - 1 <= rule.x0 <= box.x0 + 1 and run.level_with(rule) for rule in rules)
        )
    )


def _box(given: tuple[float, float, float, float], turned: int) -> Box:
    """Return a rectangle of the PDF, whose y grows upwards, as it is seen on a page that is turned by quarters."""
    left, bottom, right, top = given
    if turned == 1:
        return Box(bottom, left, top, right)
    if turned == 2:
        return Box(-right, bottom, -left, top)
    if turned == 3:
        return Box(-top, -right, -bottom, -left)
    return Box(left, -top, right, -bottom)


def joined(above: str, text: str, words: Container[str] = ()) -> str:
    """Join a line to the text above it: a word that was parted in two is whole again, unless it is written so."""
    text = text.replace("\t", " ")
    if not above:
        return text
    parted = re.search(r"([^\W\d_]+)[\u00ad-]$", above)
    follows = re.match(r"[^\W\d_]+", text)
    if parted and follows and text[0].islower():
        one, two = parted[1].lower(), follows[0].lower()
        hyphen = "-" if f"{one}-{two}" in words and one + two not in words else ""
        return above[:-1] + hyphen + text
    if above[-1] > "\u2e7f" and text[0] > "\u2e7f":  # Chinese and Japanese write no spaces
        return above + text
    return (above[:-1] + "-" if above.endswith("\u00ad") else above + " ") + text
