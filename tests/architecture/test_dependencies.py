"""What the product imports from outside is declared, locked, and free of addresses."""

import re
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.source import PACKAGES, ROOT, imported_names, modules, modules_of_tests, parse

RUNTIME, DEV = ("requirements.in", "requirements.lock"), ("requirements-dev.in", "requirements-dev.lock")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(file: str) -> set[str]:
    lines = (ROOT / file).read_text().splitlines()
    return {canonical(re.match(r"[\w.-]+", line)[0]) for line in lines if re.match(r"\w", line)}


def locked(file: str) -> set[str]:
    return {canonical(name) for name in re.findall(r"^([\w.-]+)==", (ROOT / file).read_text(), flags=re.MULTILINE)}


def undeclared(files, allowed: set[str]) -> list[str]:
    distributions = packages_distributions()
    return [
        f"{module.place(node)} {name}"
        for module in files
        for name, node in imported_names(module)
        if name not in {*PACKAGES, "tests"}
        and not {canonical(distribution) for distribution in distributions.get(name, [name])} & allowed
    ]


def test_every_library_of_the_product_is_declared():
    assert undeclared(modules(), declared(RUNTIME[0])) == []


def test_every_library_of_the_tests_is_declared():
    assert undeclared(modules_of_tests(), declared(RUNTIME[0]) | declared(DEV[0])) == []


def test_this_inspection_sees_an_undeclared_library():
    assert undeclared([parse("import somethingelse.deep")], declared(RUNTIME[0])) != []


@pytest.mark.parametrize(("wanted", "lock"), [RUNTIME, DEV])
def test_everything_declared_is_locked(wanted, lock):
    assert declared(wanted) - locked(lock) == set()


def test_tests_run_on_the_versions_that_the_product_is_locked_to():
    pins = [
        set(re.findall(r"^[\w.-]+==[^\s\\]+", (ROOT / lock).read_text(), flags=re.MULTILINE))
        for _, lock in (RUNTIME, DEV)
    ]
    assert pins[0] <= pins[1]


@pytest.mark.parametrize("lock", [RUNTIME[1], DEV[1]])
def test_a_lock_names_no_place_to_fetch_from_and_checks_every_file(lock):
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|^--|/opt/", text, flags=re.MULTILINE)
    assert len(re.findall(r"^[\w.-]+==[^\n]*\\\n    --hash=sha256:", text, flags=re.MULTILINE)) == len(locked(lock))
