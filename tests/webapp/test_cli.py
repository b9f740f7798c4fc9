"""The command line, in real homes: through click's runner, and as the program people start."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from webapp.cli import main

REFUNDS = """---
title: Refunds
url: https://example.com/refunds
reviewed: 2026-03-15
labels: [money]
---

# Refunds

## By card

A refund to a card takes five working days.

## By cheque

Cheques are posted on Fridays.
"""
PARCELS = "# Parcels\n\nA parcel that is lost is sent again.\n\n## Customs\n\nCustoms duty is paid by the sender.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "refunds.md").write_text(REFUNDS)
    (folder / "parcels.md").write_text(PARCELS)
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def answer(*words: object, status: int = 0) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def lines(*words: object, status: int = 0) -> list[Any]:
    result = run(*words, "--json")
    assert result.exit_code == status, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def states(rows: list[Any]) -> list[str]:
    return [row["state"] for row in rows if "state" in row]


def hit_ids(*words: object) -> list[str]:
    return [hit["article_id"] for hit in answer("search", *words)["hits"]]


def one_line(result: Result) -> str:
    (line,) = result.stderr.splitlines()
    assert "Traceback" not in result.output
    return line


# ingest


def test_what_is_ingested_is_found(folder: Path) -> None:
    rows = lines("ingest", folder)
    assert states(rows) == ["new", "new"]
    assert rows[-1]["counts"]["new"] == 2
    (first, *_) = answer("search", "how long does a refund to my card take")["hits"]
    assert first["article_title"] == "Refunds"
    assert first["heading_path"][-1] == "By card"
    assert first["text"] == "A refund to a card takes five working days."
    assert (first["reviewed"], first["url"]) == ("2026-03-15", "https://example.com/refunds")


def test_a_second_ingest_changes_nothing_and_says_so(folder: Path) -> None:
    run("ingest", folder)
    before = answer("status")
    rows = lines("ingest", folder)
    assert states(rows) == ["unchanged", "unchanged"]
    after = answer("status")
    assert (after["library_change"], after["generation"]) == (before["library_change"], before["generation"])
    assert "2 unchanged" in run("ingest", folder).stdout


def test_a_changed_file_is_found_by_its_new_words_only(folder: Path) -> None:
    run("ingest", folder)
    (folder / "parcels.md").write_text(PARCELS.replace("Customs duty", "Tariffs"))
    assert sorted(states(lines("ingest", folder))) == ["changed", "unchanged"]
    assert hit_ids("tariffs") == ["parcels"]
    assert hit_ids("duty") == []


def test_a_moved_file_keeps_its_id(folder: Path) -> None:
    run("ingest", folder)
    (folder / "later").mkdir()
    (folder / "parcels.md").rename(folder / "later" / "post.md")
    assert sorted(states(lines("ingest", folder))) == ["moved", "unchanged"]
    assert hit_ids("customs") == ["parcels"]


def test_pruning_removes_what_is_gone_under_the_named_folder(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Opening hours\n\nWe open at nine.\n")
    run("ingest", folder, other)
    (folder / "parcels.md").unlink()
    other.unlink()
    assert "removed" not in states(lines("ingest", folder))
    assert states(lines("ingest", folder, "--prune")).count("removed") == 1
    assert hit_ids("customs") == []
    assert hit_ids("open at nine") == ["opening-hours"]


def test_input_that_cannot_be_used_is_named_and_the_rest_is_used(folder: Path) -> None:
    (folder / "empty.md").write_text("")
    (folder / "picture.txt").write_bytes(bytes(range(256)) * 20)
    rows = lines("ingest", folder, folder / "missing.md", status=1)
    skipped = {Path(row["source"]).name: row["reason"] for row in rows if row.get("state") == "skipped"}
    assert set(skipped) == {"empty.md", "picture.txt", "missing.md"}
    assert all(skipped.values())
    assert states(rows).count("new") == 2
    assert hit_ids("customs") == ["parcels"]


def test_skipped_input_is_one_line_on_stderr_each(tmp_path: Path) -> None:
    result = run("ingest", tmp_path / "missing.md")
    assert result.exit_code == 1
    assert "missing.md" in one_line(result)


def test_facts_entered_by_hand_stay(folder: Path) -> None:
    facts = ("--set", "url=https://example.com/p", "--set", "reviewed=2026-01-02", "--set", "labels=post,abroad")
    assert states(lines("ingest", folder / "parcels.md", *facts)) == ["new"]
    (folder / "parcels.md").write_text(PARCELS.replace("Customs duty", "Tariffs"))
    lines("ingest", folder / "parcels.md")
    (hit, *_) = answer("search", "tariffs")["hits"]
    assert (hit["url"], hit["reviewed"], hit["labels"]) == ("https://example.com/p", "2026-01-02", ["post", "abroad"])


@pytest.mark.parametrize("fact", ["colour=red", "reviewed=soon", "url"])
def test_a_fact_that_cannot_be_is_wrong_usage(folder: Path, fact: str) -> None:
    result = run("ingest", folder, "--set", fact)
    assert result.exit_code == 2
    assert one_line(result)


# articles


def test_a_removed_article_is_gone_and_stays_out_until_readmitted(folder: Path) -> None:
    run("ingest", folder)
    assert answer("articles", "remove", "parcels")["removed"] == ["parcels"]
    assert hit_ids("customs") == []
    lines("ingest", folder)
    assert hit_ids("customs") == []
    lines("ingest", folder, "--readmit")
    assert hit_ids("customs") == ["parcels"]


def test_removing_an_unknown_article_says_so_and_removes_the_rest(folder: Path) -> None:
    run("ingest", folder)
    result = run("articles", "remove", "nothing", "refunds")
    assert result.exit_code == 1
    assert "nothing" in one_line(result)
    assert [row["id"] for row in answer("articles")["articles"]] == ["parcels"]


def test_articles_are_listed(folder: Path) -> None:
    run("ingest", folder)
    rows = {row["id"]: row for row in answer("articles")["articles"]}
    assert rows["refunds"]["title"] == "Refunds"
    assert rows["refunds"]["passages"] == 2
    assert rows["refunds"]["review_state"] == "reviewed"
    assert rows["parcels"]["review_state"] == "unknown"
    assert "Refunds" in run("articles").stdout


def test_the_history_shows_what_has_changed_since_each_version(folder: Path) -> None:
    run("ingest", folder)
    assert run("articles", "history", "parcels").stdout == "This article has not changed since it came here.\n"
    (folder / "parcels.md").write_text(PARCELS.replace("sender", "receiver"))
    run("ingest", folder, "--set", "reviewed=2026-01-02")
    (step,) = answer("articles", "history", "parcels")["versions"]
    assert [line for line in step["changed_since"] if line["kind"] != "gap"] == [
        {"kind": "added", "text": "Reviewed: 2026-01-02"},
        {"kind": "removed", "text": "Customs duty is paid by the sender."},
        {"kind": "added", "text": "Customs duty is paid by the receiver."},
    ]
    lines = shown("articles", "history", "parcels")
    assert "    - Customs duty is paid by the sender." in lines
    assert "    + Customs duty is paid by the receiver." in lines
    run("articles", "remove", "parcels")
    removed = answer("articles", "history", "parcels")
    assert (removed["removed"], len(removed["versions"])) == (True, 2)


def test_an_article_that_never_was_has_no_history() -> None:
    result = run("articles", "history", "nothing")
    assert result.exit_code == 1
    assert "nothing" in one_line(result)


# parse


def test_parse_prints_an_article_a_line_and_stores_nothing(folder: Path, home: Path) -> None:
    (folder / "empty.md").write_text("")
    result = run("parse", "--json", folder)
    assert result.exit_code == 1
    parsed = {article["title"]: article for article in map(json.loads, result.stdout.splitlines())}
    assert set(parsed) == {"Refunds", "Parcels"}
    assert [section["heading"] for section in parsed["Parcels"]["sections"]][-1] == "Customs"
    assert "empty.md" in one_line(result)
    assert not home.exists()


def shown(*words: object) -> list[str]:
    result = run(*words)
    assert result.exit_code == 0
    return [line.rstrip() for line in result.stdout.splitlines()]


def test_parse_shows_a_tree(folder: Path) -> None:
    (folder / "refunds.md").write_text(
        REFUNDS + "\n### Abroad\n\n- slowly\n- with a form\n\n| a | b |\n| - | - |\n| 1 | 2 |\n"
    )
    (folder / "desk.toml").write_text('["refunds.md"]\nurl = "https://example.org/b"\n')
    tree = shown("parse", folder / "refunds.md")
    assert tree[0] == "Refunds"
    assert "reviewed  2026-03-15" in tree
    assert "url       https://example.org/b (entered by hand)" in tree
    assert any(line.endswith(" words, 3 headings, 2 paragraphs, 1 list, 1 table") for line in tree)
    start = tree.index("By card  level 2, line 10")
    assert tree[start + 1 : start + 7] == [
        "└── paragraph    9 words  A refund to a card takes five working days.",
        "By cheque  level 2, line 14",
        "├── paragraph    5 words  Cheques are posted on Fridays.",
        "└── Abroad  level 3, line 18",
        "    ├── list         2 items  slowly · with a form",
        "    └── table      1 row × 2  a | b · 1 | 2",
    ]


@pytest.mark.parametrize("width", [40, 120])
def test_the_tree_is_as_wide_as_the_terminal(folder: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "long.md").write_text(f"# Long\n\n{'Some words. ' * 100}\n")
    monkeypatch.setenv("COLUMNS", str(width))
    (preview,) = [line for line in shown("parse", folder / "long.md") if "Some words." in line]
    assert len(preview) == width
    assert preview.endswith("…")


def test_parse_tells_what_it_left_out_and_why(folder: Path) -> None:
    menu = "".join(f"<li><a href='/{n}'>Entry {n}</a>" for n in range(12))
    text = "A parcel that is lost is sent again, and nobody has to pay for it twice. " * 5
    page = f"<title>Parcels</title><body><nav><ul>{menu}</ul></nav><main><h1>Parcels</h1><p>{text}</main>"
    (folder / "page.html").write_text(page)
    tree = shown("parse", folder / "page.html")
    start = tree.index("Left out")
    assert tree[start + 1].endswith("outside of the article: 1 line")
    assert "Entry 0 Entry 1" in tree[start + 2]


# search


def test_search_prints_passages_with_what_people_need_to_know(folder: Path) -> None:
    run("ingest", folder)
    result = run("search", "customs", "duty")
    assert result.exit_code == 0
    shown = [line.strip() for line in result.stdout.splitlines()]
    assert shown[0] == "1 passage matches"
    assert "Customs duty is paid by the sender." in shown
    assert any(line.startswith("Review date unknown") for line in shown)


def test_nothing_found_is_no_error(folder: Path) -> None:
    run("ingest", folder)
    result = run("search", "xylophone")
    assert (result.exit_code, result.stdout) == (0, "No article answers this.\n")


def test_a_home_that_holds_nothing_finds_nothing(home: Path) -> None:
    assert answer("search", "anything")["nothing_found"]
    assert not home.exists()


def test_filters_restrict(folder: Path) -> None:
    run("ingest", folder)
    assert set(hit_ids("refund parcel customs", "--filter", "label=money")) == {"refunds"}


def test_an_explanation_adds_up_to_the_score(folder: Path) -> None:
    run("ingest", folder)
    for hit in answer("search", "refund to a card", "--explain")["hits"]:
        parts = hit["explanation"]["parts"]
        assert sum(part["score"] for part in parts) == pytest.approx(hit["score"], abs=1e-5)
    explained = run("search", "refund", "--explain").stdout
    assert "“refund” is in" in explained
    assert "score" in explained


def test_articles_cannot_steer_the_terminal(folder: Path) -> None:
    (folder / "evil.md").write_text(f"# Evil\n\nA zebra \x1b[2J\x9b2J appears. {'It stands and waits. ' * 50}\n")
    assert run("ingest", folder).exit_code == 0
    shown = run("search", "zebra").stdout
    assert "zebra" in shown
    assert not {"\x1b", "\x9b"} & set(shown)


@pytest.mark.parametrize(
    "words",
    [
        ["search", "x", "--filter", "colour=red"],
        ["search", "x", "--filter", "label"],
        ["search", "x", "--limit", "-1"],
        ["search", "x", "--limit", "many"],
        ["search", "x", "--page", "1000000000"],
        ["search", "x", "--mode", "psychic"],
        ["search", "x", "--colour"],
        ["search", "x" * 20_001],
        ["search"],
        ["fly"],
        ["evaluate", "no-such-folder"],
    ],
)
def test_wrong_usage_is_one_line_and_status_2(words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert one_line(result).startswith("answerdesk: ")


def test_a_setting_that_does_not_exist_is_wrong_usage(home: Path) -> None:
    home.mkdir()
    (home / "answerdesk.toml").write_text("colour = 'red'\n")
    result = run("search", "x")
    assert result.exit_code == 2
    assert "colour" in one_line(result)


# the home


def test_the_home_is_named_before_or_after_the_command(folder: Path, tmp_path: Path, home: Path) -> None:
    chosen = tmp_path / "chosen"
    assert run("--home", chosen, "ingest", folder).exit_code == 0
    assert run("search", "customs", "--home", chosen).stdout.startswith("1 passage")
    assert run("--home", chosen, "articles", "remove", "parcels").exit_code == 0
    assert run("articles", "--home", chosen, "remove", "refunds").exit_code == 0
    assert run("search", "customs", "--home", chosen).stdout == "No article answers this.\n"
    assert not home.exists()


def test_the_index_folder_holds_the_index_and_the_library_lies_beside(folder: Path, home: Path) -> None:
    run("ingest", folder)
    assert (home / "index").is_dir()
    assert [path.name for path in home.iterdir() if path.suffix in {".db", ".sqlite", ".sqlite3"}]


def test_a_home_that_cannot_be_a_folder_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    result = run("ingest", "--home", file / "home", file)
    assert result.exit_code == 3
    assert one_line(result)


def test_a_damaged_index_answers_and_status_tells_until_it_is_rebuilt(folder: Path, home: Path) -> None:
    run("ingest", folder)
    (home / "index" / "current.json").write_text("not json")
    assert hit_ids("customs") == ["parcels"]
    (problem,) = answer("status")["problems"]
    assert problem["code"] == "index_damaged"
    assert problem["message"] in run("status").stdout
    assert run("rebuild").exit_code == 0
    assert answer("status")["problems"] == []
    assert hit_ids("customs") == ["parcels"]


@pytest.fixture
def newer_home(folder: Path, home: Path) -> None:
    run("ingest", folder)
    pointer = home / "index" / "current.json"
    pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "format": 1_000_000}))


@pytest.mark.parametrize("newer", ["index", "library"])
def test_a_home_of_a_newer_version_is_refused_in_one_line(
    request: pytest.FixtureRequest, folder: Path, home: Path, tmp_path: Path, newer: str
) -> None:
    if newer == "index":
        request.getfixturevalue("newer_home")
    else:
        run("ingest", folder)
        with contextlib.closing(sqlite3.connect(home / "library.sqlite3")) as library:
            library.execute("UPDATE alembic_version SET version_num = 99")
            library.commit()
    (folder / "more.md").write_text("# More\n\nIt is not taken in.\n")
    for command in ("search customs", f"ingest {folder}", "status", "rebuild", "articles", f"backup {tmp_path}/file"):
        result = run(*command.split())
        assert (command, result.exit_code) == (command, 3)
        assert "newer" in one_line(result)


@pytest.mark.usefixtures("newer_home")
def test_debug_shows_where_an_error_came_from() -> None:
    result = run("search", "customs", "--debug")
    assert result.exit_code == 3
    assert "Traceback" in result.stderr


def test_status_tells_what_is_there(folder: Path) -> None:
    empty = answer("status")
    assert (empty["articles"], empty["passages"], empty["generation"], empty["problems"]) == (0, 0, None, [])
    run("ingest", folder)
    state = answer("status")
    assert (state["articles"], state["passages"]) == (2, 4)
    assert state["generation"]["change"] == state["library_change"]
    assert state["size_bytes"] > 0
    assert state["last_ingest"]["counts"]["new"] == 2
    assert "2" in run("status").stdout


def test_status_tells_what_the_last_ingest_did_and_why(folder: Path) -> None:
    (folder / "empty.md").write_text("")
    (folder / "desk.toml").write_text('["parcels.md"]\nsection_cautions = { "Lost" = "Ask first" }\n')
    run("ingest", folder, folder / "missing.md")
    status = shown("status")
    assert f"  {folder}: 2 new, 1 skipped" in status
    assert "  2 new, 2 skipped; 1 warning" in status
    assert f"  skipped {folder / 'empty.md'}: It is empty." in status
    assert any(line.startswith(f"  warning {folder / 'parcels.md'}: ") for line in status)


def test_rebuild_finds_the_same(folder: Path) -> None:
    run("ingest", folder)
    before = answer("search", "refund parcel")["hits"]
    assert "4 passages" in run("rebuild").stdout
    assert answer("search", "refund parcel")["hits"] == before


# evaluate


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "collection"
    (folder / "qrels").mkdir(parents=True)
    documents = [
        ("d1", "Bees", "Bees make honey."),
        ("d2", "Cows", "Cows give milk."),
        ("d3", "Hens", "Hens lay eggs."),
    ]
    write_rows(folder / "corpus.jsonl", [{"_id": key, "title": title, "text": text} for key, title, text in documents])
    queries = {"q1": "who makes honey", "q2": "milk", "q3": "xylophone", "q4": "nobody judged this"}
    write_rows(folder / "queries.jsonl", [{"_id": key, "text": text} for key, text in queries.items()])
    judged = ["query-id\tcorpus-id\tscore", "q1\td1\t2", "q2\td2\t1", "q3\td3\t1", "q4\td3\t0"]
    (folder / "qrels" / "test.tsv").write_text("\n".join(judged) + "\n")
    return folder


def write_rows(file: Path, rows: list[dict[str, str]]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_evaluate_measures_and_touches_no_home(collection: Path, tmp_path: Path, home: Path) -> None:
    ranking = tmp_path / "run.txt"
    summary = answer("evaluate", collection, "--run", ranking)
    assert (summary["collection"], summary["documents"], summary["queries"]) == ("collection", 3, 3)
    assert summary["measures"]["nDCG@10"] == pytest.approx(2 / 3)
    assert set(summary["measures"]) == {
        "nDCG@10",
        "nDCG(judged_only=True)@10",
        "RR@10",
        "P@1",
        "R@100",
        "Judged@10",
    }
    assert [line.split()[:4] for line in ranking.read_text().splitlines()][:1] == [["q1", "Q0", "d1", "1"]]
    assert not home.exists()
    assert "0.6667" in run("evaluate", collection).stdout


# as a program


def program(*words: object, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from webapp.cli import main; main()", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


@pytest.fixture
def served(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = program("serve", "--port", "0")
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        (address,) = [line.split()[-1] for line in [next(lines), next(lines)] if line.startswith("Answerdesk is at ")]
        yield process, address
    finally:
        process.kill()
        process.communicate()


def fetch(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=20) as response:
        return json.load(response)


def test_serve_on_an_empty_home_answers_from_the_samples(served: tuple[subprocess.Popen[str], str]) -> None:
    process, address = served
    found = fetch(f"{address}api/v1/search?q=leg+cramps+in+pregnancy")
    assert found["hits"][0]["article_id"] == "leg-cramps-in-pregnancy"
    assert all("not medically reviewed" in " ".join(hit["cautions"]) for hit in found["hits"])
    assert fetch(f"{address}api/v1/search?q=review+date&label=handbook")["hits"]
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert {json.loads(line)["event"] for line in errors.splitlines()} == {"request"}


def test_a_running_desk_finds_what_another_process_ingests(
    served: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    _, address = served
    assert run("ingest", folder).exit_code == 0
    found = fetch(f"{address}api/v1/search?q=customs+duty")
    assert [hit["article_id"] for hit in found["hits"]] == ["parcels"]
    assert fetch(f"{address}api/v1/search?q=leg+cramps+in+pregnancy")["nothing_found"]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_watched_folder_is_kept_in_step_until_it_is_stopped(folder: Path, home: Path, ending: signal.Signals) -> None:
    process = program("ingest", folder.parent, "--watch", "--prune", "--json")
    assert process.stdout is not None

    def rows() -> list[Any]:
        """Read what one batch tells; the home, which lies in the folder too, must not set one off."""
        found = []
        for line in iter(process.stdout.readline, "") if process.stdout else ():
            found.append(json.loads(line))
            if "counts" in found[-1]:
                break
        return found

    try:
        assert states(rows()) == ["new", "new"]
        (folder / "parcels.md").write_text(PARCELS.replace("Customs duty", "Tariffs"))
        assert states(rows()) == ["changed"]
        assert hit_ids("tariffs") == ["parcels"]
        (folder / "parcels.md").rename(folder / "post.md")
        assert states(rows()) == ["moved"]
        (folder / "post.md").unlink()
        assert states(rows()) == ["removed"]
        process.send_signal(ending)
        rest, errors = process.communicate(timeout=20)
        assert (process.returncode, rest, errors) == (0, "", "")
    finally:
        process.kill()
        process.communicate()


def test_watching_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    result = run("ingest", tmp_path / "no" / "where", "--watch")
    assert result.exit_code == 2
    assert "folder" in one_line(result)


def test_a_port_that_is_taken_is_an_outage() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = program("serve", "--port", taken.getsockname()[1])
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 3
    (line,) = errors.splitlines()
    assert "--port" in line


def test_a_search_starts_without_the_web_and_the_library(folder: Path) -> None:
    run("ingest", folder)
    code = (
        "import sys\nfrom webapp.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "search", "customs", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["total"] == 1
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "search" in loaded
    assert not loaded & {"flask", "werkzeug", "sqlalchemy", "ingest", "bs4", "rich", "waitress"}


def test_output_that_nobody_reads_to_its_end_is_no_error(folder: Path) -> None:
    run("ingest", folder)
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-c", "from webapp.cli import main; main()", "articles"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
