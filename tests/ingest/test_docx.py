"""Word documents: their structure, their facts, and those that mean harm."""

from __future__ import annotations

import io
import zipfile

import pytest

from corpus.errors import InputError
from ingest import docx

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">{}</cp:coreProperties>'
)
STYLES = f"""<w:styles {W}>
<w:style w:type="paragraph" w:styleId="Chapter"><w:name w:val="Kapitel"/><w:basedOn w:val="Top"/></w:style>
<w:style w:type="paragraph" w:styleId="Top"><w:name w:val="Oben"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
</w:styles>"""


def paragraph(text: str, style: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def made(body: str, core: str = "", **parts: bytes) -> bytes:
    """Return a Word document with this body."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        package.writestr("word/styles.xml", STYLES)
        package.writestr("docProps/core.xml", CORE.format(core))
        for name, data in parts.items():
            package.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as error:
        docx.read(data, source="guide.docx")
    return str(error.value)


def test_facts_come_from_the_properties_and_from_lines_that_state_them() -> None:
    core = "<dc:title>Document1</dc:title><dc:creator>Ada Example</dc:creator><cp:keywords>refunds, money</cp:keywords>"
    core += "<dcterms:created>2025-02-01T10:00:00Z</dcterms:created>"
    core += "<dcterms:modified>2026-01-05T09:00:00Z</dcterms:modified>"
    body = paragraph("Last reviewed: 12 March 2026") + paragraph("Wait five days.")
    article = docx.read(made(body, core), source="notes/refunds.docx")
    assert (article.title, article.author, article.labels) == ("refunds", "Ada Example", ("refunds", "money"))
    assert (article.published, article.modified, article.reviewed) == ("2025-02-01", "2026-01-05", "2026-03-12")


def test_a_style_is_a_heading_by_its_outline_level_or_that_of_its_base() -> None:
    body = paragraph("Parcels", "Top") + paragraph("Wait.") + paragraph("Fees", "Chapter") + paragraph("None.", "Loop")
    article = docx.read(made(body), source="a.docx")
    assert [(one.heading, one.level) for one in article.sections] == [("Parcels", 2), ("Fees", 2)]


def test_macros_are_never_looked_at() -> None:
    article = docx.read(made(paragraph("Wait."), word__vbaProject_bin=b"Sub AutoOpen()"), source="a.docm")
    assert article.text == "Wait."


def test_what_cannot_be_read_says_why() -> None:
    whole = made(paragraph("Wait."))
    assert "password" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000))
    assert "damaged" in refused(whole[: len(whole) // 2])
    assert "damaged" in refused(b"no document")
    assert "damaged" in refused(made("<w:p>"))
    assert "no text" in refused(made(paragraph(" ")))
    assert "nest" in refused(made("<w:tbl><w:tr><w:tc>" * 3000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3000))


def test_bombs_and_entities_are_refused() -> None:
    assert "Unpacked" in refused(made(paragraph("Wait."), word__more_xml=b" " * 50_000_000))
    entities = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    assert "entities" in refused(made(paragraph("Wait."), word__comments_xml=entities))
    wide = entities.decode().encode("utf-16")
    assert "entities" in refused(made(paragraph("Wait."), word__comments_xml=wide))
