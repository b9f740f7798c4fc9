"""ZIP archives: what is in them is read, and what means harm is refused."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from corpus.errors import InputError
from corpus.library import Library
from ingest import archive
from ingest.parse import readings
from ingest.sources import find
from ingest.sync import sync

DOCUMENTS = Path(__file__).parent / "structure" / "documents"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export.zip"


def write(file: Path, **files: bytes | str) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name, data)


def outcomes(file: Path) -> dict[str, str]:
    """Return the title of each part's article, or why there is none."""
    found = {}
    for reading in readings(find([str(file)])):
        try:
            found[reading.source.source.removeprefix(str(file)).lstrip("/")] = reading.article().title
        except InputError as error:
            found[reading.source.source.removeprefix(str(file)).lstrip("/")] = str(error)
    return found


def test_everything_in_it_is_read(file: Path) -> None:
    pages = {"a/refunds.md": "# Refunds\n\nWait.", "b.html": "<h1>Fees</h1><p>None.</p>"}
    records = {"faq.csv": "title,body\nLost parcel,Ask.\nBroken parcel,Send it back.\n"}
    left_out = {"__MACOSX/._b.html": "x", ".hidden.md": "x", "logo.png": b"x"}
    document = {"manual.pdf": (DOCUMENTS / "reportlab-30.pdf").read_bytes()}
    write(file, **pages, **records, **left_out, **document)
    assert outcomes(file) == {
        "a/refunds.md": "Refunds",
        "b.html": "Fees",
        "faq.csv/lost-parcel": "Lost parcel",
        "faq.csv/broken-parcel": "Broken parcel",
        "manual.pdf": "Handling every subscription with care, part 30",
    }


def test_what_may_do_harm_is_refused_alone(file: Path) -> None:
    write(file, **{"good.md": "# Good\n\nYes.", "inner.zip": "x", "bomb.txt": b" " * 5_000_000})
    with zipfile.ZipFile(file, "a") as out:
        for name in ("../up.md", "/etc/up.md", "C:\\up.md", "a\\..\\..\\up.md"):
            out.writestr(zipfile.ZipInfo(name), "# Up")
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(link, "/etc/passwd")
        with pytest.warns(UserWarning, match="Duplicate"):
            out.writestr("good.md", "# Other")
    found = outcomes(file)
    assert found.pop("bomb.txt").startswith("Unpacked, it would be more than 200 times")
    assert found.pop("inner.zip").startswith("It is an archive in an archive")
    assert found.pop("link.md") == "It is a link."
    assert found.pop("good.md") == "Another file in the archive has the same name."
    assert set(found.values()) == {"Its name leads out of the archive."}
    assert len(found) == 4


def test_an_archive_that_swells_is_refused_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file, **{f"{n}.md": "# A\n\nB." * 50 for n in range(30)})
    monkeypatch.setattr(archive, "_MOST_BYTES", 1024)
    assert list(outcomes(file).values()) == ["Unpacked, it would be larger than 0 GB."]
    monkeypatch.setattr(archive, "_MOST_FILES", 20)
    assert list(outcomes(file).values()) == ["It holds 30 files; 20 are the most. Cut it into smaller archives."]


def test_a_file_larger_than_it_says_is_cut_off_and_refused(file: Path) -> None:
    write(file, **{"a.md": "# A\n\n" + "B. " * 100_000, "b.csv": "title,body\n" + "A,B.\n" * 50_000})
    data = file.read_bytes()
    for size in (300_005, 250_011):
        data = data.replace(size.to_bytes(4, "little"), (60_000).to_bytes(4, "little"))
    file.write_bytes(data)
    found = outcomes(file)
    assert found.pop("a.md") == "It is damaged."
    assert "It is damaged, and the rest was not read." in found.values()


def test_damage_and_passwords_are_said(file: Path) -> None:
    file.write_bytes(b"PK no archive")
    assert list(outcomes(file).values()) == ["It is damaged, or no ZIP archive."]
    write(file, **{"logo.png": "x"})
    assert next(iter(outcomes(file).values())).startswith("There is nothing to read in this archive.")
    write(file, **{"a.md": "# A"})
    data = bytearray(file.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    file.write_bytes(data)
    assert outcomes(file) == {"a.md": "It has a password."}


def test_prune_removes_what_is_no_longer_in_it(file: Path, home: Path) -> None:
    write(file, **{"a.md": "# A\n\nB.", "b.md": "# B\n\nC.", "c.md": "# C\n\nD."})
    with Library.open(home) as library:
        sync(library, [str(file)])
        write(file, **{"a.md": "# A\n\nB.", "b.md": "# B\n\nC, changed."})
        report = sync(library, [str(file)], prune=True)
    assert {state: count for state, count in report.counts.items() if count} == {
        "changed": 1,
        "unchanged": 1,
        "removed": 1,
    }
