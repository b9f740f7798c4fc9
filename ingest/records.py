"""Records of an export (JSON Lines, CSV, Zendesk Guide) -> Articles, one a record."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any, cast

from corpus.article import Article, Section, build_sections, short_hash, slug
from corpus.errors import InputError
from ingest import html, markdown
from ingest.clean import decode
from ingest.dates import parse_date
from ingest.language import guess_language
from ingest.lines import split_lines
from ingest.lists import group_blocks
from ingest.sources import LEFT_OUT, Source

# The usual names of what a record says, the likelier ones first.
COLUMNS = {
    "title": "title name question subject headline",
    "body": "body html_body body_html body_markdown content text answer html markdown description article",
    "id": "id article_id key uuid slug",
    "url": "html_url web_url permalink url link",
    "labels": "labels label_names tags categories category keywords",
    "author": "author author_name",
    "language": "language locale lang",
    "published": "published published_at publish_date date created_at created",
    "modified": "modified modified_at edited_at updated_at updated last_modified",
    "reviewed": "reviewed reviewed_at last_reviewed review_date",
}
_MOST = 16_000_000  # bytes of one record, and characters of one field
_TOO_LARGE = f"A record is larger than {_MOST // 1_000_000} MB."
_LONGEST_ID = 200  # characters
_HTML = re.compile(r"</?(?:p|div|br|h[1-6]|[uo]l|li|table|span|a|b|strong|i|em|img|pre|code)\b[^<>]*>", re.IGNORECASE)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|```|[-*+] \S|> \S|\|.*\|$)|\]\(\S|\*\*\S|^\d+\. ", re.MULTILINE)

_SOLID = re.compile(r"[^ \t\r\n]")
_DECODER = json.JSONDecoder()

Record = dict[str, Any]
Found = tuple[str, Any]  # where a record stands in its file; the record, or the InputError why it cannot be read


def checked(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Check which column holds what, as it was typed. InputError for a field that is not there."""
    mapping = dict(pairs)
    for name, column in mapping.items():
        if name not in COLUMNS or not column:
            raise InputError(f"A record has no field {name!r} to map. Known: {', '.join(COLUMNS)}.")
    return mapping


def parts(source: Source, mapping: Mapping[str, str]) -> Iterator[Source]:
    """Yield each record of a file as a source; one that cannot be used is a source that says why.

    InputError, after the records before it, where the rest of the file cannot be read.
    """
    suffix = PurePosixPath(source.source).suffix.lower()
    read = _from_csv if suffix in (".csv", ".tsv") else _from_json if suffix == ".json" else _from_lines
    seen: Counter[str] = Counter()
    place = ""
    with io.BufferedReader(cast("Any", source.open())) as stream:
        for place, found in read(stream, mapping):
            try:
                name, record = _mapped(found, mapping)
            except InputError as error:
                yield source.part(place, unusable=error)
                continue
            seen[name] += 1
            name += f"-{seen[name]}" if seen[name] > 1 else ""
            data = json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
            yield source.part(name, kind="record", opener=partial(io.BytesIO, data), shown_as=source.source)
    if not place:
        raise InputError("There is no record in it. A Zendesk export has a list named articles.")


def read(data: bytes, *, source: str) -> Article:
    """Read a record as `parts` wrote it."""
    record: Record = json.loads(data)
    title, body = record["title"], record["body"]
    warnings = [
        f"Its {name} {record[name]!r} is no date that could be read."
        for name in ("published", "modified", "reviewed")
        if name in record and not parse_date(record[name])
    ]
    sections = _sections(body, record.get("format") or _format(body))
    if not sections:
        raise InputError("Its body holds no text.")
    return Article(
        id=slug(title, "article"),
        title=title,
        source=source,
        sections=sections,
        language=record["language"].split("-")[0].lower() if "language" in record else guess_language(body),
        author=record.get("author"),
        published=parse_date(record.get("published", "")),
        modified=parse_date(record.get("modified", "")),
        reviewed=parse_date(record.get("reviewed", "")),
        url=record.get("url"),
        labels=tuple(record.get("labels", ())),
        warnings=tuple(warnings),
    )


def _sections(body: str, form: str) -> tuple[Section, ...]:
    if form == "html":
        return html.sections(body)
    if form == "markdown":
        return markdown.sections(body)
    return build_sections([Section("", 0, "", blocks=group_blocks(split_lines(decode(body)[0])))])


def _format(body: str) -> str:
    return "html" if _HTML.search(body) else "markdown" if _MARKDOWN.search(body) else "text"


def _from_lines(stream: io.BufferedReader, mapping: Mapping[str, str]) -> Iterator[Found]:
    number = 0
    while line := stream.readline(_MOST + 1):
        number += 1
        place = f"line {number}"
        if len(line) > _MOST:
            yield place, InputError(_TOO_LARGE)
            while len(line) > _MOST and not line.endswith(b"\n"):
                line = stream.readline(_MOST + 1)
        elif line.strip(b"\xef\xbb\xbf \t\r\n"):
            try:
                yield place, json.loads(line.decode("utf-8-sig"))
            except UnicodeDecodeError:
                yield place, InputError("It is not UTF-8.")
            except (ValueError, RecursionError):
                yield place, InputError("It is not a JSON object.")


def _from_json(stream: io.BufferedReader, mapping: Mapping[str, str]) -> Iterator[Found]:
    """Yield the objects of a list, or of the lists named articles in what a Zendesk export's pages hold."""
    number = 0
    try:
        for number, found in enumerate(_Values(stream), 1):
            yield f"record {number}", found
    except (ValueError, RecursionError):
        words = f"After its first {number:,} records it is not JSON, or a record is larger than {_MOST:,} characters."
        raise InputError(f"{words} The rest was not read.") from None


class _Values:
    """The values of the lists in a stream of JSON, which is never held as a whole. ValueError where it is none."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text, self._at = "", 0

    def __iter__(self) -> Iterator[Any]:
        while self._next():
            if self._take("["):
                yield from self._list()
            else:
                self._expect("{")
                while not self._take("}"):
                    name = self._value()
                    self._expect(":")
                    if name == "articles" and self._take("["):
                        yield from self._list()
                    else:
                        self._value()
                    self._take(",")

    def _list(self) -> Iterator[Any]:
        while not self._take("]"):
            yield self._value()
            self._take(",")

    def _next(self) -> str:
        """Return the next character that is not blank, "" at the end."""
        while not (found := _SOLID.search(self._text, self._at)):
            self._at = len(self._text)
            if not self._more():
                return ""
        self._at = found.start()
        return found[0]

    def _take(self, character: str) -> bool:
        taken = self._next() == character
        self._at += taken
        return taken

    def _expect(self, character: str) -> None:
        if not self._take(character):
            raise ValueError

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except ValueError:
                if not self._more():
                    raise
            else:
                if end < len(self._text) or not self._more():  # a number may go on
                    self._at = end
                    return value

    def _more(self) -> bool:
        """Read as much again as there is, so that a large value is not tried too often; False at the end."""
        left = self._text[self._at :]
        if len(left) > _MOST:
            raise ValueError
        data = self._stream.read(max(65_536, len(left)))
        if data:
            self._text, self._at = left + self._decoder.decode(data), 0
        return bool(data)


def _from_csv(stream: io.BufferedReader, mapping: Mapping[str, str]) -> Iterator[Found]:
    wide = stream.peek(2).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
    with io.TextIOWrapper(stream, encoding, errors, newline="") as text:
        csv.field_size_limit(_MOST)
        lines = iter(lambda: text.readline(_MOST), "")
        head = next(lines, "")
        delimiter = max(",;\t|", key=head.count)
        header = [_readable(name).strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
        missing = [column for column in mapping.values() if column not in header]
        if missing:
            raise InputError(f"It has no column {missing[0]!r}. Its columns: {', '.join(header[:20])}.")
        rows = csv.reader(lines, delimiter=delimiter)
        while True:
            place = f"line {rows.line_num + 2}"
            try:
                row = next(rows, None)
            except csv.Error:
                yield place, InputError(f"{_TOO_LARGE} Perhaps a quotation mark is missing.")
                continue
            if row is None:
                return
            if len(row) == len(header):
                try:
                    yield place, dict(zip(header, map(_readable, row), strict=True))
                except InputError as error:
                    yield place, error
            elif row:
                yield place, InputError(f"It has {len(row)} fields, and the header has {len(header)}.")


def _readable(text: str) -> str:
    """Return text whose bytes were not all UTF-8 in the encoding that they have."""
    if text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text):
        return text
    return decode(text.encode("utf-8", "surrogateescape"))[0]


def _mapped(found: Any, mapping: Mapping[str, str]) -> tuple[str, Record]:
    """Return a record's name within its file, and what it says under the names of COLUMNS."""
    if isinstance(found, InputError):
        raise found
    if not isinstance(found, dict):
        raise InputError("It is not an object with fields.")
    if found.get("draft") is True:
        raise InputError("It is a draft.", LEFT_OUT)
    given = {re.sub(r"\W+", "_", str(name).strip()).casefold(): value for name, value in found.items()}
    record: Record = {}
    for name, columns in COLUMNS.items():
        tried = [(mapping[name], found)] if name in mapping else [(column, given) for column in columns.split()]
        for column, values in tried:
            if value := _labels(values.get(column)) if name == "labels" else _text(values.get(column)):
                record[name] = value
                if name == "body" and (form := re.search("html|markdown", column)):
                    record["format"] = form[0]
                break
    for name in ("title", "body"):
        if name not in record:
            raise InputError(f"It has no {name}. Where it has one, name it: --map {name}=COLUMN.")
    record["title"] = " ".join(record["title"].split())
    if not re.match(r"https?://[^\s/]", record.get("url", ""), re.IGNORECASE):
        record.pop("url", None)
    name = record.pop("id", "") or record.get("url") or slug(record["title"])
    return (name if len(name) <= _LONGEST_ID else short_hash(name)), record


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _labels(value: Any) -> list[str]:
    values = value if isinstance(value, list) else re.split("[,;|]", value) if isinstance(value, str) else []
    return list(dict.fromkeys(text for text in map(_text, values) if text))
