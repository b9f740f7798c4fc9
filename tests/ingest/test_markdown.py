"""Markdown with front matter, read into articles."""

from __future__ import annotations

import contextlib
import random

import pytest

from corpus.article import Block
from corpus.errors import InputError
from ingest import markdown

ARTICLE = """\
---
title: Sore calves
url: https://example.org/calves
author: [Ann Lee, Bo Ek]
language: en
published: 2025-07-01
modified: July 2, 2025
reviewed: 04.07.2025
labels: [legs, calves]
cautions: [Not medical advice.]
section_cautions: {medicines: Ask a doctor first.}
urgent: [MEDICINES]
---

# Sore calves

Calves hurt after a *long* run[^rest].

## Medicines

1. Take one tablet.

   Take it with food.
   - never two
     - not even at night
2. Wait an hour.

| Name | Dose |
|------|------|
| Ibu  | 5 mg |
| Para |      |

### Notes

> Rest is best.
>
> Always.

```
dose = 5
```

![A calf](calf.png)

[^rest]: Seen in three clubs.
"""


def test_front_matter_becomes_the_facts_of_the_article() -> None:
    article = markdown.read(ARTICLE.encode(), source="calves.md")
    assert article.id == "sore-calves"
    assert article.url == "https://example.org/calves"
    assert article.author == "Ann Lee, Bo Ek"
    assert (article.published, article.modified, article.reviewed) == ("2025-07-01", "2025-07-02", "2025-07-04")
    assert article.labels == ("legs", "calves")
    assert article.cautions == ("Not medical advice.",)
    assert [section.heading for section in article.sections if section.urgent] == ["Medicines"]
    assert {section.heading: section.cautions for section in article.sections} == {
        "": (),
        "Medicines": ("Ask a doctor first.",),
        "Notes": (),
    }
    assert article.warnings == ()


def test_blocks_keep_their_kind_nesting_and_line() -> None:
    top, medicines, notes = markdown.read(ARTICLE, source="calves.md").sections
    assert top.blocks == (
        Block("paragraph", "Calves hurt after a long run[1].", line=17),
        Block("paragraph", "[1] Seen in three clubs."),
    )
    assert (medicines.level, medicines.line, medicines.path) == (2, 19, ("Medicines",))
    assert medicines.blocks[0] == Block(
        "list",
        items=("Take one tablet.\nTake it with food.", "never two", "not even at night", "Wait an hour."),
        depths=(0, 1, 2, 0),
        ordered=True,
        line=21,
    )
    assert medicines.blocks[1] == Block("table", header=("Name", "Dose"), rows=(("Ibu", "5 mg"), ("Para", "")), line=28)
    assert notes.path == ("Medicines", "Notes")
    assert [(block.kind, block.text) for block in notes.blocks] == [
        ("quote", "Rest is best.\nAlways."),
        ("code", "dose = 5"),
        ("paragraph", "A calf"),
    ]


@pytest.mark.parametrize(
    ("text", "title", "headings"),
    [
        ("# One\n\ntext\n\n## Two\n", "One", ["", "Two"]),
        ("---\ntitle: Given\n---\n# One\n\ntext\n", "Given", ["One"]),
        ("---\ntitle: one\n---\n# One\n\ntext\n", "one", [""]),
        ("## Two\n\ntext\n", "notes-of-may", ["Two"]),
        ("plain\n", "notes-of-may", [""]),
    ],
)
def test_the_title_is_given_or_the_first_main_heading_or_the_file(text: str, title: str, headings: list[str]) -> None:
    article = markdown.read(text, source="folder/notes-of-may.md")
    assert article.title == title
    assert [section.heading for section in article.sections] == headings


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("title: [unclosed", "not valid YAML"),
        ("just words", "not a list of names and values"),
        ("reviewed: soon", "is not a date"),
        ("labels: {a: b}", "labels is not a text"),
        ("section_cautions: {Elsewhere: Careful.}", "'elsewhere', which is not there"),
        ("urgent: Elsewhere", "'elsewhere', which is not there"),
    ],
)
def test_a_front_matter_that_cannot_be_used_is_a_warning(front: str, said: str) -> None:
    article = markdown.read(f"---\n{front}\n---\n# Heading\n\nThe text.\n", source="a.md")
    assert said in " ".join(article.warnings)
    assert "The text." in article.text


def test_a_date_missing_from_the_front_matter_is_not_taken_from_another() -> None:
    assert markdown.read("---\nmodified: 2025-07-04\n---\ntext\n", source="a.md").reviewed is None


def test_yes_and_no_stay_words() -> None:
    assert markdown.read("---\nlanguage: no\nlabels: yes\n---\ntekst\n", source="a.md").language == "no"


@pytest.mark.parametrize("data", [b"", b" \n\n", b"\xef\xbb\xbf", b"PK\x03\x04\x00\x00\x00\x08", b"\x00\x01\x02" * 99])
def test_a_source_without_text_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        markdown.read(data, source="a.md")


def test_mutated_markdown_is_read_or_refused() -> None:
    dice = random.Random(4)
    pieces = [
        "\n",
        "---\n",
        "[^rest]",
        "|",
        "> ",
        "  - ",
        "#",
        "```",
        "<b",
        "\x00",
        "\ud800",
        "𝔘",
        "&#0;",
        "[" * 40,
        "\t",
    ]
    for _ in range(300):
        text = ARTICLE
        for _ in range(dice.randint(1, 12)):
            at = dice.randrange(len(text))
            text = text[:at] + dice.choice(pieces) + text[at + dice.randint(0, 30) :]
        with contextlib.suppress(InputError):
            markdown.read(text, source="a.md")
