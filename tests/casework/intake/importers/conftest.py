from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from casework.intake.importers.codes import CodeTable
from casework.intake.importers.inspection import inspect
from casework.intake.importers.shapes import Staged
from casework.intake.importers.staging import stage

from .rounds_tables import codes_2024


@pytest.fixture(scope="session")
def codes() -> Mapping[str, CodeTable]:
    return codes_2024()


@pytest.fixture
def take(tmp_path: Path, codes) -> Callable[..., Staged]:
    def _take(path: Path, *, kind: str | None = None, **more: Any) -> Staged:
        inspection = inspect(path, filename=path.name, kind=kind)
        return stage(path, inspection, tmp_path / "staged.parquet", codes=codes, **more)

    return _take


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    def _write(text: str, *, encoding: str = "utf-8", name: str = "graduates.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return _write
