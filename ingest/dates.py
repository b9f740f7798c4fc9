"""Dates as people write them, and the labels that say what a date is of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Literal

DateKind = Literal["published", "modified", "reviewed"]

_MONTHS = """
january janvier januar januari enero gennaio janeiro stycznia styczen январь января січень січня
february février februar februari febrero febbraio fevereiro lutego luty февраль февраля лютий лютого
march mars märz marzo março maart marca marzec март марта березень березня
april avril abril aprile kwietnia kwiecien апрель апреля квітень квітня
may mai mayo maggio maio mei maja maj май мая травень травня
june juin juni junio giugno junho czerwca czerwiec июнь июня червень червня
july juillet juli julio luglio julho lipca lipiec июль июля липень липня
august août agosto augustus sierpnia sierpien август августа серпень серпня
september septembre septiembre settembre setembro wrzesnia wrzesien сентябрь сентября вересень вересня
october octobre oktober octubre ottobre outubro pazdziernika pazdziernik октябрь октября жовтень жовтня
november novembre noviembre novembro listopada listopad ноябрь ноября листопад листопада
december décembre dezember diciembre dicembre dezembro grudnia grudzien декабрь декабря грудень грудня
"""


def _fold(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def _month_words() -> dict[str, int]:
    """Every month name and every prefix of three letters or more that only one month has."""
    words: dict[str, int] = {}
    shared: set[str] = set()
    for number, line in enumerate(_MONTHS.strip().splitlines(), 1):
        for name in _fold(line).split():
            for end in range(3, len(name) + 1):
                if words.setdefault(name[:end], number) != number:
                    shared.add(name[:end])
    return {word: number for word, number in words.items() if word not in shared}


_MONTH_OF = _month_words()
_WORD = r"(?P<month>[^\W\d_]{3,12})"
_FORMS = (
    r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)",
    r"(?P<y>\d{4}) ?年 ?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?日",
    r"(?P<a>\d{1,2})(?P<dot>[./-])(?P<b>\d{1,2})(?P=dot)(?P<y>\d{4}|(?<!-)\d{2})(?!\.?\d)",
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?[ -]{{0,2}}(?:of |de )?{_WORD}\.?,?[ -]{{0,2}}(?:del? )?"
    r"(?P<y>\d{4})(?!\d)",
    rf"{_WORD}\.? {{0,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: ?, ?| )(?P<y>\d{{4}})(?!\d)",
)
_DATES = tuple(re.compile(r"(?<![\w.])" + form, re.IGNORECASE) for form in _FORMS)


def parse_date(text: str, day_first: bool | None = None) -> str | None:
    """Return the first date in `text` as `YYYY-MM-DD`, or None.

    A dotted date has its day first. `04/07/2025` needs `day_first` to be understood unless one number is
    over 12; without it such a date is None rather than a guess.
    """
    return next((day for _, day in _dates(text, day_first)), None)


def _dates(text: str, day_first: bool | None) -> Iterator[tuple[int, str]]:
    """Yield each date with where it starts, in reading order."""
    text = " ".join(text.split())
    found = sorted(
        (match.start(), match.end(), n, match) for n, form in enumerate(_DATES) for match in form.finditer(text)
    )
    end = 0
    for start, stop, _, match in found:
        day = _day(match, day_first)
        if day and start >= end:
            end = stop
            yield start, day


def _day(match: re.Match[str], day_first: bool | None) -> str | None:
    part = match.groupdict()
    year = int(part["y"]) + (2000 if len(part["y"]) == 2 else 0)
    if part.get("a"):
        first, second = int(part["a"]), int(part["b"])
        if part["dot"] == "." or first > 12:
            day_first = True
        elif second > 12 or first == second:
            day_first = False
        if day_first is None:
            return None
        day, month = (first, second) if day_first else (second, first)
    else:
        day = int(part["d"])
        month = _MONTH_OF.get(_fold(part["month"]), 0) if part.get("month") else int(part["m"])
    try:
        return date(year, month, day).isoformat() if 1900 <= year <= 2100 else None
    except ValueError:
        return None


# A label opens its line or follows a separator: prose that mentions a publication is not a label.
_OPENING = r"(?:^|[|•·–—;,.:()*\d] ?|- |(?P<joined>/|\b(?:and|und|et|y|и|та) |& ))"
_SUBJECT = (
    r"(?:(?:this|the|page|article|content|post|text|was|is|has|been|date|on|first|last|most|recently|originally|"
    r"zuletzt|wurde|дата)[ -])*"
)
_LABELS: tuple[tuple[DateKind, str], ...] = (
    (
        "reviewed",
        r"(?:(?:medically|clinically|scientifically|expert|editorially|legally|fact)[ -])?(?:re-?)?"
        r"(?:reviewed(?! in\b)|(?<=fact )checked|(?<=fact-)checked|verified(?: by| on| ?:| \d))|"
        r"last (?:medical |clinical |expert |full )?review|(?<!next )review date|date of (?:last )?review|"
        r"(?:zuletzt |medizinisch |fachlich |ärztlich )+(?:über|ge)prüft|überprüft am|geprüft am|"
        r"(?:révisé|relu|vérifié)e?(?: médicalement)? (?:le|par)|dernière révision|"
        r"revisado(?: médicamente)?(?: el| por| ?:)|última revisión|"
        r"(?:последн\w+ |дата )(?:проверк\w+|рецензи\w+)|проверено|останн\w+ перевірк\w+|дата перевірки|перевірено",
    ),
    (
        "modified",
        r"updated|modified|edited|revised|amended|last (?:update|modification|change|revision)|last changed|"
        r"aktualisiert|letzte (?:aktualisierung|änderung)|zuletzt geändert|stand ?:|"
        r"mise? à jour|modifié|dernière (?:mise à jour|modification)|actualizado|última (?:actualización|modificación)|"
        r"обновлен\w*|последн\w+ обновлени\w+|оновлен\w*|останн\w+ оновленн\w+|aggiornato|bijgewerkt|atualizado",
    ),
    (
        "published",
        r"published|posted|publication date|pub(?:lish)? date|created|written|"
        r"veröffentlicht|erschienen|erstellt|publiée?|publication le|publicado|fecha de publicación|"
        r"опубликован\w*|дата публикации|опубліковано|дата публікації|pubblicato|gepubliceerd",
    ),
)
_LABEL = re.compile(
    _OPENING + _SUBJECT + "(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _LABELS) + r")(?!\w)",
    re.IGNORECASE,
)
_LONGEST_LINE = 240  # characters; a longer line is prose
_LONGEST_GAP = 90  # characters between a label and its date: room for a name with degrees


def labelled_dates(line: str, day_first: bool | None = None) -> tuple[tuple[DateKind, str], ...]:
    """Return every date of `line` that a visible label explains, in reading order.

    A date belongs to the nearest label before it. A reviewed date comes from a statement of review only;
    the next review that is due is none.
    """
    line = " ".join(line[: _LONGEST_LINE + 1].split())
    if len(line) > _LONGEST_LINE or not any(c.isdigit() for c in line):
        return ()
    labels = list(_LABEL.finditer(line))
    found: list[tuple[DateKind, str]] = []
    for start, day in _dates(line, day_first):
        before = [label for label in labels if label.end() <= start]
        labels = labels[len(before) :]
        if before and start - before[-1].end() <= _LONGEST_GAP:
            found.append((_kind(before[-1]), day))
            if before[-1].group("joined") and len(before) > 1:
                found.append((_kind(before[-2]), day))
    return tuple(found)


def _kind(match: re.Match[str]) -> DateKind:
    return next(kind for kind, _ in _LABELS if match.group(kind))
