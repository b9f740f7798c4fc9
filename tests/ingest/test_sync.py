"""Files and the Library, kept in step."""

import importlib.resources
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError
from corpus.library import Library
from ingest import facts as facts_of
from ingest.report import STATES
from ingest.sync import ingest_handbook, ingest_samples, sync

REFUNDS = "---\ntitle: Refunds\nlabels: [money]\n---\n\nA refund takes five working days.\n"
WARNING = "The section 'Lost' is named in a desk.toml, and is not there."
PARCELS = "# Parcels\n\nA lost parcel is sent again.\n"


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "refunds.md").write_text(REFUNDS)
    (folder / "parcels.md").write_text(PARCELS)
    return folder


class Outcome:
    """What one ingest told, row by row, and reported."""

    def __init__(self, library: Library, *arguments: Path, **options: Any) -> None:
        self.rows: list[dict[str, Any]] = []
        self.report = sync(library, [str(path) for path in arguments], tell=self.rows.append, **options)

    @property
    def states(self) -> dict[str, str]:
        return {Path(row["source"]).name: row["state"] for row in self.rows}


def ids(library: Library) -> list[str]:
    return [summary.id for summary in library.list()]


def entered(**facts: str) -> Any:
    return facts_of.read(facts.items())


def test_new_then_unchanged_then_changed(library: Library, folder: Path) -> None:
    first = Outcome(library, folder)
    assert first.states == {"parcels.md": "new", "refunds.md": "new"}
    assert first.rows[0] == {
        "source": str(folder / "parcels.md"),
        "state": "new",
        "article_id": "parcels",
        "reason": None,
        "warnings": [],
    }
    assert Outcome(library, folder).states == {"parcels.md": "unchanged", "refunds.md": "unchanged"}
    assert library.change == 2
    (folder / "refunds.md").write_text(REFUNDS.replace("five", "six"))
    third = Outcome(library, folder)
    assert third.states == {"parcels.md": "unchanged", "refunds.md": "changed"}
    assert third.report.counts == {"new": 0, "changed": 1, "unchanged": 1, "moved": 0, "removed": 0, "skipped": 0}
    changed = library.get("refunds")
    assert changed is not None
    assert "six" in changed.text
    assert [version.article.text.count("five") for version in library.versions("refunds")] == [1]


def test_a_row_is_told_once_it_is_durable(home: Path, folder: Path) -> None:
    found: list[bool] = []

    def tell(row: dict[str, Any]) -> None:
        with Library.open(home) as other:
            found.append(other.get(row["article_id"]) is not None)

    with Library.open(home) as library:
        sync(library, [str(folder)], tell=tell)
    assert found == [True, True]


def test_a_moved_file_keeps_its_id_and_facts(library: Library, folder: Path) -> None:
    Outcome(library, folder / "parcels.md", facts=entered(url="https://example.org/p"))
    (folder / "post").mkdir()
    (folder / "parcels.md").rename(folder / "post" / "letters.md")
    assert Outcome(library, folder).states == {"letters.md": "moved", "refunds.md": "new"}
    assert ids(library) == ["parcels", "refunds"]
    moved = library.get("parcels")
    assert moved is not None
    assert (moved.source, moved.url) == (str(folder / "post" / "letters.md"), "https://example.org/p")
    assert set(Outcome(library, folder).states.values()) == {"unchanged"}


def test_a_moved_copy_keeps_its_own_id(library: Library, folder: Path) -> None:
    (folder / "refunds.md").write_text(PARCELS)
    Outcome(library, folder)
    first, second = (known.article_id for known in library.all_known())
    (folder / "parcels.md").unlink()
    Outcome(library, folder, prune=True)
    assert ids(library) == [second]
    (folder / "refunds.md").rename(folder / "money.md")
    assert Outcome(library, folder).states == {"money.md": "moved"}
    assert ids(library) == [second]
    (folder / "parcels.md").write_text(PARCELS)
    Outcome(library, folder)
    assert ids(library) == [first, second]


def test_a_copy_is_an_article_of_its_own(library: Library, folder: Path) -> None:
    Outcome(library, folder)
    (folder / "copy.md").write_text(PARCELS)
    assert Outcome(library, folder).states["copy.md"] == "new"
    assert library.count() == 3


def test_a_pruned_article_that_turns_up_elsewhere_has_its_id_again(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    Outcome(library, folder)
    (folder / "parcels.md").rename(tmp_path / "later.md")
    assert Outcome(library, folder, prune=True).states["parcels.md"] == "removed"
    assert Outcome(library, tmp_path / "later.md").states == {"later.md": "new"}
    assert ids(library) == ["parcels", "refunds"]


def test_without_prune_nothing_is_removed(library: Library, folder: Path) -> None:
    Outcome(library, folder)
    (folder / "parcels.md").unlink()
    assert Outcome(library, folder).states == {"refunds.md": "unchanged"}
    assert library.count() == 2


def test_prune_removes_only_what_lay_under_the_argument(library: Library, folder: Path, tmp_path: Path) -> None:
    beside = tmp_path / "kb-old"
    beside.mkdir()
    (beside / "hours.md").write_text("# Opening hours\n\nFrom nine to five.\n")
    Outcome(library, folder, beside)
    (beside / "hours.md").unlink()
    (folder / "parcels.md").unlink()
    pruned = Outcome(library, folder, prune=True)
    assert pruned.states == {"parcels.md": "removed", "refunds.md": "unchanged"}
    assert not pruned.report.failed
    assert ids(library) == ["opening-hours", "refunds"]


def test_prune_refuses_more_than_half_without_yes(library: Library, folder: Path) -> None:
    Outcome(library, folder)
    for name in ("refunds.md", "parcels.md"):
        (folder / name).unlink()
    (folder / "a.md").write_text("# One\n\nNew words.\n")
    (folder / "b.md").write_text("# Two\n\nOther words.\n")
    refused = Outcome(library, folder, prune=True)
    assert refused.report.failed
    assert "2 of its 2 articles" in refused.rows[-1]["reason"]
    assert ids(library) == ["one", "parcels", "refunds", "two"]
    assert Outcome(library, folder, prune=True, yes=True).report.counts["removed"] == 2
    assert ids(library) == ["one", "two"]


def test_prune_of_a_folder_that_went_away_refuses(library: Library, folder: Path, tmp_path: Path) -> None:
    Outcome(library, folder)
    folder.rename(tmp_path / "unplugged")
    assert Outcome(library, folder, prune=True).report.counts["removed"] == 0
    assert library.count() == 2


def test_a_file_that_cannot_be_read_any_more_is_not_gone(library: Library, folder: Path) -> None:
    Outcome(library, folder)
    (folder / "parcels.md").write_bytes(b"")
    outcome = Outcome(library, folder, prune=True)
    assert outcome.states == {"parcels.md": "skipped", "refunds.md": "unchanged"}
    assert outcome.rows[0]["article_id"] == "parcels"
    assert library.count() == 2


def test_a_file_that_only_its_own_name_finds_is_not_gone(library: Library, folder: Path) -> None:
    (folder / "NOTES").write_text("Call before noon. Somebody is always there then.\n")
    Outcome(library, folder, folder / "NOTES")
    assert "removed" not in Outcome(library, folder, prune=True).states.values()
    assert library.count() == 3


def test_what_cannot_be_used_is_named_and_the_rest_is_taken_in(library: Library, folder: Path) -> None:
    (folder / "empty.md").write_bytes(b"")
    outcome = Outcome(library, folder, folder / "missing.md")
    assert outcome.report.failed
    assert outcome.states == {"empty.md": "skipped", "parcels.md": "new", "refunds.md": "new", "missing.md": "skipped"}
    assert all(row["reason"] for row in outcome.rows if row["state"] == "skipped")


def test_what_was_removed_by_hand_stays_out(library: Library, folder: Path) -> None:
    Outcome(library, folder)
    library.remove(["parcels"], keep_out=True)
    again = Outcome(library, folder)
    assert again.states == {"parcels.md": "skipped", "refunds.md": "unchanged"}
    assert "--readmit" in again.rows[0]["reason"]
    assert not again.report.failed
    (folder / "parcels.md").write_text(PARCELS + "\nEdited.\n")
    assert Outcome(library, folder).states["parcels.md"] == "skipped"
    assert Outcome(library, folder, readmit=True).states["parcels.md"] == "new"
    assert ids(library) == ["parcels", "refunds"]
    assert Outcome(library, folder).states["parcels.md"] == "unchanged"


def test_what_was_removed_by_hand_does_not_come_back_by_moving(library: Library, folder: Path) -> None:
    Outcome(library, folder)
    library.remove(["parcels"], keep_out=True)
    (folder / "parcels.md").rename(folder / "elsewhere.md")
    assert Outcome(library, folder).states["elsewhere.md"] == "skipped"
    assert ids(library) == ["refunds"]


def test_facts_entered_by_hand_are_kept_and_named(library: Library, folder: Path) -> None:
    given = entered(url="https://example.org/r", reviewed="2026-01-02", labels="post, abroad", title="All refunds")
    assert Outcome(library, folder / "refunds.md", facts=given).rows[0]["article_id"] == "all-refunds"
    (folder / "refunds.md").write_text(REFUNDS.replace("five", "six"))
    Outcome(library, folder / "refunds.md")
    article = library.get("all-refunds")
    assert article is not None
    assert (article.url, article.reviewed, article.labels, article.title) == (
        "https://example.org/r",
        "2026-01-02",
        ("post", "abroad"),
        "All refunds",
    )
    assert article.by_hand == ("url", "title", "reviewed", "labels")
    assert "six" in article.text


def test_facts_for_an_unchanged_file_change_its_article(library: Library, folder: Path) -> None:
    Outcome(library, folder)
    assert Outcome(library, folder, facts=entered(author="A. Writer")).report.counts["changed"] == 2
    assert Outcome(library, folder, facts=entered(author="A. Writer")).report.counts["unchanged"] == 2
    assert Outcome(library, folder).report.counts["unchanged"] == 2
    Outcome(library, folder, facts=entered(language="de"))
    article = library.get("refunds")
    assert article is not None
    assert (article.author, article.language) == ("A. Writer", "de")


def test_an_empty_fact_takes_back_what_was_entered(library: Library, folder: Path) -> None:
    Outcome(library, folder, facts=entered(labels="x"))
    Outcome(library, folder, facts=entered(labels=""))
    article = library.get("refunds")
    assert article is not None
    assert (article.labels, article.by_hand) == (("money",), ())


DESK = """
["*"]
labels = ["help"]
language = "de"

["post/*.md"]
url = "https://example.org/post"
reviewed = 2026-01-02
cautions = "Within the Union only"

["parcels.md"]
labels = ["post"]
section_cautions = { "LOST PARCELS" = "Ask first" }
urgent = ["Lost Parcels"]
"""


@pytest.fixture
def desk(folder: Path) -> Path:
    (folder / "post").mkdir()
    (folder / "parcels.md").unlink()
    (folder / "post" / "parcels.md").write_text("# Parcels\n\n## Lost parcels\n\nA lost parcel is sent again.\n")
    (folder / "desk.toml").write_text(DESK)
    return folder / "desk.toml"


def test_a_desk_file_tells_what_sources_have_lost(library: Library, folder: Path, desk: Path) -> None:
    Outcome(library, folder)
    refunds, parcels = library.get("refunds"), library.get("parcels")
    assert refunds is not None
    assert parcels is not None
    assert (refunds.labels, refunds.language, refunds.url, refunds.cautions) == (("help",), "de", None, ())
    assert refunds.by_hand == ("labels", "language")
    assert (parcels.labels, parcels.url, parcels.reviewed) == (("post",), "https://example.org/post", "2026-01-02")
    assert parcels.cautions == ("Within the Union only",)
    assert [(one.cautions, one.urgent) for one in parcels.sections if one.heading] == [(("Ask first",), True)]
    assert set(parcels.by_hand) == {"url", "reviewed", "labels", "language", "cautions", "section_cautions", "urgent"}


def test_a_desk_file_survives_ingest_and_its_edits_count(library: Library, folder: Path, desk: Path) -> None:
    Outcome(library, folder)
    assert set(Outcome(library, folder).states.values()) == {"unchanged"}
    desk.write_text(DESK.replace("example.org/post", "example.org/parcels"))
    assert Outcome(library, folder / "post").states == {"parcels.md": "changed"}
    parcels = library.get("parcels")
    assert parcels is not None
    assert parcels.url == "https://example.org/parcels"
    desk.unlink()
    Outcome(library, folder)
    parcels = library.get("parcels")
    assert parcels is not None
    assert (parcels.url, parcels.by_hand) == (None, ())


def test_what_was_set_goes_before_a_desk_file(library: Library, folder: Path, desk: Path) -> None:
    Outcome(library, folder, facts=entered(labels="mine"))
    Outcome(library, folder)
    parcels = library.get("parcels")
    assert parcels is not None
    assert (parcels.labels, parcels.url) == (("mine",), "https://example.org/post")


def test_a_nearer_desk_file_goes_before_one_above(library: Library, folder: Path, desk: Path) -> None:
    (folder / "post" / "desk.toml").write_text('["*.md"]\nlanguage = "fr"\ncautions = ["By post"]\n')
    Outcome(library, folder)
    parcels = library.get("parcels")
    assert parcels is not None
    assert (parcels.language, parcels.cautions) == ("fr", ("Within the Union only", "By post"))


def test_a_caution_for_a_section_that_is_gone_is_a_warning(library: Library, folder: Path, desk: Path) -> None:
    (folder / "post" / "parcels.md").write_text(PARCELS)
    rows = {Path(row["source"]).name: row["warnings"] for row in Outcome(library, folder).rows}
    assert "LOST PARCELS" in rows["parcels.md"][0]
    assert rows["refunds.md"] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("labels = ", "not valid TOML"),
        ('labels = ["x"]', "file pattern"),
        ('["*.md"]\ncolour = "red"', "colour"),
        ('["*.md"]\nreviewed = "soon"', "reviewed"),
        ('["*.md"]\ntitle = 3', "title"),
        ('["*.md"]\nsection_cautions = "x"', "section_cautions"),
    ],
)
def test_a_desk_file_that_is_wrong_changes_no_article(library: Library, folder: Path, text: str, words: str) -> None:
    Outcome(library, folder)
    (folder / "desk.toml").write_text(text)
    outcome = Outcome(library, folder)
    assert set(outcome.states.values()) == {"skipped"}
    assert all("desk.toml" in row["reason"] and words in row["reason"] for row in outcome.rows)
    assert library.change == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colour", "red"),
        ("reviewed", "soon"),
        ("reviewed", "2026-02-30"),
        ("url", "javascript:alert(1)"),
        ("url", "example.org"),
        ("language", "English!"),
    ],
)
def test_a_fact_that_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(InputError, match=name):
        facts_of.read([(name, value)])


def test_samples_make_way_for_articles_of_ones_own(library: Library, folder: Path) -> None:
    ingest_samples(library)
    samples = [summary for summary in library.list() if summary.source == "samples"]
    handbook = {summary.id for summary in library.list() if summary.source == "handbook"}
    assert len(samples) == 5
    assert handbook
    article = library.get(samples[0].id)
    assert article is not None
    assert "Sample, not medically reviewed" in article.cautions
    assert article.reviewed is None
    outcome = Outcome(library, folder)
    assert [row["state"] for row in outcome.rows] == ["new"] * 2 + ["removed"] * 5
    assert "--keep-samples" in outcome.rows[-1]["reason"]
    assert set(ids(library)) == handbook | {"parcels", "refunds"}


def test_samples_stay_when_asked_or_when_nothing_came(library: Library, folder: Path) -> None:
    ingest_samples(library)
    before = library.count()
    Outcome(library, folder / "missing.md")
    assert library.count() == before
    Outcome(library, folder, keep_samples=True)
    assert library.count() == before + 2


def test_a_copy_of_a_sample_is_an_article_of_its_own(library: Library, folder: Path) -> None:
    ingest_samples(library)
    before = ids(library)
    sample = importlib.resources.files("corpus") / "articles" / "samples" / "magnesium.md"
    (folder / "magnesium.md").write_bytes(sample.read_bytes())
    assert Outcome(library, folder / "magnesium.md", keep_samples=True).states == {"magnesium.md": "new"}
    assert set(ids(library)) > set(before)


def test_samples_and_handbook_come_once(library: Library) -> None:
    ingest_samples(library)
    change = library.change
    assert ingest_samples(library).counts["unchanged"] == library.count()
    assert ingest_handbook(library).counts["new"] == 0
    assert library.change == change
    handbook = [summary for summary in library.list() if summary.source == "handbook"]
    assert all(summary.labels == ("handbook",) and summary.reviewed for summary in handbook)


def test_the_report_is_kept(home: Path, library: Library, folder: Path) -> None:
    (folder / "empty.md").write_bytes(b"")
    (folder / "desk.toml").write_text('["parcels.md"]\nsection_cautions = { "Lost" = "Ask first" }\n')
    Outcome(library, folder)
    with Library.open(home) as again:
        report = again.last_report()
    assert report is not None
    assert json.loads(json.dumps(report)) == report
    assert report["counts"]["new"] == 2
    (of_folder,) = report["sources"]
    assert of_folder["source"] == str(folder)
    assert of_folder["counts"] == {**dict.fromkeys(STATES, 0), "new": 2, "skipped": 1}
    assert report["skipped"] == [{"source": str(folder / "empty.md"), "reason": "It is empty."}]
    assert report["warnings"] == [{"source": str(folder / "parcels.md"), "warning": WARNING}]
    assert (report["warning_count"], report["interrupted"]) == (1, False)


def test_the_report_of_an_interrupted_ingest_is_kept(library: Library, folder: Path) -> None:
    def interrupt(row: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(library, [str(folder)], tell=interrupt)
    report = library.last_report()
    assert report is not None
    assert (report["interrupted"], report["counts"]["new"]) == (True, 1)
    assert library.count() == 1


def test_progress_is_told_how_many_there_are(library: Library, folder: Path) -> None:
    totals: list[int] = []

    def track(readings: Any, total: int) -> Any:
        totals.append(total)
        return readings

    Outcome(library, folder, track=track)
    assert totals == [2]
