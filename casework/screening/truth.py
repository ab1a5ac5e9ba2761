"""What a screening found beside what is true, for populations that come with truth files.

A report and no test: it counts, for each rule number of the truth files, how
many planted problems were found and how many innocent look-alikes were accused.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from casework.errors import N_, FileRefused
from casework.screening.engine import Screening
from casework.screening.rules import RULES

_CODE = re.compile(r"[0-9A-Z]{18}")

ANSWERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "R01": ("employer_cancelled_before_signing", "employer_founded_after_signing"),
        "R02": ("tiny_employer_cluster",),
        "R03": ("rate_other_form",),
        "R04": ("rate_freelance",),
        "R05": ("rate_startup",),
        "R06": ("rate_flexible",),
        "R07": ("graduate_denies",),
        "R08": ("wrong_info_not_updated",),
        "R09": ("unconfirmed",),
        "R10": ("proof_missing",),
        "R11": ("internship_proof",),
        "R12": ("pay_below_minimum",),
        "R13": ("contact_is_own_or_family",),
        "R14": ("contact_is_own_or_family",),
        "R15": ("employers_share_phone", "linked_employers"),
        "R16": ("employer_name_mismatch",),
        "R17": ("employer_not_in_register",),
        "R18": ("uscc_missing",),
        "R19": ("uscc_invalid",),
        "R20": ("employer_attribute_mismatch",),
        "R21": ("employer_attribute_mismatch",),
        "R22": ("job_category_other",),
        "R23": ("proof_reused",),
        "R24": ("entry_burst",),
        "R25": ("rectified_then_raised",),
        "R26": ("freelance_without_approval",),
        "R27": ("code_unknown",),
        "R28": ("employer_founded_after_signing", "dates_contradict"),
        "R29": ("dates_contradict",),
    }
)
"""Number in the truth files → the codes that answer for it (the column "sample" of the catalogue)."""

EMPLOYERS = ("employer", "group")
KEYS = {"records": "student_no", "employers": "credit_code"}
INNOCENT = {"records": ("decoy",), "employers": ("decoy",), "units": ("decoy", "natural", "noise")}
FILES = {"records": "record_truth.csv", "employers": "employer_truth.csv", "units": "unit_truth.csv"}


@dataclass(frozen=True)
class Tally:
    """How the findings for one number stand beside its truth: of so many planted, so many found, so many accused."""

    number: str
    about: str  # records, employers, units
    planted: int
    found: int
    decoys: int
    accused: int
    did_not_run: tuple[str, ...] = ()


def compare(screening: Screening, folder: Path) -> list[Tally]:
    """Return the tally of every number that the truth files of a folder name; FileRefused when there are none."""
    truth = {about: _rows(folder / name) for about, name in FILES.items()}
    if not any(truth.values()):
        names = "、".join(FILES.values())
        message = N_("文件夹“%(folder)s”里没有核对用的文件（%(names)s）。")
        raise FileRefused(message, code="no_truth", params={"folder": folder.name, "names": names})
    named: dict[str, dict[str, set[str]]] = {about: defaultdict(set) for about in FILES}
    for hit in screening.hits:
        named["records"][hit.rule].update(hit.student_nos)
        named["units"][hit.rule].add(hit.subject_key)
        if hit.level in EMPLOYERS:
            named["employers"][hit.rule].update(_CODE.findall(f"{hit.subject_key} {hit.observed}"))
    silent = {run.rule for run in screening.runs if not run.ran}
    silent |= {code for codes in ANSWERS.values() for code in codes} - {run.rule for run in screening.runs}
    levels = {rule.code: rule.level for rule in RULES}
    tallies = []
    for about, rows in truth.items():
        by_number = defaultdict(list)
        for row in rows:
            by_number[row["rule"]].append(row)
        for number in sorted(by_number.keys() & ANSWERS.keys()):
            codes = ANSWERS[number]
            if about == "employers" and not any(levels.get(code) in EMPLOYERS for code in codes):
                continue  # the same findings as among the records
            accused: set[str] = set().union(*(named[about][code] for code in codes))
            tallies.append(_tally(number, about, by_number[number], accused, tuple(c for c in codes if c in silent)))
    return tallies


def _names(about: str, row: Mapping[str, str]) -> tuple[str, ...]:
    """Return how findings may name what a row is about: itself first, then the larger unit that explains it."""
    if about in KEYS:
        return (row[KEYS[about]],)
    kind, unit, college = row["unit_type"], row["unit"], row["college"]
    own = f"class:{college}/{unit}" if kind == "class" else f"{kind}:{unit}"
    return (own, f"college:{college}")


def _tally(
    number: str, about: str, rows: list[dict[str, str]], hit: Collection[str], did_not_run: tuple[str, ...]
) -> Tally:
    # What only the notes know, and no reading of the rule could see, is nobody's miss.
    guilty = [row for row in rows if row["label"] == "problem" and row.get("expected_hit") != "0"]
    planted = {_names(about, row) for row in guilty}
    # A look-alike that one of two fair readings of the rule does hit is nobody's false accusation.
    innocent = [
        row for row in rows if row["label"] in INNOCENT[about] and row.get("expected_hit") not in {"1", "either"}
    ]
    decoys = {_names(about, row) for row in innocent} - planted
    found = sum(any(name in hit for name in names) for names in planted)
    accused = sum(names[0] in hit for names in decoys)
    return Tally(number, about, len(planted), found, len(decoys), accused, did_not_run)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
