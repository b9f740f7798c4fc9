"""What all tests share: no test sees or touches the home and the settings of whoever runs it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import needs
from tests.servers.opensearch import OpenSearch
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import folder_of_its_own

# Whoever runs tests in the background may have them ignore Ctrl+C, and what they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Machines differ: a slow one is not a wrong one. The same examples each time: a red suite means that a change broke it.
settings.register_profile("answerdesk", deadline=None, derandomize=True)
settings.load_profile("answerdesk")

FOR_TESTS = {"ANSWERDESK_TEST_DATA", "ANSWERDESK_CI", "ANSWERDESK_AXE", "ANSWERDESK_OPENSEARCH"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, the default one of every command and program that the test starts."""
    for name in os.environ:
        if name.startswith("ANSWERDESK_") and name not in FOR_TESTS:
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("ANSWERDESK_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server; who stops it starts it again."""
    with folder_of_its_own() as folder:
        server = PostgreSQL(folder)
        yield server
        server.stop("immediate")


@pytest.fixture(scope="session")
def opensearch() -> Iterator[OpenSearch]:
    """One OpenSearch node; who kills it starts it again."""
    with folder_of_its_own() as folder:
        server = OpenSearch(folder)
        yield server
        server.stop()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a real embedding model."""
    return needs.model(tmp_path_factory.mktemp("model"))
