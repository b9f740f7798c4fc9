"""A PDF -> Article: headings by outline and size of type, without what runs at the head and foot of its pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as c

from corpus.article import Article
from corpus.errors import InputError
from ingest import pdf_page
from ingest.dates import parse_date
from ingest.documents import Facts, article
from ingest.pdf_blocks import sections
from ingest.pdf_headings import Outline, key
from ingest.pdf_layout import Part, parts, rows
from ingest.pdf_page import Page, Run

_MOST_PAGES = 5_000
_MOST_OUTLINE = 5_000  # entries
_EDGE = 3  # lines at most that run at the head, and at the foot
_APART = 0.6  # of the size of the type: the space, at least, between them and the text
_NUMBER = re.compile(r"\W*(?:page |seite |p\. ?)?\d{1,4}(?: ?(?:/|of|von|de|sur) ?\d{1,4})?\W*$", re.IGNORECASE)
_FEW_WITHOUT_TEXT = 10  # page numbers that a warning names


def read(data: bytes, *, source: str) -> Article:
    """Read a PDF; InputError when it cannot be opened, is too long, or holds pictures of pages alone."""
    try:
        document = pdfium.PdfDocument(data)
        count = len(document)
    except pdfium.PdfiumError as error:
        if error.err_code == c.FPDF_ERR_PASSWORD:
            raise InputError("It has a password. Save a copy without one.") from None
        raise InputError("It is damaged, or no PDF. Open it in a PDF reader, and save it again.") from None
    try:
        if count > _MOST_PAGES:
            raise InputError(f"It has {count:,} pages; {_MOST_PAGES:,} are the most. Cut it into smaller files.")
        pages = [_page(document, number) for number in range(1, count + 1)]
        facts, outline = _facts(document), _outline(document)
    finally:
        document.close()
    silent = [page.number for page in pages if not page.runs and page.has_pictures]
    if not any(page.runs for page in pages):
        words = "There is no text in it."
        if silent:
            words = "It holds pictures of pages and no text. Let a program for text recognition (OCR) add the text."
        raise InputError(words, "empty_input")
    _drop_running(pages)
    lines: list[Part] = []
    gutter: float | None = None
    for page in pages:
        found_here, gutter = parts(page, gutter)
        lines += found_here
    title, found = sections(lines, outline, facts.title)
    return article(source, found, facts, title, _warnings(silent))


def _page(document: pdfium.PdfDocument, number: int) -> Page:
    try:
        return pdf_page.read(document, number)
    except pdfium.PdfiumError:
        return Page(number, has_pictures=True)  # a page that is damaged is told like one that is a picture


def _warnings(silent: Sequence[int]) -> Iterator[str]:
    if silent:
        named = ", ".join(map(str, silent[:_FEW_WITHOUT_TEXT])) + (" and more" if silent[_FEW_WITHOUT_TEXT:] else "")
        yield (
            f"Without text, perhaps scanned: page {named}."
            if len(silent) == 1
            else (f"Without text, perhaps scanned: pages {named}.")
        )


def _facts(document: pdfium.PdfDocument) -> Facts:
    given = document.get_metadata_dict()
    return Facts(
        title=given.get("Title", ""),
        author=given.get("Author", "").strip(" ()"),
        created=_day(given.get("CreationDate", "")),
        modified=_day(given.get("ModDate", "")),
        labels=tuple(dict.fromkeys(one.strip() for one in re.split("[,;]", given.get("Keywords", "")) if one.strip())),
    )


def _day(text: str) -> str | None:
    """Read a date as PDF writes it, D:20260315…"""
    found = re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", text)
    return parse_date("-".join(found.groups())) if found else None


def _outline(document: pdfium.PdfDocument) -> Outline:
    """Return the level of each bookmark, by its page and its text."""
    found: Outline = {}
    try:
        for n, entry in enumerate(document.get_toc(max_depth=6)):
            if n >= _MOST_OUTLINE:
                break
            target = entry.get_dest()
            page = target.get_index() if target else None
            if page is not None:
                found.setdefault((page + 1, key(entry.get_title())), entry.level + 1)
    except pdfium.PdfiumError:
        pass
    return found


def _drop_running(pages: Sequence[Page]) -> None:
    """Take out what runs at the head and foot of pages: outermost lines whose like other pages have in that place."""
    of_pages = [rows(page.runs) for page in pages]
    seen = Counter(
        like
        for lines in of_pages
        for like in {_like(run) for line in (*lines[:_EDGE], *lines[-_EDGE:]) for run in line}
        if any(map(str.isalpha, like[0]))
    )
    often, mostly = max(2, min(3, len(pages) // 2)), max(3, len(pages) // 2)

    def runs(line: list[Run]) -> bool:
        counts = [often if _NUMBER.match(run.text) else seen[_like(run)] for run in line]
        return min(counts) >= often or max(counts) >= mostly

    for page, lines in zip(pages, of_pages, strict=True):
        gone: set[int] = set()
        for inwards in (lines[: _EDGE + 1], lines[: -_EDGE - 2 : -1]):
            for n in range(1, len(inwards)):
                if all(map(runs, inwards[:n])) and _is_apart(*inwards[n - 1 : n + 1]):
                    gone.update(id(run) for line in inwards[:n] for run in line)
        page.runs = [run for run in page.runs if id(run) not in gone]


def _is_apart(one: list[Run], other: list[Run]) -> bool:
    """Tell whether two lines are set apart, by their type or by more space than within a paragraph."""
    above, below = sorted((one, other), key=lambda line: line[0].top)
    gap = min(run.top for run in below) - max(run.bottom for run in above)
    return abs(one[0].size - other[0].size) > 1 or gap > _APART * below[0].size


def _like(run: Run) -> tuple[str, int]:
    return re.sub(r"\d+", "0", run.text), round(run.top / 2)
