"""Records of exports: which become articles, what they say, and what is said of those that do not."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from corpus.article import Article, block_text
from corpus.errors import InputError
from corpus.library import Library
from ingest import parse, records
from ingest.records import checked
from ingest.sources import Source, find
from ingest.sync import sync

BODY = (
    "<h2>How long</h2><p>You have <b>30</b> days.</p><ol><li>Pack it<ul><li>in paper</li></ul></li></ol>"
    "<table><tr><th>Country</th><th>Fee</th></tr><tr><td>Peru</td><td>5</td></tr></table>"
)
ZENDESK = {
    "count": 2,
    "next_page": None,
    "articles": [
        {
            "id": 360001,
            "url": "https://example.zendesk.com/api/v2/help_center/articles/360001.json",
            "html_url": "https://example.zendesk.com/hc/en-us/articles/360001",
            "title": "Returning a parcel",
            "body": BODY,
            "label_names": ["returns", "money"],
            "locale": "en-us",
            "draft": False,
            "author_id": 12,
            "vote_sum": 3.5,
            "created_at": "2024-01-05T10:00:00Z",
            "edited_at": "2025-02-03T09:00:00Z",
        },
        {"id": 2, "title": "Not yet", "body": "<p>Soon.</p>", "draft": True},
    ],
}
FAQ = 'Question,Answer,Tags\nHow do I pay?,"By card.\nOr by transfer.","money, cards"\nWhere are you?,In Lima.,\n'


def outcomes(file: Path, data: str | bytes, **mapping: str) -> dict[str, Article | str]:
    """Return by its name in the report what each record became, or why it became nothing."""
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    found: dict[str, Article | str] = {}
    for reading in parse.readings(find([str(file)]), mapping=mapping):
        name = reading.source.source.removeprefix(str(file)).strip("/")
        assert name not in found
        try:
            found[name] = reading.article()
        except InputError as error:
            found[name] = str(error)
    return found


def article(file: Path, data: str | bytes, **mapping: str) -> Article:
    (found,) = outcomes(file, data, **mapping).values()
    assert isinstance(found, Article), found
    return found


def blocks(article: Article) -> list[tuple[str, str, str]]:
    return [
        (section.heading, block.kind, block_text(block)) for section in article.sections for block in section.blocks
    ]


def test_a_zendesk_export(tmp_path: Path) -> None:
    file = tmp_path / "articles.json"
    found = outcomes(file, json.dumps(ZENDESK))
    assert found["record 2"] == "It is a draft."
    one = found["360001"]
    assert isinstance(one, Article)
    assert blocks(one) == [
        ("How long", "paragraph", "You have 30 days."),
        ("How long", "list", "- Pack it\n  - in paper"),
        ("How long", "table", "Country | Fee\nPeru | 5"),
    ]
    assert (one.title, one.language, one.labels) == ("Returning a parcel", "en", ("returns", "money"))
    assert (one.published, one.modified, one.reviewed, one.author) == ("2024-01-05", "2025-02-03", None, None)
    assert one.url == "https://example.zendesk.com/hc/en-us/articles/360001"
    assert (one.source, one.key) == (str(file), f"{file}/360001")


@pytest.mark.parametrize("join", [json.dumps, lambda values: "\n".join(map(json.dumps, values))], ids=["list", "pages"])
def test_json_that_is_a_list_or_several_pages(tmp_path: Path, join: Any) -> None:
    record = {"title": "One", "body": "Text."}
    data = join([record, record]) if join is json.dumps else join([{"articles": [record]}, {"articles": [record]}])
    assert list(outcomes(tmp_path / "a.json", "\ufeff" + data)) == ["one", "one-2"]


def test_lines_of_json_and_one_bad_one(tmp_path: Path) -> None:
    lines = ['{"title": "One", "body": "Text."}', '{"title": "Two"', "", "[1]", '{"title": "Three", "body": "Text."}']
    found = outcomes(tmp_path / "a.jsonl", "\ufeff" + "\r\n".join(lines))
    assert found["line 2"] == "It is not a JSON object."
    assert found["line 4"] == "It is not an object with fields."
    assert list(found) == ["one", "line 2", "line 4", "three"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_as_spreadsheets_write_it(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = 'Question,Answer,Tags\nCafé?,"Sí; a las 9, y\na las 10.",horas\n'
    data = text.replace(",", delimiter).replace("9" + delimiter, "9,").encode(encoding)
    one = article(tmp_path / "a.csv", data)
    assert (one.title, one.labels) == ("Café?", ("horas",))
    assert blocks(one) == [("", "paragraph", "Sí; a las 9, y"), ("", "paragraph", "a las 10.")]


def test_a_row_that_does_not_fit_its_header(tmp_path: Path) -> None:
    found = outcomes(tmp_path / "a.csv", FAQ + "A row,of two\n\nAnother,row,\n")
    assert found["line 5"] == "It has 2 fields, and the header has 3."
    assert list(found) == ["how-do-i-pay", "where-are-you", "line 5", "another"]


def test_what_a_record_lacks_is_said(tmp_path: Path) -> None:
    records = [{"name": "One"}, {"body": "Text."}, {"title": "Three", "body": "<p> </p>"}]
    found = outcomes(tmp_path / "a.json", json.dumps(records))
    assert list(found.values()) == [
        "It has no body. Where it has one, name it: --map body=COLUMN.",
        "It has no title. Where it has one, name it: --map title=COLUMN.",
        "Its body holds no text.",
    ]


def test_columns_that_are_mapped(tmp_path: Path) -> None:
    data = "nr,was,wie,title\n7,Zahlung,# Karte,x\n"
    one = article(tmp_path / "a.csv", data, id="nr", title="was", body="wie")
    assert (one.key, one.title) == (f"{tmp_path / 'a.csv'}/7", "Zahlung")
    found = outcomes(tmp_path / "a.csv", data, title="name")
    assert found == {"": "It has no column 'name'. Its columns: nr, was, wie, title."}
    with pytest.raises(InputError, match=r"no field 'prize' to map\. Known: title, body, id"):
        checked([("prize", "x")])


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ("A line.\nAnother with 3 < 4 > 2.", ("", "paragraph", "A line.")),
        ("# Use\n\nWith *care*.", ("Use", "paragraph", "With care.")),
        ("---\n\nWith **care**.", ("", "paragraph", "With care.")),
        ("With <em>care</em>.", ("", "paragraph", "With care.")),
    ],
)
def test_the_form_of_a_body_is_recognized(tmp_path: Path, body: str, first: tuple[str, str, str]) -> None:
    assert blocks(article(tmp_path / "a.json", json.dumps([{"title": "A", "body": body}])))[0] == first


def test_facts_in_the_forms_they_come_in(tmp_path: Path) -> None:
    record = {
        "Title": "A\n title",
        "body_html": "a\nb",
        "tags": [{"name": "x"}, "y", "x"],
        "author": {"name": "Ann"},
        "link": "javascript:alert(1)",
        "lang": "de-CH",
        "Last reviewed": "3 March 2025",
        "updated": "soon",
    }
    one = article(tmp_path / "a.json", json.dumps([record]))
    assert (one.title, one.labels, one.author, one.url) == ("A title", ("x", "y"), "Ann", None)
    assert (one.language, one.reviewed, one.modified) == ("de", "2025-03-03", None)
    assert one.warnings == ("Its modified 'soon' is no date that could be read.",)
    assert blocks(one) == [("", "paragraph", "a b")]


@pytest.mark.parametrize(
    ("name", "data", "last"),
    [
        ("a.json", '[{"title": "A", "body": "b"}, {"title": ', "After its first 1 records it is not JSON"),
        ("a.json", "[" * 100_000, "After its first 0 records it is not JSON"),
        ("a.json", '{"name": "settings"}', "There is no record in it."),
        ("a.jsonl", "[" * 100_000, "It is not a JSON object."),
        ("a.csv", "", "There is no record in it."),
        ("a.csv", "title,body\n", "There is no record in it."),
        ("a.csv", b"title,body\n\xff\1\2\3,b", "binary file"),
        ("a.jsonl", b'{"title": "\xff", "body": "b"}', "It is not UTF-8."),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, name: str, data: str | bytes, last: str) -> None:
    assert last in str(list(outcomes(tmp_path / name, data).values())[-1])


class Endless(io.RawIOBase):
    """An export that never ends: `head`, then `again` and again."""

    def __init__(self, head: bytes, again: bytes) -> None:
        self._left, self._again = head, again * (65_536 // len(again) + 1)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._left = self._left or self._again
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@pytest.mark.parametrize(
    ("name", "head", "again", "count"),
    [
        ("a.jsonl", "", '{"title": "A title", "body": "Text."}\n', 5_000),
        ("a.json", "[", '{"title": "A title", "body": "Text."},', 5_000),
        ("a.csv", "title,body\n", "A title,Text\n", 5_000),
        ("a.jsonl", '{"title": "', "aaaa", 1),
        ("a.json", '[{"title": "', "aaaa", 1),
        ("a.csv", 'title,body\n"', "aaaa", 2),
        ("a.csv", "title,body\n", ",,,,", 2),
    ],
)
def test_records_are_streamed_and_bounded(
    monkeypatch: pytest.MonkeyPatch, name: str, head: str, again: str, count: int
) -> None:
    monkeypatch.setattr(records, "_MOST", 100_000)

    def few() -> Iterator[object]:
        endless: Any = Endless(head.encode(), again.encode())
        found_in = records.parts(Source(name, name, name, opener=lambda: endless), {})
        try:
            yield from islice(found_in, count)
        except InputError:
            yield None

    next(few())  # what is imported on the way
    tracemalloc.start()
    got = sum(1 for _ in few())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got == count
    assert peak < 4_000_000


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as opened:
        yield opened


def test_a_file_of_records_is_kept_in_step(tmp_path: Path, library: Library) -> None:
    file = tmp_path / "faq.csv"

    def states(**how: Any) -> dict[str, str]:
        rows: list[dict[str, Any]] = []
        sync(library, [str(tmp_path)], tell=rows.append, **how)
        return {f"{row['article_id'] or row['reason']}": row["state"] for row in rows}

    file.write_text(FAQ)
    assert states() == {"how-do-i-pay": "new", "where-are-you": "new"}
    file.write_text(FAQ.replace("Lima", "Cusco").replace("How do I pay?", "How to pay?"))
    assert states() == {"how-to-pay": "new", "where-are-you": "changed"}
    assert states(prune=True) == {"how-to-pay": "unchanged", "where-are-you": "unchanged", "how-do-i-pay": "removed"}
    file.rename(tmp_path / "questions.csv")
    assert states(prune=True) == {"how-to-pay": "moved", "where-are-you": "moved"}


def test_a_record_of_a_damaged_file_is_not_pruned(tmp_path: Path, library: Library) -> None:
    file = tmp_path / "faq.jsonl"
    lines = [json.dumps({"id": n, "title": f"About {n}", "body": "Text."}) for n in range(4)]
    file.write_text("\n".join(lines))
    assert sync(library, [str(file)]).counts["new"] == 4
    file.write_text("\n".join([lines[0], lines[1][:9], lines[2]]))
    report = sync(library, [str(file)], prune=True)
    assert report.failed
    assert report.counts == {"new": 0, "changed": 0, "unchanged": 2, "moved": 0, "removed": 0, "skipped": 1}
    file.write_text("\n".join(lines[:3]))
    report = sync(library, [str(file)], prune=True)
    assert (report.failed, report.counts["removed"]) == (False, 1)


def test_a_folder_gives_its_records_but_not_its_json(tmp_path: Path) -> None:
    for name in ("a.csv", "b.jsonl", "settings.json"):
        (tmp_path / name).write_text(FAQ)
    assert [source.path.name for source in find([str(tmp_path)]) if source.path] == ["a.csv", "b.jsonl"]


def test_two_alike_records_are_two_articles(tmp_path: Path, library: Library) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": 1, "title": "A", "body": "b"}\n{"id": 2, "title": "A", "body": "b"}\n')
    assert sync(library, [str(file)]).counts["new"] == 2
    assert sync(library, [str(file)]).counts["unchanged"] == 2


def test_a_draft_is_no_failure(tmp_path: Path, library: Library) -> None:
    (tmp_path / "a.json").write_text(json.dumps(ZENDESK))
    report = sync(library, [str(tmp_path / "a.json")])
    assert (report.failed, report.counts["new"], report.counts["skipped"]) == (False, 1, 1)
