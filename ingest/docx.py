"""A Word document -> Article, by way of the HTML that mammoth makes of it."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator, Mapping
from html import unescape

import mammoth
from lxml import etree

from corpus.article import Article
from corpus.errors import InputError
from ingest import html
from ingest.dates import parse_date
from ingest.documents import Facts, article

_MOST_XML = 256_000_000  # bytes of a document's text and styles, unpacked
_MOST_PARTS = 20_000
_MOST_RATIO = 400  # of XML to its packed size; 50 pages of one empty row each come to 100
_OLD = b"\xd0\xcf\x11\xe0"  # how Word files before 2007 begin, and those with a password
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='caption'] => figcaption:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Quotations'] => blockquote > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Preformatted Text'] => pre:separator('\\n')
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
p[style-name='List Continue'] => ul|ol > li > p:fresh
p[style-name='List Continue 2'] => ul|ol > li > ul|ol > li > p:fresh
"""
_log = logging.getLogger(__name__)
_TITLE = re.compile(r'<h1 class="title">(.*?)</h1>')
_DAMAGED = "It is damaged, or no Word document. Open it in Word, and save it again as .docx."


def read(data: bytes, *, source: str) -> Article:
    """Read a document; InputError when it cannot be opened, may be an attack, or holds no text."""
    if data.startswith(_OLD):
        raise InputError("It has a password, or is of Word before 2007. Save it as .docx, without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check(package, len(data))
            facts = _facts(package)
            styles = "\n".join(_outline_styles(package))
        markup = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES + styles,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda image: {}),  # its alternative text remains
        ).value
    except (InputError, MemoryError):
        raise
    except RecursionError:
        raise InputError("Its tables or boxes nest too deeply.") from None
    except Exception:  # of zipfile, lxml, expat and mammoth, whatever a broken file leads to
        _log.debug("A Word document could not be opened", exc_info=True)
        raise InputError(_DAMAGED) from None
    sections = html.sections(markup)
    if not sections:
        raise InputError("There is no text in it.", "empty_input")
    title = _TITLE.search(markup)
    return article(source, sections, facts, unescape(re.sub("<[^>]*>", "", title[1])) if title else "")


def _check(package: zipfile.ZipFile, size: int) -> None:
    """Refuse what grows beyond measure or defines entities. What is declared here is all that is ever unpacked."""
    parts = package.infolist()
    xml = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
    unpacked = sum(part.file_size for part in xml)
    if len(parts) > _MOST_PARTS or unpacked > _MOST_XML or unpacked > _MOST_RATIO * size + 1_000_000:
        raise InputError(f"Unpacked, it would be larger than {_MOST_XML // 1_000_000} MB, or has too many parts.")
    for part in xml:
        if b"<!DOCTYPE" in package.read(part).replace(b"\0", b""):  # in UTF-16 too
            raise InputError("It defines entities or a document type, which no Word document does. It was not read.")


def _facts(package: zipfile.ZipFile) -> Facts:
    properties = {etree.QName(node).localname: node.text or "" for node in _tree(package, "docProps/core.xml")}
    labels = (label.strip() for label in re.split("[,;]", properties.get("keywords", "")))
    return Facts(
        title=properties.get("title", ""),
        author=properties.get("creator", ""),
        created=parse_date(properties.get("created", "")),
        modified=parse_date(properties.get("modified", "")),
        language=properties.get("language", ""),
        labels=tuple(dict.fromkeys(label for label in labels if label)),
    )


def _outline_styles(package: zipfile.ZipFile) -> Iterator[str]:
    """Yield how styles that mean a heading are to be read: those with a level of the outline, or based on such."""
    levels: dict[str, int] = {}
    bases: dict[str, str] = {}
    for style in _tree(package, "word/styles.xml").iterchildren(f"{_W}style"):
        name = style.get(f"{_W}styleId") or ""
        if style.get(f"{_W}type") == "paragraph" and re.fullmatch(r"[A-Za-z_-][A-Za-z0-9_-]*", name):
            level = style.find(f"{_W}pPr/{_W}outlineLvl")
            base = style.find(f"{_W}basedOn")
            if level is not None:
                levels[name] = int(level.get(f"{_W}val") or 9)
            elif base is not None:
                bases[name] = base.get(f"{_W}val") or ""
    for name in [*levels, *bases]:
        if (found := _level(name, levels, bases)) is not None and found < 9:
            yield f"p.{name} => h{min(found + 1, 6)}:fresh"


def _level(name: str, levels: Mapping[str, int], bases: Mapping[str, str]) -> int | None:
    for _ in range(20):
        if name in levels:
            return levels[name]
        name = bases.get(name, "")
    return None


def _tree(package: zipfile.ZipFile, name: str) -> etree._Element:
    if name not in package.NameToInfo:
        return etree.Element("none")
    return etree.fromstring(package.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
