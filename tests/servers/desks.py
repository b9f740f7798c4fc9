"""Desks that run beside a test, and what programs ask of them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.browser.desk import COMMAND


@contextlib.contextmanager
def serving(home: Path) -> Iterator[str]:
    command = [*COMMAND, "--home", str(home), "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield next(line.split()[-1] for line in process.stdout if "http" in line)
        finally:
            process.terminate()


@contextlib.contextmanager
def serving_by(
    program: str, argument: str, home: Path, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve` by a program that takes an argument before those of the command; yield its process and address."""
    command = [sys.executable, "-c", program, argument, "--home", str(home), "serve", "--port", "0"]
    whole = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=whole)
    try:
        assert process.stdout is not None
        yield process, next(word for line in process.stdout for word in line.split() if word.startswith("http"))
    finally:
        process.kill()
        process.communicate()


def fetch(address: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(address, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.1)
    return False
