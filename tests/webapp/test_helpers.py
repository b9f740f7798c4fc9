"""Searches that processes of their own answer."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

import search
from corpus.library import Library
from tests.articles import small_library
from tests.needs import program
from tests.servers.desks import serving_by, within

# A desk whose own process cannot search: what it answers, a helper answered.
HELPLESS = """
import search, sys
if sys.argv[1] == "helpless":
    search.Searcher.search = None
from webapp.cli import main
main(sys.argv[2:])
"""


def serving(home: Path, kind: str) -> AbstractContextManager[tuple[subprocess.Popen[str], str]]:
    return serving_by(HELPLESS, kind, home, ANSWERDESK_PROCESSES="1")


def answered(address: str, data: bytes | None = None) -> str | None:
    try:
        with urllib.request.urlopen(address, data, timeout=30) as response:
            return str(response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return None


def helpers(process: subprocess.Popen[str]) -> list[int]:
    command = [program("ps"), "-ww", "-o", "pid=,args=", "--ppid", str(process.pid)]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return [int(line.split()[0]) for line in found if "spawn_main" in line]


@pytest.fixture
def filled(home: Path) -> Path:
    with Library.open(home) as library, search.open_home(home) as searcher:
        for one in small_library():
            library.put(one)
        search.catch_up(searcher, library)
    return home


def test_helpers_answer_and_are_replaced(filled: Path) -> None:
    with serving(filled, "helpless") as (process, address):
        asked = f"{address}search?q=magnesium"
        assert within(20, lambda: answered(asked) is not None)
        assert "magnesium" in (answered(f"{address}search", b"q=magnesium") or "")
        [helper] = helpers(process)
        os.kill(helper, signal.SIGKILL)
        assert answered(asked) is None
        assert within(20, lambda: answered(asked) is not None)
        assert helper not in helpers(process)


def test_what_a_helper_shows_can_be_sent(filled: Path) -> None:
    with serving(filled, "helpless") as (_, address):
        assert within(20, lambda: answered(f"{address}search?q=carburettor") is not None)
        token = re.search(r'name="token" value="([^"]+)"', answered(f"{address}search?q=carburettor") or "")
        assert token
        fields = {"token": token[1], "kind": "gap", "query": "carburettor"}
        assert answered(f"{address}api/v1/feedback", urllib.parse.urlencode(fields).encode())


def test_no_search_is_lost_with_a_helper(filled: Path) -> None:
    with serving(filled, "able") as (process, address):
        for _ in range(3):
            assert within(20, lambda: bool(helpers(process)))
            for helper in helpers(process):
                os.kill(helper, signal.SIGKILL)
            for _ in range(20):
                assert answered(f"{address}search?q=magnesium")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_helpers_end_with_the_desk(filled: Path, number: int) -> None:
    with serving(filled, "helpless") as (process, address):
        assert within(20, lambda: answered(f"{address}search?q=magnesium") is not None)
        left = helpers(process)
        for one in [process.pid, *left] if number == signal.SIGINT else [process.pid]:  # as a terminal does
            os.kill(one, number)
        process.wait(10)
        assert within(5, lambda: not any(Path(f"/proc/{one}").exists() for one in left))
        assert "Traceback" not in process.communicate()[1]
