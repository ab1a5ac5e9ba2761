"""Every command explains itself, in words that can be translated."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import casework.cli
from casework.cli import spoken
from casework.cli.main import PLACES, cli

FOLDER = Path(casework.cli.__file__).parent


def commands(command=cli, path=()):
    """Yield every command with the words that call it."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = dict(commands())


def marked():
    """Return every sentence that is marked for translation in the files of the command line."""
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                found.add(ast.literal_eval(node.args[0]))
    return found


def test_every_command_of_a_file_has_its_place():
    files = {name: import_module(f"casework.cli.{name}") for name in PLACES.values()}
    assert {command.name: name for name, file in files.items() for command in file.COMMANDS} == dict(PLACES)


def test_a_worker_carries_nothing_of_what_reads_files_and_screens():
    asked = "from casework.cli.main import cli; cli.commands['work']; import sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout.split()
    assert {"duckdb", "pyarrow", "scipy.stats", "flask_smorest", "docx"} & set(loaded) == set()


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_explains_itself(path):
    result = CliRunner().invoke(cli, [*path, "--help"], prog_name="casework")
    assert (result.exit_code, result.exception) == (0, None)
    assert "用法：" in result.output


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_help_is_marked_for_translation(path):
    command = ALL[path]
    options = [param for param in command.params if isinstance(param, click.Option)]
    helps = {command.help, *(option.help for option in options)}
    assert helps - marked() == set()
    assert isinstance(command, spoken.SpokenCommand)
    assert all(isinstance(option, spoken.SpokenOption) for option in options)


def test_help_is_spoken_in_the_language_of_the_terminal(monkeypatch):
    monkeypatch.setattr(
        spoken, "_catalogue", lambda wanted: type("C", (), {"gettext": lambda _, text: f"{wanted}:{text}"})()
    )
    monkeypatch.setenv("CASEWORK_LANG", "en_GB.UTF-8")
    assert "en:" in CliRunner().invoke(cli, ["report", "sign", "--help"]).output
