"""Ruff's security rules (bandit's) are all on, and each place that is let off says why."""

import re
import tomllib

from tests.architecture.source import ROOT, modules

LET_OFF = re.compile(r"# noqa: (?P<codes>[A-Z]+\d+(?:, ?[A-Z]+\d+)*)(?P<reason> - \S.*)?")
SECURITY = re.compile(r"\bS\d{3}\b")
OF_TESTS = {"S101", "S105", "S106", "S603"}
"""Tests assert, invent passwords, and start programs of their own."""


def let_off_without_reason(text: str) -> list[str]:
    return [found[0] for found in LET_OFF.finditer(text) if SECURITY.search(found["codes"]) and not found["reason"]]


def test_no_security_rule_is_off_for_a_folder_of_the_product():
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    security = re.compile(r"S(\d{1,3})?")
    assert [code for code in lint["ignore"] if security.fullmatch(code)] == []
    off = {
        folder: {code for code in codes if security.fullmatch(code)}
        for folder, codes in lint["per-file-ignores"].items()
    }
    assert {folder: codes for folder, codes in off.items() if codes} == {"tests/**": OF_TESTS}


def test_each_place_that_is_let_off_says_why():
    assert {module.path: found for module in modules() if (found := let_off_without_reason(module.text))} == {}


def test_one_that_does_not_is_found():
    assert let_off_without_reason("x()  # noqa: " + "S603")
    assert not let_off_without_reason("x()  # noqa: " + "S603 - the commands are our own")
    assert not let_off_without_reason("x()  # noqa: " + "ARG001")
