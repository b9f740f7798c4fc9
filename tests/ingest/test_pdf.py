"""PDF: facts, pages, what cannot be read, and files that mean harm."""

from __future__ import annotations

import random
import time
import zlib
from functools import partial
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.errors import InputError
from corpus.passages import cut
from ingest import parse, pdf, workers
from ingest.sources import find
from tests.ingest.structure.content import document

DOCUMENTS = Path(__file__).parent / "structure" / "documents"
FONTS = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>"


def made(*pages: str, trailer: str = "", **objects: str) -> bytes:
    """Return a PDF whose pages draw this; objects by number add to what it has. F1 is plain, F2 bold."""
    parts = {"1": "<</Type/Catalog/Pages 2 0 R/Outlines 9 0 R>>", "3": FONTS[0], "4": FONTS[1]}
    fonts = "<</Font<</F1 3 0 R/F2 4 0 R>>>>"
    numbers = [10 + 2 * n for n in range(len(pages))]
    kids = " ".join(f"{n} 0 R" for n in numbers)
    parts["2"] = f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}/MediaBox[0 0 600 800]/Resources{fonts}>>"
    for number, page in zip(numbers, pages, strict=True):
        parts[str(number)] = f"<</Type/Page/Parent 2 0 R/Contents {number + 1} 0 R>>"
        parts[str(number + 1)] = stream(page)
    parts |= {name.removeprefix("_"): text for name, text in objects.items()}
    out, table = "%PDF-1.7\n", "xref\n0 1\n0000000000 65535 f \n"
    for number, body in parts.items():
        table += f"{number} 1\n{len(out):010} 00000 n \n"
        out += f"{number} 0 obj\n{body}\nendobj\n"
    end = f"{table}trailer\n<</Size {max(map(int, parts)) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF\n"
    return (out + end).encode("latin-1")


def stream(data: str, how: str = "") -> str:
    return f"<</Length {len(data)}{how}>>stream\n{data}\nendstream"


def text(*lines: str, size: int = 10, top: int = 700, font: str = "F1", left: int = 50) -> str:
    shown = " ".join(f"({line})'" for line in lines)
    return f"BT /{font} {size} Tf {size * 1.2} TL 1 0 0 1 {left} {top} Tm {shown} ET "


def read(data: bytes) -> Article:
    return pdf.read(data, source="guide.pdf")


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as error:
        read(data)
    return str(error.value)


def test_facts_come_from_the_file_and_from_lines_that_state_them() -> None:
    info = "<</Title(Untitled)/Author(Ada Example)/Keywords(refunds, money)/CreationDate(D:20250201100000Z)>>"
    page = text("Refunds", size=18, font="F2", top=750) + text("Last reviewed: 12 March 2026", top=720)
    page += text("Fees", size=13, font="F2", top=690) + text("Wait five days.", top=660)
    article = read(made(page, trailer="/Info 7 0 R", _7=info))
    assert (article.title, article.author, article.labels) == ("Refunds", "Ada Example", ("refunds", "money"))
    assert (article.published, article.modified, article.reviewed) == ("2025-02-01", None, "2026-03-12")
    assert [(one.heading, one.level) for one in article.sections] == [("", 0), ("Fees", 1)]


def test_the_outline_tells_headings_that_look_like_text() -> None:
    page = (
        text("Parcels", top=700)
        + text("Wait five days for it.", top=670)
        + text("Fees", top=640)
        + text("None.", top=610)
    )
    outline = {"_9": "<</First 7 0 R>>", "_7": "<</Title(Parcels)/Dest[10 0 R/Fit]/First 8 0 R>>"}
    article = read(made(page, _8="<</Title(Fees)/Dest[10 0 R/Fit]>>", **outline))
    assert [(one.heading, one.level, one.path) for one in article.sections] == [
        ("Parcels", 1, ("Parcels",)),
        ("Fees", 2, ("Parcels", "Fees")),
    ]


def test_passages_know_their_page() -> None:
    file = DOCUMENTS / "reportlab-30.pdf"
    passages = cut(pdf.read(file.read_bytes(), source=str(file)))
    pages = [passage.page or 0 for passage in passages]
    assert pages == sorted(pages)
    assert set(pages) == {1, 2, 3, 4}


def test_a_paragraph_goes_on_over_a_page_and_a_parted_word_is_whole_again() -> None:
    full = "The customer returns the parcel to the shop before the end of the month and asks for the re-"
    first, second = text(full, top=60), text("fund that is due to him.", top=740)
    article = read(made(first, second))
    assert article.text.endswith("asks for the refund that is due to him.")


def test_a_watermark_is_left_out_and_a_turned_page_is_read() -> None:
    mark = "BT /F1 60 Tf .7 .7 -.7 .7 100 100 Tm (DRAFT) Tj ET "
    assert read(made(text("Wait five days.") + mark)).text == "Wait five days."
    turned = "BT /F1 10 Tf 0 1 -1 0 100 50 Tm (Wait five days.) Tj ET "
    page = "<</Type/Page/Parent 2 0 R/Rotate 90/Contents 11 0 R>>"
    assert read(made(turned, _10=page)).text == "Wait five days."


def test_what_cannot_be_read_says_why() -> None:
    whole = made(text("Wait."))
    assert "no PDF" in refused(b"no document")
    assert "no text" in refused(made(""))
    password = f"<</Filter/Standard/V 1/R 2/P -4/O<{'00' * 32}>/U<{'11' * 32}>>>"
    assert "password" in refused(
        made(text("Wait."), trailer=f"/Encrypt 7 0 R/ID[<{'22' * 16}><{'22' * 16}>]", _7=password)
    )
    assert "no PDF" in refused(whole[: len(whole) // 3])
    assert "5,001 pages" in refused(made(*["q"] * 5001))


def test_a_scan_is_said_and_a_scanned_page_too() -> None:
    picture = "q 600 0 0 800 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"
    assert "pictures of pages" in refused(made(picture))
    article = read(made(text("Wait."), picture))
    assert article.warnings == ("Without text, perhaps scanned: page 2.",)


LOOPS = {
    "pages": {"_2": "<</Type/Pages/Kids[10 0 R 2 0 R]/Count 2/MediaBox[0 0 9 9]/Resources<</Font<</F1 3 0 R>>>>>>"},
    "outline": {"_9": "<</First 7 0 R>>", "_7": "<</Title(Wait)/Dest[10 0 R/Fit]/Next 7 0 R/First 7 0 R>>"},
}


@pytest.mark.parametrize("loop", LOOPS)
def test_loops_end(loop: str) -> None:
    assert read(made(text("Wait."), **LOOPS[loop])).text == "Wait."


def test_a_page_that_swells_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs its own process the time that it is given, and no other file anything."""
    monkeypatch.setattr(parse, "Workers", partial(workers.Workers, seconds=1))
    packed = zlib.compress(b"BT /F1 9 Tf 9 TL 9 9 Td " + b"(a)' " * 8_000_000, 9)
    bomb = stream(packed.decode("latin-1"), "/Filter/FlateDecode")
    (tmp_path / "bomb.pdf").write_bytes(made("", _11=bomb))
    (tmp_path / "sound.pdf").write_bytes(made(text("Wait.")))
    bad, good = parse.readings(find([str(tmp_path)]))
    with pytest.raises(InputError, match="took longer"):
        bad.article()
    assert good.article().text == "Wait."


def test_a_map_of_scattered_words_takes_no_more_time_than_a_page() -> None:
    chance = random.Random(1)
    for count in (3_900, 10_000):
        scattered = (text("a", left=chance.randint(0, 590), top=chance.randint(0, 790)) for _ in range(count))
        began = time.process_time()
        read(made("".join(scattered) + text("Wait.")))
        assert time.process_time() - began < 20


def test_every_document_is_read_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "read", lambda data, source: pytest.fail("read in the process of the caller"))
    (tmp_path / "a.pdf").write_bytes(made(text("Wait.")))
    (reading,) = parse.readings(find([str(tmp_path / "a.pdf")]), wanted=lambda source, digest: False)
    assert reading.article().text == "Wait."


def test_the_fixtures_have_what_they_should() -> None:
    article = pdf.read((DOCUMENTS / "libreoffice-10.pdf").read_bytes(), source="a.pdf")
    assert (article.title, article.author) == (document(10).title, "Ada Example")
