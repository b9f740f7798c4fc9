"""Texts whose markup was lost, read back into articles."""

from __future__ import annotations

import contextlib
import json
import random
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import Article, Block
from corpus.errors import InputError
from ingest import text
from tests.needs import outside_data

TOPICS = (
    "Causes of {}",
    "Symptoms of {}",
    "How {} is diagnosed",
    "Possible complications",
    "Who is at risk",
    "Preventing {}",
    "Outlook",
)
CARE = "Treatment of {}"
KINDS = ("Drug treatment", "Physical therapy", "Home remedies", "Operations", "Vitamins and minerals", "Herbs and teas")
SUBJECTS = ("a stiff neck", "tennis elbow", "a sore throat", "heel pain")
SENTENCES = (
    "Most people notice it first after a day of unusual effort, and it tends to ease within one or two weeks of rest.",
    "Doctors usually begin with a talk about daily habits before they look at the joint and the muscle.",
    "Nobody knows exactly why some are spared while others, who live in much the same way, come back every winter.",
    "A warm bath in the evening helps many patients, although studies that followed them for a year found little.",
    "When the pain wakes you at night or a limb turns numb, see a doctor on the same day and do not wait any longer.",
)
ITEMS = (
    "long hours at a desk that is too low;",
    "an old injury that never healed as it should;",
    "cold draughts from an open window;",
    "lifting heavy loads with a bent back.",
)
MARKERS = ("- ", "• ", "* ", "– ", "1. ")
REVIEWED = ("Last reviewed: 04.07.2025", "Reviewed 4 July 2025", "Medically reviewed on July 4, 2025")


@st.composite
def flattened(draw: st.DrawFn) -> tuple[str, list[tuple[str, tuple[str, ...]]], int]:
    """A text of this kind, its headings with their paths, and the number of its items."""
    subject = draw(st.sampled_from(SUBJECTS))
    marker = draw(st.sampled_from(MARKERS))
    lines = [f"What to know about {subject}", draw(st.sampled_from(REVIEWED))]
    lines += draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=2))
    headings: list[tuple[str, tuple[str, ...]]] = []
    items = 0

    def body() -> None:
        nonlocal items
        for sentence in draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3)):
            # No real text says the same twice: a line that recurs is a sign of a menu.
            lines.append(f"{sentence[:-1]}, as {len(lines)} of a hundred people say.")
        if draw(st.booleans()):
            lines.append("These are the most frequent reasons:")
            lines.extend(marker.replace("1", str(n)) + item for n, item in enumerate(ITEMS, 1))
            items += len(ITEMS)

    for topic in draw(st.permutations([*TOPICS, CARE])):
        heading = topic.format(subject)
        headings.append((heading, (heading,)))
        lines.append(heading)
        body()
        if topic == CARE:
            for kind in draw(st.permutations(KINDS))[: draw(st.integers(2, len(KINDS)))]:
                headings.append((kind, (heading, kind)))
                lines.append(kind)
                body()
    return "\n".join(lines), headings, items


def outline(article: Article) -> list[tuple[str, tuple[str, ...]]]:
    return [(section.heading, section.path) for section in article.sections if section.heading]


def count_items(article: Article) -> int:
    return sum(len(block.items) for section in article.sections for block in section.blocks)


@settings(max_examples=60)
@given(flattened())
def test_headings_parents_and_lists_come_back_from_bare_lines(
    sample: tuple[str, list[tuple[str, tuple[str, ...]]], int],
) -> None:
    source, headings, items = sample
    article = text.read(source, source="note.txt")
    assert article.title == source.split("\n", 1)[0]
    assert article.reviewed == "2025-07-04"
    assert article.author is None
    assert article.url is None
    assert outline(article) == headings
    assert count_items(article) == items
    assert [line.line for line in article.dropped] == [2]


def blocks_of(*lines: str) -> tuple[Block, ...]:
    """The blocks that `lines` become between paragraphs, which are left out."""
    article = text.read("\n".join(["A note on walking", SENTENCES[0], *lines, *SENTENCES[3:]]), source="note.txt")
    assert len(article.sections) == 1, outline(article)
    return article.sections[0].blocks[1:-2]


def test_cells_that_stand_a_line_each_become_rows() -> None:
    cells = ("Aspirin", "Thins the blood; one tablet with a glass of water.", "Balm", "Rub it in twice a day.")
    (table,) = blocks_of(*(f"{cell} |" for cell in cells))
    assert (table.kind, table.header, table.rows) == ("table", (), (cells[:2], cells[2:]))


def test_rows_that_stand_a_line_each_keep_their_empty_cells() -> None:
    (table,) = blocks_of("Name | Dose | Note |", "--- | --- | --- |", "Aspirin | 1 | |", "Balm | | twice |")
    assert table.header == ("Name", "Dose", "Note")
    assert table.rows == (("Aspirin", "1", ""), ("Balm", "", "twice"))


def test_a_paragraph_between_the_items_of_one_list_belongs_to_the_item_before() -> None:
    first, second = SENTENCES[1], SENTENCES[2]
    (found,) = blocks_of("- Stretch.", first, "- Rest.", second, "- Walk.")
    assert found.items == (f"Stretch.\n{first}", f"Rest.\n{second}", "Walk.")


def test_a_paragraph_that_leads_in_to_a_list_parts_it_from_the_one_above() -> None:
    kinds = [block.kind for block in blocks_of("- Stretch.", "- Rest.", "Later you may add:", "- Walks.", "- Swims.")]
    assert kinds == ["list", "paragraph", "list"]


def test_a_numbered_list_goes_on_after_a_paragraph() -> None:
    (found,) = blocks_of("1. Stretch.", "2. Rest.", SENTENCES[1], "3. Walk.")
    assert found.ordered
    assert found.items == ("Stretch.", f"Rest.\n{SENTENCES[1]}", "Walk.")


@pytest.mark.parametrize(
    ("lines", "depths"),
    [
        (("- Rest in these ways:", "- sit down;", "- lie down.", "- Walk a little."), (0, 1, 1, 0)),
        (("- Rest", "  - sit down", "  - lie down", "- Walk"), (0, 1, 1, 0)),
        (("• Rest", "◦ sit down", "◦ lie down", "• Walk"), (0, 1, 1, 0)),
        (("- Rest", "- Sit down", "- Walk"), (0, 0, 0)),
    ],
)
def test_nested_items_have_their_depth(lines: tuple[str, ...], depths: tuple[int, ...]) -> None:
    (found,) = blocks_of(*lines)
    assert found.depths == depths


def test_menus_and_footers_are_left_out_and_listed() -> None:
    menu = ["Skip to content", "- Home", "- Shop", "- About us", "- Contact", "- Log in", "- Cart (0)", "Search"]
    body = ["How to rest a stiff neck", *SENTENCES[:3], "What helps at work", *SENTENCES[2:]]
    foot = ["Related posts", "Ten desks compared", "Share this", "Facebook", "Twitter", "Leave a comment", "Email *"]
    foot += ["Subscribe to our newsletter", "Privacy policy", "Terms of use", "© 2025 Neck Club. All rights reserved."]
    article = text.read("\n".join([*menu, *body, *foot]), source="note.txt")
    assert article.title == body[0]
    assert outline(article) == [("What helps at work", ("What helps at work",))]
    assert [line.text for line in article.dropped] == [line.removeprefix("- ") for line in [*menu, *foot]]


@pytest.mark.parametrize(
    ("source", "title", "kept"),
    [
        ("Reset the router\nHold the button.\nWait.\n", "Reset the router", "Hold the button.\n\nWait."),
        ("Call us on Monday", "Call us on Monday", "Call us on Monday"),
        (f"{SENTENCES[0]}\n{SENTENCES[1]}\n", "my-note", f"{SENTENCES[0]}\n\n{SENTENCES[1]}"),
        (f"Returns\n{SENTENCES[0]}\nContact us\nWrite to help@example.org.", "Returns", None),
    ],
)
def test_a_short_note_loses_nothing(source: str, title: str, kept: str | None) -> None:
    article = text.read(source, source="folder/my-note.txt")
    assert article.title == title
    assert article.dropped == ()
    assert kept is None or article.text == kept


def test_a_byline_and_a_bare_date_under_the_title_are_facts() -> None:
    article = text.read(f"A stiff neck\nBy Ann Lee\nMarch 3, 2024\n{SENTENCES[0]}\n{SENTENCES[1]}", source="n.txt")
    assert (article.author, article.published, article.reviewed) == ("Ann Lee", "2024-03-03", None)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        (
            "Bei Schmerzen im Nacken ist Wärme oft das Beste, und die meisten Menschen werden auch ohne Arzt gesund.",
            "de",
        ),
        ("При болях у шиї допомагає тепло, а також спокій, і це не має тривати довше, ніж кілька днів.", "uk"),
        ("Die Straße", "en"),
        (SENTENCES[0], "en"),
    ],
)
def test_the_language_is_english_unless_it_is_clearly_another(sentence: str, language: str) -> None:
    assert text.read(sentence, source="n.txt").language == language


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_or_without_a_mark(encoding: str) -> None:
    article = text.read("Größe\r\nÜber fünf Meter.".encode(encoding), source="n.txt")
    assert article.title == "Größe"
    assert article.warnings == ()


def test_bytes_that_do_not_decode_are_read_with_a_warning() -> None:
    article = text.read("Größe\nÜber fünf Meter.".encode("cp1252"), source="n.txt")
    assert article.title == "Größe"
    assert "Windows-1252" in article.warnings[0]


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(256)) * 9, "\x01\x02" * 9])
def test_a_source_without_text_is_refused_in_a_sentence(data: bytes | str) -> None:
    with pytest.raises(InputError, match=r"^[A-Z].*\.$"):
        text.read(data, source="n.txt")


def test_mutated_texts_are_read_or_refused() -> None:
    dice = random.Random(7)
    lines = ["A stiff neck", REVIEWED[0], *SENTENCES, "Who is at risk", "Reasons:", *("- " + item for item in ITEMS)]
    lines += ["Aspirin |", "One a day. |", "1. First", "2. Second", "By Ann Lee", "Drug treatment", SENTENCES[1]]
    base = "\n".join(lines)
    pieces = [
        "\n",
        "|",
        " | ",
        "- ",
        "1. ",
        ":",
        "?",
        "\t",
        "\x00",
        "\ud800",
        "𝔘",
        "٣.",
        "²",
        "(",
        "04.07.2025",
        "by A B",
    ]
    for _ in range(300):
        mutant = base
        for _ in range(dice.randint(1, 15)):
            at = dice.randrange(len(mutant) + 1)
            mutant = mutant[:at] + dice.choice(pieces) * dice.choice((1, 1, 30)) + mutant[at + dice.randint(0, 60) :]
        data = mutant.encode("utf-8", "surrogatepass") if dice.random() < 0.5 else mutant
        with contextlib.suppress(InputError):
            text.read(data, source="n.txt")


def test_the_source_article_keeps_its_structure_under_changes_of_its_surface() -> None:
    """Sections shuffled, headings and names replaced, other markers, another spelling of the review date."""
    folder = outside_data("seed")
    truth = json.loads((folder / "structure.json").read_text())
    lines = next(folder.glob("*.txt")).read_text().split("\n")
    headings = {heading["line"]: heading for heading in truth["headings"]}
    ends = dict(pairwise([*headings, len(lines) + 1]))
    other_words = {
        "causes": "Causes of back pain",
        "symptoms": "Signs of back pain",
        "treatment": "Treatment of back pain",
        "medicines": "Drugs for back pain",
        "surgery": "Operations",
        "prognosis": "Outlook",
    }
    for seed in range(12):
        dice = random.Random(seed)
        tops = [line for line, heading in headings.items() if heading["parent"] is None]
        dice.shuffle(tops)
        order: list[int] = list(range(1, min(headings)))
        for top in tops:
            under = [n for n, heading in headings.items() if heading["parent"] == top]
            dice.shuffle(under)
            order += [n for start in (top, *under) for n in range(start, ends[start])]
        marker = dice.choice(("-", "•", "*", "–", "1."))
        changed = dict(enumerate(lines, 1))
        changed[truth["metadata"]["last_reviewed_line"]] = dice.choice(REVIEWED)
        for line in truth["list_items"]:
            changed[line] = changed[line].replace("-", marker, 1)
        for table in truth["tables"]:
            for row in table["rows"]:
                changed[row["lines"][0]] = dice.choice(("Xanthor |", "Bevomil gel |", "Cordalin forte 5 |"))
        if seed % 2:
            for line, heading in headings.items():
                changed[line] = other_words.get(heading["topic"], changed[line])
        article = text.read("\n".join(changed[n] for n in order), source="n.txt")
        back = dict(enumerate(order, 1))
        by_line = {back[section.line]: section for section in article.sections if section.heading and section.line}
        assert set(by_line) == set(headings)
        for line, section in by_line.items():
            allowed = {headings[line]["parent"], headings[line].get("alt_parent", headings[line]["parent"])}
            assert (section.path[-2] if len(section.path) > 1 else None) in {n and changed[n] for n in allowed}
        left_out = {back[line.line] for line in article.dropped if line.line}
        assert left_out - set(truth["ignore"]) == set(truth["boilerplate"])
        assert count_items(article) == len(truth["list_items"])
        assert sum(len(b.rows) for s in article.sections for b in s.blocks) == len(truth["tables"][0]["rows"])
        assert (article.reviewed, article.author, article.url) == ("2025-07-04", None, None)
        assert re.sub(r"\s", "", article.title) == re.sub(r"\s", "", truth["metadata"]["title"])
