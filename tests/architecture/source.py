"""The source of the product as syntax trees, for tests that inspect the building."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("workflows", "notifications", "casework")


@dataclass(frozen=True)
class Module:
    """One file of the product."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """Return `casework.people` for `casework/people/queries.py`, `workflows` for `workflows/case.py`."""
        return ".".join(self.path.split("/")[:-1][:2])

    def place(self, node: ast.AST) -> str:
        return f"{self.path}:{node.lineno}"


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the three packages."""
    return tuple(_read(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))


@cache
def modules_of_tests() -> tuple[Module, ...]:
    """Return every module of the tests."""
    return tuple(_read(path) for path in sorted((ROOT / "tests").rglob("*.py")))


def parse(text: str, path: str = "casework/somewhere/example.py") -> Module:
    """Return a module that is in no file, to show that an inspection sees what it should."""
    return Module(path, text, ast.parse(text))


def imported_names(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield the top-level package of every absolute import that is not of the standard library."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names:
                yield top, node


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text))
