"""A PostgreSQL server of our own: started in a folder, stopped, killed and started again."""

from __future__ import annotations

import itertools
import shutil
import signal
import subprocess
from pathlib import Path

from tests.needs import missing
from tests.servers.processes import as_nobody, free_ports, give_away

_numbers = itertools.count()


def _program(name: str) -> str:
    found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True), shutil.which(name)]
    if not found[0]:
        missing("needs PostgreSQL: apt-get install postgresql")
    return str(found[0])


class PostgreSQL:
    """One server on this machine; `database` makes an empty database and returns its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_ports(1)[0]
        self._data = folder / "data"
        self._run(_program("initdb"), "-D", self._data, "-A", "trust", "-U", "desk", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -h 127.0.0.1 -F"
        self._run(_program("pg_ctl"), "-D", self._data, "-o", options, "-l", self._folder / "log", "-w", "start")

    def stop(self, how: str = "fast") -> None:
        """Stop; `immediate` is how a crash ends it."""
        self._run(_program("pg_ctl"), "-D", self._data, "-m", how, "-w", "stop")

    def pause(self) -> None:
        """Make the server fall silent, as behind a network that swallows everything."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def database(self) -> str:
        name = f"desk{next(_numbers)}"
        where = ("-h", "127.0.0.1", "-p", self._port, "-U", "desk")
        self._run(_program("createdb"), *where, "-T", "template0", name)
        return f"postgresql://desk@127.0.0.1:{self._port}/{name}"

    def _signal(self, number: int) -> None:
        pid = (self._data / "postmaster.pid").read_text().split()[0]
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", pid], capture_output=True, text=True, check=True)
        subprocess.run(["kill", f"-{number}", pid, *children.stdout.split()], check=False)

    def _run(self, *command: object) -> None:
        give_away(self._folder)
        done = subprocess.run(
            list(map(str, command)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            check=False,
            text=True,
            timeout=120,
            **as_nobody(),
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr}")
