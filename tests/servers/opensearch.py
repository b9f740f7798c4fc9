"""OpenSearch nodes of our own, from Maven Central: started in a folder, killed, paused and started again."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from tests.needs import missing, program
from tests.servers.processes import as_nobody, ends_with_us, free_ports, give_away

_POM = Path(__file__).with_name("pom.xml")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
# The minimal distribution brings no analysis and no scripts: a module is a folder with its jars and what it is.
_MODULES = {
    "analysis-common": ("org.opensearch.analysis.common.CommonAnalysisModulePlugin", ("analysis-common",)),
    "lang-painless": (
        "org.opensearch.painless.PainlessModulePlugin",
        ("lang-painless", "antlr4-runtime", "asm", "opensearch-scripting-painless-spi"),
    ),
}
_SETTINGS = """\
cluster.name: answerdesk-test
node.name: node-{number}
path.data: {folder}/data
path.logs: {folder}/logs
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
discovery.seed_hosts: {seeds}
{start}
cluster.routing.allocation.disk.threshold_enabled: false
"""
_JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC"  # quick to start
_START_WITHIN = 300  # seconds
_names = itertools.count()


class OpenSearch:
    """Nodes of one cluster on this machine; `index` gives the setting of an engine with an index of its own there.

    `home` is where another cluster's programs were laid out, `settings` are lines for each node's own.
    """

    def __init__(
        self, folder: Path, nodes: int = 1, heap: str = "512m", home: Path | None = None, settings: str = ""
    ) -> None:
        self._heap = heap
        self._java_home = _java_home()
        self.home = home or _unpacked(folder)
        ports = free_ports(2 * nodes)
        self.addresses = [f"127.0.0.1:{port}" for port in ports[:nodes]]
        self._nodes = [folder / f"node-{number}" for number in range(nodes)]
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        seeds = json.dumps([f"127.0.0.1:{port}" for port in ports[nodes:]])
        start = "discovery.type: single-node"
        if nodes > 1:
            start = f"cluster.initial_cluster_manager_nodes: {json.dumps([f'node-{n}' for n in range(nodes)])}"
        for number, node in enumerate(self._nodes):
            shutil.copytree(self.home / "config", node / "config")
            facts = {"number": number, "folder": node, "http": ports[number], "transport": ports[nodes + number]}
            (node / "config" / "opensearch.yml").write_text(
                _SETTINGS.format(seeds=seeds, start=start, **facts) + settings
            )
            options = node / "config" / "jvm.options"  # its logs would go where the node happens to be started
            kept = [line for line in options.read_text().splitlines() if "logs/" not in line and "Dump" not in line]
            options.write_text("\n".join(kept))
        give_away(folder)
        for number in range(nodes):
            self.start(number)
        self.wait_for(nodes)

    def index(self, name: str = "") -> str:
        return f"opensearch+http://{','.join(self.addresses)}/{name or f'desk{next(_names)}'}"

    def start(self, number: int) -> None:
        node = self._nodes[number]
        with (node / "out.log").open("ab") as log:
            self._running[number] = subprocess.Popen(
                [str(self.home / "bin" / "opensearch")],
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(node),
                    "OPENSEARCH_JAVA_HOME": self._java_home,
                    "OPENSEARCH_PATH_CONF": str(node / "config"),
                    "OPENSEARCH_JAVA_OPTS": f"-Xms{self._heap} -Xmx{self._heap} {_JAVA_OPTIONS}",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=node,
                preexec_fn=ends_with_us,
                **as_nobody(),
            )

    def wait_for(self, nodes: int, status: str = "yellow") -> None:
        """Wait until so many nodes form a cluster of this status, and each answers."""
        end = time.monotonic() + _START_WITHIN
        while time.monotonic() < end:
            for number, process in self._running.items():
                if process.poll() is not None:
                    raise RuntimeError(f"OpenSearch ended:\n{self._log(number)}")
                try:
                    health = self.ask("GET", f"/_cluster/health?wait_for_nodes={nodes}&timeout=2s", number=number)
                except OSError:
                    break
                if health["number_of_nodes"] != nodes or health["status"] not in (status, "green"):
                    break
            else:
                return
            time.sleep(0.2)
        raise RuntimeError(f"OpenSearch did not come up:\n{self._log(0)}")

    def ask(self, method: str, path: str, body: Any = None, number: int = 0) -> Any:
        """Ask a node as any program could."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{self.addresses[number]}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def kill(self, number: int = 0) -> None:
        """End a node as kill -9 does."""
        process = self._running.pop(number)
        process.kill()
        process.wait()

    def pause(self, number: int = 0) -> None:
        """Make a node fall silent, as behind a network that swallows everything."""
        self._running[number].send_signal(signal.SIGSTOP)

    def resume(self, number: int = 0) -> None:
        self._running[number].send_signal(signal.SIGCONT)

    def stop(self) -> None:
        for number in [*self._running]:
            self.kill(number)

    def _log(self, number: int) -> str:
        return (self._nodes[number] / "out.log").read_text(errors="replace")[-3000:]


def _unpacked(folder: Path) -> Path:
    """Lay out the distribution and its modules in a folder, and return its home."""
    if not {"ANSWERDESK_CI", "ANSWERDESK_OPENSEARCH"} & os.environ.keys():
        missing("brings OpenSearch, 190 MB the first time, and takes minutes: set ANSWERDESK_OPENSEARCH to run it")
    jars = folder / "jars"
    command = [program("mvn"), "-q", "-B", "-f", str(_POM), _COPY, f"-DoutputDirectory={jars}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        missing(f"needs OpenSearch from Maven Central: {done.stdout[-500:]}")
    archive, plugin = sorted(jars.glob("opensearch-*.zip"))
    version = archive.stem.removeprefix("opensearch-")
    home = folder / archive.stem
    for packed, there in ((archive, folder), (plugin, home / "plugins" / "opensearch-knn")):
        with zipfile.ZipFile(packed) as opened:
            opened.extractall(there)
    for file in (home / "bin").iterdir():
        file.chmod(0o755)
    for name, (class_name, wanted) in _MODULES.items():
        module = home / "modules" / name
        module.mkdir()
        for jar in jars.glob("*.jar"):
            if re.sub(r"-[0-9].*", "", jar.name) in wanted or (jar.name.startswith("asm-") and "asm" in wanted):
                jar.rename(module / jar.name)
        facts = {
            "description": name,
            "version": version,
            "name": name,
            "classname": class_name,
            "java.version": "21",
            "opensearch.version": version,
            "custom.foldername": "",
            "extended.plugins": "",
            "has.native.controller": "false",
        }
        lines = (f"{key}={value}\n" for key, value in facts.items())
        (module / "plugin-descriptor.properties").write_text("".join(lines))
    shutil.rmtree(jars)
    return home


def _java_home() -> str:
    """Return the home of the newest Java; OpenSearch 3 needs 21."""
    named = [os.environ[name] for name in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME") if name in os.environ]
    versions: dict[int, str] = {}
    for home in [*named, *map(str, Path("/usr/lib/jvm").glob("*"))]:
        release = Path(home, "release")
        found = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.is_file() else None
        if found:
            versions.setdefault(int(found[1]), home)
    if max(versions, default=0) < 21:
        missing("needs Java 21 or newer")
    return versions[max(versions)]
