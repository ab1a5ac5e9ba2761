"""Each library that we name is listed with its licence, who keeps it and why; none in the product binds others."""

import re
from importlib.metadata import metadata

from tests.architecture.source import ROOT
from tests.architecture.test_dependencies import canonical, declared, locked

LIST = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
FAMILIES = {  # in the order in which they are looked for
    "AGPL": r"AGPL|Affero",
    "LGPL": r"LGPL|Lesser",
    "GPL": r"\bGPL|GNU General",
    "MPL": r"MPL|Mozilla",
    "OFL": r"OFL|Font Software|Open Font",
    "Unlicense": r"Unlicense",
    "Apache": r"Apache",
    "BSD": r"BSD|Redistribution and use|WTForms|Enthought",
    "MIT": r"MIT",
    "ISC": r"\bISC",
    "PSF": r"PSF|Python Software Foundation",
}
ALLOWED = FAMILIES.keys() - {"AGPL", "GPL"}


def families_of(name: str) -> set[str]:
    """Return which licences an installed library says that it has."""
    said = metadata(name)
    short = [said.get("License-Expression") or "", *(said.get_all("Classifier") or [])]
    told = " ".join(each for each in short if each is short[0] or each.startswith("License"))
    text = told if re.search("|".join(FAMILIES.values()), told) else (said.get("License") or "")[:2000]
    found = {family for family, pattern in FAMILIES.items() if re.search(pattern, text)}
    return found - ({"GPL"} if found & {"LGPL", "AGPL"} else set())


def rows(heading: str) -> dict[str, list[str]]:
    part = LIST.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")
    ]
    return {canonical(row[0]): row for row in cells[2:]}


def test_every_library_that_we_name_is_listed_once_and_nothing_else():
    product, besides = rows("In the product"), rows("For tests and checks alone")
    assert product.keys() == declared("requirements.in")
    assert besides.keys() == declared("requirements-dev.in")
    assert all(all(row) for row in [*product.values(), *besides.values()])


def test_the_licence_in_the_list_is_the_one_that_the_library_says():
    listed = {name: row[1] for name, row in (rows("In the product") | rows("For tests and checks alone")).items()}
    assert {name: said for name, said in listed.items() if said not in families_of(name)} == {}


def test_nothing_in_the_product_binds_those_who_use_it():
    """What our libraries need is looked at too; what this machine does not install is Windows' own."""
    told = {name: families_of(name) for name in locked("requirements.lock")}
    assert {name: found for name, found in told.items() if not found & ALLOWED or "AGPL" in found} == {}


def test_how_advisories_are_found_is_said_and_by_a_command_that_asks_for_hashes():
    assert re.search(r"pip-audit --requirement requirements\.lock .*--require-hashes", LIST)
