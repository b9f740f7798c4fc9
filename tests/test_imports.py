"""Imports point one way: webapp -> search -> corpus <- ingest."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ARROWS = {
    "corpus": {"corpus"},
    "ingest": {"ingest", "corpus"},
    "search": {"search", "corpus"},
    "webapp": {"webapp", "search", "corpus"},
}
READS_SOURCES = ("webapp.adding", "webapp.cli", "webapp.cli_ingest")  # the parts of webapp that may touch ingest
LIBRARY = ("corpus.library", "corpus.schema", "corpus.migrating", "corpus.migrations")
ONLY_IN = {  # a dependency, and the modules that may import it
    "whoosh": ("search.engines.whoosh_codec", "search.engines.whoosh_index"),
    "opensearchpy": tuple(f"search.engines.opensearch_{name}" for name in ("client", "engine", "indexes", "lease")),
    "sqlalchemy": LIBRARY,
    "alembic": LIBRARY,
    "flask": ("webapp",),
    "werkzeug": ("webapp",),
    "waitress": ("webapp",),
    "click": ("webapp",),
    "rich": ("webapp",),
    "bs4": ("ingest",),
    "lxml": ("ingest",),
    "protego": ("ingest.web",),
    "urllib3": ("ingest.web",),
    "mammoth": ("ingest.docx",),
    "pypdfium2": ("ingest.pdf", "ingest.pdf_page"),
    "watchfiles": ("ingest.follow",),
}


@dataclass(frozen=True)
class Import:
    module: str
    imported: str
    line: int
    late: bool  # inside a function, or for types alone


def imports(root: Path) -> Iterator[Import]:
    """Yield what every module of the four packages imports, inside functions too."""
    for package in ARROWS:
        for file in sorted((root / package).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            module = ".".join(parts[:-1] if is_package else parts)
            for node, late in walk(ast.parse(file.read_text(encoding="utf-8")), False):
                for name in imported_names(node, module, is_package):
                    yield Import(module, name, node.lineno, late)


def walk(node: ast.AST, late: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom | ast.Call, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom | ast.Call):
            yield child, late
        for_types = isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
        yield from walk(child, late or for_types or isinstance(child, ast.FunctionDef))


def imported_names(node: ast.Import | ast.ImportFrom | ast.Call, module: str, is_package: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        start = node.module or ""
        if node.level:
            steps = module.split(".")
            above = steps[: len(steps) - node.level + is_package]
            start = ".".join([*above, start] if start else above)
        yield from (f"{start}.{alias.name}" for alias in node.names)
    elif ast.unparse(node.func).endswith(("import_module", "__import__")) and node.args:
        yield str(getattr(node.args[0], "value", ""))


def within(name: str, modules: tuple[str, ...]) -> bool:
    return any(f"{name}.".startswith(f"{module}.") for module in modules)


def wrong(root: Path) -> list[str]:
    """Return a line for every import that points the wrong way."""
    found = []
    for one in imports(root):
        package, target = one.module.partition(".")[0], one.imported.partition(".")[0]
        may = ARROWS[package] | ({"ingest"} if one.module in READS_SOURCES else set())
        if (
            (target in ARROWS and target not in may)
            or target == "tests"
            or (target in ONLY_IN and not within(one.module, ONLY_IN[target]))
            or (package == "search" and within(one.imported, LIBRARY) and not one.late)
        ):
            found.append(f"{one.module} imports {one.imported} in line {one.line}")
    return found


def test_imports_point_one_way() -> None:
    assert wrong(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line", "imported"),
    [
        ("corpus/article.py", "import search", "search"),
        ("corpus/article.py", "from ingest import sync", "ingest.sync"),
        ("corpus/article.py", "def late():\n    import webapp.app", "webapp.app"),
        ("ingest/dates.py", "from search.model import Hit", "search.model.Hit"),
        ("ingest/dates.py", "import tests.needs", "tests.needs"),
        ("search/model.py", "from webapp import words", "webapp.words"),
        ("search/model.py", "if True:\n    from ingest import sync", "ingest.sync"),
        ("search/model.py", "if TYPE_CHECKING:\n    from ingest import sync", "ingest.sync"),
        ("search/model.py", "from corpus.library import Library", "corpus.library.Library"),
        ("search/model.py", "from corpus import library", "corpus.library"),
        ("search/model.py", "import importlib\nimportlib.import_module('flask')", "flask"),
        ("search/model.py", "import whoosh.index", "whoosh.index"),
        ("search/engines/memory.py", "from ...ingest import sync", "ingest.sync"),
        ("search/engines/__init__.py", "from .. import webapp\nfrom ...corpus import library", "corpus.library"),
        ("search/model.py", "from sqlalchemy import select", "sqlalchemy.select"),
        ("webapp/app.py", "from ingest import sync", "ingest.sync"),
        ("webapp/app.py", "import sqlalchemy", "sqlalchemy"),
    ],
)
def test_an_arrow_that_is_turned_is_found(tmp_path: Path, file: str, line: str, imported: str) -> None:
    for package in ARROWS:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path / file
    first = len(target.read_text(encoding="utf-8").splitlines()) + 1
    with target.open("a", encoding="utf-8") as out:
        out.write(f"{line}\n")
    module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    last = first + line.count("\n")
    assert f"{module} imports {imported} in line {last}" in wrong(tmp_path)


def test_search_may_name_the_library_and_import_it_late(tmp_path: Path) -> None:
    for package in ARROWS:
        (tmp_path / package).mkdir()
    line = "from corpus.library import Library\n"
    (tmp_path / "search" / "facade.py").write_text(f"if TYPE_CHECKING:\n    {line}\ndef recover():\n    {line}")
    (tmp_path / "webapp" / "cli.py").write_text("from ingest import sync\n")
    assert wrong(tmp_path) == []
