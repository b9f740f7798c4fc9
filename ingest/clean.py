"""Bytes to text, for every reader of text."""

from __future__ import annotations

import codecs
import re

from corpus.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 65_536  # bytes or characters that tell whether a source is binary
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def decode(data: bytes | str) -> tuple[str, tuple[str, ...]]:
    """Return the text of `data` with `\\n` as its only line break, and warnings about what could not be read.

    Raises InputError when there is no text in it.
    """
    text, warnings = (data, ()) if isinstance(data, str) else _decode_bytes(data)
    text = _BREAKS.sub("\n", text.removeprefix("\ufeff"))
    sample = text[:_LOOKED_AT]
    if len(_CONTROL.findall(sample)) > len(sample) / 100:
        raise InputError("This looks like a binary file, not text.", "binary_input")
    text = _CONTROL.sub(" ", text).encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        raise InputError("There is no text in it.", "empty_input")
    return text, warnings


def _decode_bytes(data: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            lost = text.count("\ufffd")
            return text, (f"{lost} characters could not be read as {encoding.upper()}.",) if lost else ()
    if b"\x00" in data[:_LOOKED_AT]:
        raise InputError("This looks like a binary file, not text.", "binary_input")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    # One stray byte in a text of many accents is damage; a text that is wrong throughout has another encoding.
    if text.count("\ufffd") * 4 < sum(character > "\x7f" for character in text):
        return text, ("Some bytes could not be read as UTF-8 and are shown as \ufffd.",)
    return data.decode("cp1252", "replace"), ("It is not UTF-8; it was read as Windows-1252.",)
