"""The articles that come with Answerdesk: samples that claim no review, and a handbook that can be trusted."""

from __future__ import annotations

import datetime
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import corpus
from tests.needs import outside_data

ARTICLES = Path(corpus.__file__).parent / "articles"
SAMPLES = sorted((ARTICLES / "samples").glob("*.md"))
HANDBOOK = sorted((ARTICLES / "handbook").glob("*.md"))
LEG_CRAMPS = ARTICLES / "samples" / "leg-cramps-in-pregnancy.md"

KEYS = set("title url author language published modified reviewed labels cautions section_cautions urgent".split())
UNREVIEWED = "Sample, not medically reviewed"
NEEDS_CAUTION = re.compile(r"\b(medicines?|supplements?|vitamins?|herb\w*|homeopath\w*|folk|remedies)\b", re.IGNORECASE)
TREATMENTS = 8

each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
each_handbook_article = pytest.mark.parametrize("path", HANDBOOK, ids=lambda path: path.stem)
each_article = pytest.mark.parametrize("path", SAMPLES + HANDBOOK, ids=lambda path: path.stem)


def facts_and_body(path: Path) -> tuple[dict[str, Any], str]:
    opening, front_matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert opening == ""
    return yaml.safe_load(front_matter), body


def headings(body: str) -> list[tuple[int, str]]:
    """Return (level, heading) in reading order, without what only looks like one inside code."""
    prose = re.sub(r"^```.*?^```$", "", body, flags=re.MULTILINE | re.DOTALL)
    return [(len(marks), heading) for marks, heading in re.findall(r"^(#+) (.+)$", prose, re.MULTILINE)]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def test_the_five_samples_and_the_handbook_are_there() -> None:
    assert [path.stem for path in SAMPLES] == [
        "calf-stretches",
        "calf-swelling",
        "leg-cramps-in-pregnancy",
        "magnesium",
        "restless-legs",
    ]
    assert [path.stem for path in HANDBOOK] == [
        "adding-articles",
        "documents",
        "evaluating",
        "finding-by-meaning",
        "how-it-works",
        "more-than-one-machine",
        "reading-a-review-date",
        "running-answerdesk",
        "searching",
        "web-pages",
    ]


def test_titles_are_unique() -> None:
    titles = [facts_and_body(path)[0]["title"] for path in SAMPLES + HANDBOOK]
    assert len(set(titles)) == len(titles)


@each_article
def test_front_matter_has_known_keys_and_the_facts_every_article_needs(path: Path) -> None:
    facts, _ = facts_and_body(path)
    assert set(facts) <= KEYS
    assert facts["title"]
    assert facts["language"] == "en"
    assert facts["author"] == "Answerdesk"
    assert facts["labels"]
    assert all(isinstance(label, str) for label in facts["labels"])


@each_article
def test_headings_are_unique_and_skip_no_level(path: Path) -> None:
    found = headings(facts_and_body(path)[1])
    names = [heading.lower() for _, heading in found]
    assert len(found) > 3
    assert len(set(names)) == len(names)
    assert found[0][0] == 2  # level 1 is the title, in the front matter
    for (above, _), (level, heading) in itertools.pairwise(found):
        assert 2 <= level <= above + 1, heading


@each_article
def test_every_section_has_something_to_find(path: Path) -> None:
    _, body = facts_and_body(path)
    for section in re.split(r"^#+ .+$", body, flags=re.MULTILINE):
        assert words(section)


@each_sample
def test_sample_says_that_nobody_reviewed_it(path: Path) -> None:
    facts, _ = facts_and_body(path)
    assert facts["cautions"] == [UNREVIEWED]
    assert "reviewed" not in facts
    assert "handbook" not in facts["labels"]


@each_sample
def test_sections_on_medicines_and_remedies_carry_a_caution(path: Path) -> None:
    facts, body = facts_and_body(path)
    names = {heading for _, heading in headings(body)}
    cautioned = facts["section_cautions"]
    assert set(cautioned) <= names, "a caution for a heading that is not there protects nobody"
    assert {name for name in names if NEEDS_CAUTION.search(name)} <= set(cautioned)
    for caution in cautioned.values():
        assert re.search(r"pharmacist|doctor", caution)


def test_leg_cramps_has_the_structure_of_a_full_medical_article() -> None:
    found = headings(facts_and_body(LEG_CRAMPS)[1])
    treatment = found.index((2, "Treatment"))
    assert [level for level, _ in found].count(2) == 11
    assert [level for level, _ in found[treatment + 1 : treatment + 1 + TREATMENTS]] == [3] * TREATMENTS
    assert len(found) == 11 + TREATMENTS


def test_leg_cramps_has_six_medicines_each_with_its_use_dose_and_side_effects() -> None:
    _, body = facts_and_body(LEG_CRAMPS)
    rows = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
    medicines = {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows[2:]}
    assert list(medicines) == [
        "Detralex",
        "Troxevasin, capsules",
        "Venoruton, capsules",
        "Heparin ointment",
        "Magnikum",
        "Calcium D3 Nycomed",
    ]
    assert all(len(cells) == 3 and all(cells) for cells in medicines.values())


@each_handbook_article
def test_handbook_article_is_labelled_and_reviewed(path: Path) -> None:
    facts, _ = facts_and_body(path)
    assert "handbook" in facts["labels"]
    assert isinstance(facts["reviewed"], datetime.date)
    assert UNREVIEWED not in facts.get("cautions", [])


@each_article
def test_no_nine_words_in_a_row_are_another_authors(path: Path) -> None:
    for source in sorted(outside_data("seed").glob("*.txt")):
        theirs = words(source.read_text(encoding="utf-8"))
        runs = {tuple(theirs[n : n + 9]) for n in range(len(theirs) - 8)}
        ours = words(path.read_text(encoding="utf-8"))
        assert not [ours[n : n + 9] for n in range(len(ours) - 8) if tuple(ours[n : n + 9]) in runs]
