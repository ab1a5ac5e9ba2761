"""The import contracts of pyproject.toml hold, and would not hold if somebody broke them."""

import shutil
import subprocess
import sys

import pytest

from tests.architecture.source import PACKAGES, ROOT


def lint_imports(folder) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
    ]
    environ = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_the_contracts_hold():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


BREACHES = {
    "a room that looks downstream": ("casework/people/breach.py", "import casework.cases.models", "looks downwards"),
    "a room without a place": ("casework/elsewhere/__init__.py", "", "looks downwards"),
    "workflows that knows the service": ("workflows/breach.py", "import casework.errors", "nor each other"),
    "workflows that knows notifications": ("workflows/breach.py", "import notifications.errors", "nor each other"),
    "workflows with a database": ("workflows/breach.py", "import sqlalchemy", "workflows is pure"),
    "notifications with a queue": ("notifications/breach.py", "import rq", "keeps no records"),
    "an importer with a request": ("casework/intake/importers/breach.py", "import flask", "Importers"),
    "a rule with a database": ("casework/screening/rules/breach.py", "import casework.people.models", "Importers"),
}


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the product that a test may spoil."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("demo_data", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("path", "text", "contract"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_seen(copy, path, text, contract):
    breach = copy / path
    breach.parent.mkdir(exist_ok=True)
    breach.write_text(text)
    result = lint_imports(copy)
    assert result.returncode != 0
    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(contract in line for line in broken), result.stdout


def test_the_copy_itself_breaks_nothing(copy):
    assert lint_imports(copy).returncode == 0
