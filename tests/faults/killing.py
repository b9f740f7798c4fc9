"""kill -9 at a random moment of everything that writes: what was acknowledged is found, and nothing is left over."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import search
from corpus import backup
from corpus.errors import InputError, OutageError
from corpus.library import Library
from tests.faults import desk
from tests.faults.desk import Damage

NUMBERS = range(60)  # of the articles that there can be
_AT_FIRST = 40
_TAKEN_IN = {"new", "changed", "unchanged", "moved"}
DOINGS = ("ingest", "fold", "remove", "rebuild", "backup", "restore")


class Killing:
    """A home, its sources and a backup of it; what they hold is told as versions by article, 0 for none."""

    def __init__(self, folder: Path, chance: random.Random, damage: Damage, library: str) -> None:
        self._home, self._docs, self._file = folder / "home", folder / "docs", folder / "desk.backup"
        self._chance, self._damage = chance, damage
        self._usual: dict[str, float] = {}  # seconds that a command takes
        self._docs.mkdir()
        self._url, self.doings = library, DOINGS
        if library:
            self.doings = DOINGS[:4]  # a backup is its server's
            self._home.mkdir()
            (self._home / "answerdesk.toml").write_text(f'library = "{library}"')
        self._version = 0
        self._sources: dict[int, int] = {}
        self._held = self._saved = dict.fromkeys(NUMBERS, 0)
        for number in NUMBERS[:_AT_FIRST]:
            self._write(number)
        self.do("ingest", whole=True)
        for doing in self.doings[3:]:
            self.do(doing, whole=True)

    def do(self, doing: str, whole: bool = False) -> bool:
        """Do one thing, kill it on the way unless `whole`, look at what is there; return whether it was killed."""
        may_hold = [self._held]
        if doing in ("ingest", "fold"):
            killed, told = self._ingest(10 if doing == "fold" else 2, whole)
            wanted = self._sources
        elif doing == "remove":
            killed, told = self._remove()
            wanted = dict.fromkeys(NUMBERS, 0)
        elif doing == "restore":
            _, killed = self._run(whole, "restore", self._file, "--force")
            told, wanted = set(), {}
            may_hold = [self._held, self._saved] if killed else [self._saved]
        else:
            _, killed = self._run(whole, doing, *([self._file] if doing == "backup" else []))
            told, wanted = set(), {}
        when = f"{doing}, {'killed' if killed else 'done'}, version {self._version}"
        if self._url:  # with a server for all, a search alone does not look at the Library: whoever follows it does
            with search.open_home(self._home) as searcher, Library.open(self._home, self._url) as library:
                search.catch_up(searcher, library)
        if desk.run(self._home, "search", "stamp").returncode:  # the next start
            self._damage.add("unreadable", f"{when}: a search failed")
        found = desk.versions(self._home, NUMBERS, self._damage, when)
        desk.look_around(self._home, self._damage, when)
        for left in self._home.parent.glob(".*"):
            self._damage.add("orphans", f"{when}: {left.name} beside the backup")
        if doing == "backup":
            self._check_backup(when)
        right = [
            held
            for held in may_hold
            if all(
                found.get(number) == wanted.get(number, held[number])
                if number in told
                else found.get(number) in (held[number], wanted.get(number, held[number]))
                for number in NUMBERS
            )
        ]
        if not right:
            wrong = {number: found.get(number) for number in NUMBERS if found.get(number) != may_hold[-1][number]}
            self._damage.add("lost", f"{when}: found {wrong} of {may_hold}, told of {sorted(told)}")
        self._held = {number: found.get(number, 0) for number in NUMBERS}
        return killed

    def _write(self, number: int) -> None:
        desk.write(self._docs, number, self._version)
        self._sources[number] = self._version

    def _ingest(self, most: int, whole: bool) -> tuple[bool, set[int]]:
        self._version += 1
        for number in self._chance.sample(NUMBERS, most) if not whole else list(self._sources):
            self._write(number)
        lines, killed = self._run(whole, "ingest", self._docs, "--json", "--readmit")
        rows = [row for line in lines if (row := json.loads(line)).get("state") in _TAKEN_IN]
        return killed, {
            int(row["article_id"].removeprefix("article-")) for row in rows if row["article_id"][:8] == "article-"
        }

    def _remove(self) -> tuple[bool, set[int]]:
        numbers = self._chance.sample(NUMBERS, 3)
        lines, killed = self._run(False, "articles", "remove", *map(desk.article_id, numbers))
        return killed, {number for number in numbers if f"removed {desk.article_id(number)}" in lines}

    def _check_backup(self, when: str) -> None:
        try:
            backup.check(self._file)
        except (InputError, OutageError) as error:
            self._damage.add("unreadable", f"{when}: {error}")
        if self._file.stat().st_mtime_ns != getattr(self, "_saved_at", 0):
            self._saved, self._saved_at = self._held, self._file.stat().st_mtime_ns

    def _run(self, whole: bool, *words: object) -> tuple[list[str], bool]:
        """Run a command and kill it at some moment of its usual time; return the lines it told and whether it died."""
        name = str(words[0])
        command = [*desk.COMMAND, "--home", str(self._home), *map(str, words)]
        started = time.monotonic()
        with (self._home.parent / "out").open("w+") as out, (self._home.parent / "errors").open("w+") as errors:
            process = subprocess.Popen(command, stdout=out, stderr=errors, start_new_session=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(None if whole else self._chance.uniform(0.25, 1.05) * self._usual.get(name, 1.0))
            killed = process.poll() is None
            process.kill()
            process.wait()
            if not killed:
                self._usual[name] = time.monotonic() - started
                if process.returncode not in (0, 1):
                    errors.seek(0)
                    self._damage.add("unreadable", f"{name} ended with {process.returncode}: {errors.read()[-300:]}")
            self._wait_for_children(process.pid)
            out.seek(0)
            return out.read().split("\n")[:-1], killed  # what has no line end was not told

    def _wait_for_children(self, group: int) -> None:
        for _ in range(100):
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            time.sleep(0.1)
        self._damage.add("orphans", "a process outlived the one that started it")
        os.killpg(group, signal.SIGKILL)


def kill(folder: Path, kills: int, chance: random.Random, damage: Damage, library: str = "") -> int:
    """Kill so often, in turn while doing each thing; return how often something was alive to be killed.

    `library` is the address of an empty database, where articles are not to be kept in the home.
    """
    killing = Killing(folder, chance, damage, library)
    killed = turn = 0
    while killed < kills and turn < 3 * kills + len(DOINGS):
        killed += killing.do(killing.doings[turn % len(killing.doings)])
        turn += 1
    return killed
