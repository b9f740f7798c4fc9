"""The commands about meaning, as programs, with a real model and a stand-in for the hub."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from search import model_folder
from webapp.app import create_app

START = "from webapp.cli import main\nmain()\n"
WITHOUT_THE_EXTRA = (
    "import sys\nfor name in ('onnxruntime', 'tokenizers', 'huggingface_hub'):\n    sys.modules[name] = None\n"
)
ASKED = "should I see a physician about leg swelling"  # none of these words is in the articles
ARTICLES = {
    "clots": "# Clots\n\nOne calf that is swollen, warm and painful needs a doctor today.\n",
    "cards": "# Cards\n\nMoney goes back to the card within five days.\n",
}


def run(*words: object, before: str = "", status: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", before + START, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    assert done.returncode == status, done.stderr
    return done


def answer(*words: object, **more: Any) -> Any:
    return json.loads(run(*words, "--json", **more).stdout.splitlines()[-1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(text)
    return folder


def test_from_a_model_to_a_hybrid_search(folder: Path, home: Path, model: Path) -> None:
    assert "answerdesk embed" in run("model", "use", model).stdout
    run("ingest", folder)
    found = answer("search", ASKED, "--explain")
    assert (found["mode"], found["hits"][0]["article_id"]) == ("hybrid", "clots")
    assert found["hits"][0]["explanation"]["parts"][0]["kind"] == "semantic"
    assert "close to what was asked" in run("search", ASKED, "--explain").stdout
    assert answer("search", ASKED, "--mode", "lexical")["hits"] == []
    assert answer("status")["model"] == os.path.basename((home / "model").readlink())
    app = create_app(home)
    for mode, said in {"": "by words and meaning", "semantic": "by meaning", "lexical": "by words"}.items():
        page = app.test_client().get("/search", query_string={"q": ASKED, "mode": mode}).text
        assert f"{said}.</span>" in page or f"{said}</span>" in page
    app.extensions["answerdesk"].close()


def test_what_is_not_embedded_is_told_and_embedded_later(folder: Path, home: Path, model: Path) -> None:
    run("model", "use", model)
    run("ingest", folder, "--no-embed")
    assert answer("search", "swollen")["mode"] == "lexical"
    assert [one["code"] for one in answer("status")["problems"]] == ["not_embedded"]
    assert run("embed").stdout == "embedded: 2 passages\n"
    assert answer("search", "swollen")["mode"] == "hybrid"
    assert answer("status")["problems"] == []


def test_embed_goes_on_where_it_was_killed(tmp_path: Path, home: Path, model: Path) -> None:
    rows = "".join(json.dumps({"title": f"Number {n}", "body": f"Text {n}."}) + "\n" for n in range(300))
    (tmp_path / "many.jsonl").write_text(rows)
    run("model", "use", model)
    run("ingest", tmp_path / "many.jsonl", "--no-embed")
    started = subprocess.Popen([sys.executable, "-c", START, "embed"], stderr=subprocess.PIPE)
    while not any((home / "vectors").glob("*.bin")):
        assert started.poll() is None
        time.sleep(0.01)
    started.kill()
    started.communicate()
    left = int(run("embed").stdout.split()[1])
    assert 0 < left < 300
    assert answer("search", "number 7")["mode"] == "hybrid"


def test_a_running_desk_embeds_what_is_missing(folder: Path, home: Path, model: Path) -> None:
    run("model", "use", model)
    run("ingest", folder, "--no-embed")
    served = subprocess.Popen(
        [sys.executable, "-c", START, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert served.stdout
    try:
        end = time.monotonic() + 60
        while answer("search", "swollen")["mode"] != "hybrid":
            assert time.monotonic() < end
    finally:
        served.terminate()
        served.communicate()


def test_a_model_in_use_is_replaced_as_a_whole(folder: Path, home: Path, model: Path, tmp_path: Path) -> None:
    run("model", "use", model)
    first = (home / "model").readlink()
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.onnx").write_bytes((model / "model.onnx").read_bytes())
    assert "does not hold" in run("model", "use", other, status=2).stderr
    assert (home / "model").readlink() == first
    (other / "tokenizer.json").write_text((model / "tokenizer.json").read_text() + "\n")
    run("model", "use", other)
    assert [path.name for path in (home / "models").iterdir()] == [os.path.basename((home / "model").readlink())]
    assert (home / "model").readlink() != first


def test_without_the_extra_words_answer_as_before(folder: Path, home: Path, model: Path) -> None:
    run("ingest", folder, before=WITHOUT_THE_EXTRA)
    assert answer("search", "swollen", before=WITHOUT_THE_EXTRA)["mode"] == "lexical"
    assert answer("status", before=WITHOUT_THE_EXTRA)["problems"] == []
    for words in (("model", "use", model), ("model", "fetch")):
        said = run(*words, before=WITHOUT_THE_EXTRA, status=2).stderr
        assert "pip install 'answerdesk[semantic]'" in said
        assert said.count("\n") == 1
    given = {"ANSWERDESK_MODEL": str(model)}
    assert "semantic" in run("ingest", folder, before=WITHOUT_THE_EXTRA, **given).stderr
    assert answer("search", "swollen", before=WITHOUT_THE_EXTRA, **given)["mode"] == "lexical"
    (problem,) = answer("status", before=WITHOUT_THE_EXTRA, **given)["problems"]
    assert problem["code"] == "no_semantic"


def test_evaluating_goes_by_meaning_where_there_is_a_model(tmp_path: Path, home: Path, model: Path) -> None:
    (tmp_path / "qrels").mkdir()
    rows = [{"_id": name, "title": "", "text": text} for name, text in ARTICLES.items()]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": ASKED}))
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\tclots\t1\n")
    given = {"ANSWERDESK_MODEL": str(model)}
    found = answer("evaluate", tmp_path, **given)
    assert (found["mode"], found["measures"]["P@1"]) == ("hybrid", 1.0)
    words = answer("evaluate", tmp_path, "--mode", "lexical", **given)
    assert (words["mode"], words["measures"]["P@1"]) == ("lexical", 0.0)
    assert answer("evaluate", tmp_path)["mode"] == "lexical"
    assert "model fetch" in run("evaluate", tmp_path, "--mode", "hybrid", status=2).stderr


@contextlib.contextmanager
def hub(files: dict[str, bytes]) -> Iterator[str]:
    """Serve files as the hub does, under the pinned revision of the default model."""

    class Answering(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            start = f"/{model_folder.REPOSITORY}/resolve/{model_folder.REVISION}/"
            data = files.get(self.path.removeprefix(start))
            self.send_response(200 if data is not None else 404)
            self.send_header("Content-Length", str(len(data or b"")))
            if data is not None:
                self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
                self.send_header("X-Repo-Commit", model_folder.REVISION)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data or b"")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_the_default_model_comes_from_the_hub(folder: Path, home: Path, model: Path) -> None:
    files = {path: (model / name).read_bytes() for name, (path, _) in model_folder.FILES.items()}
    digests = {name: (path, hashlib.sha256(files[path]).hexdigest()) for name, (path, _) in model_folder.FILES.items()}
    pinned = f"from search import model_folder\nmodel_folder.FILES = {digests!r}\n"
    with hub(files) as address:
        run("model", "fetch", before=pinned, HF_ENDPOINT=address)
        run("ingest", folder)
        assert answer("search", ASKED)["hits"][0]["article_id"] == "clots"
        said = run("model", "fetch", status=3, HF_ENDPOINT=address).stderr  # other files than those that are pinned
        assert "is not the model" in said
    assert [path.name for path in (home / "models").iterdir()] == [os.path.basename((home / "model").readlink())]


@pytest.mark.parametrize("offline", [True, False])
def test_without_the_hub_one_sentence_says_what_to_do(home: Path, offline: bool) -> None:
    with hub({}) as address:
        environment = {"HF_ENDPOINT": address} | ({"HF_HUB_OFFLINE": "1"} if offline else {})
        said = run("model", "fetch", status=3, **environment).stderr
    assert "model use DIR" in said
    assert said.count("\n") == 1
    assert not (home / "model").exists()
