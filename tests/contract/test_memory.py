from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from search.engine import Engine
from search.engines.memory import MemoryEngine
from tests.contract.engine_contract import NumberedContract


class TestMemoryEngine(NumberedContract):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Callable[[], Engine]:
        return MemoryEngine
