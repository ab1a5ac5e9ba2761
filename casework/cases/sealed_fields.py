"""Which fields of a registration a conclusion rests on, and in what a later registration differs from them.

Everything is text, so that a seal reads the same from a form, a database and a
file. An employer is its credit code where both sides have one, else its name:
another spelling of the name is no other employer. Where a correction waits for
the national system, what was registered until then is no difference either, and
when the corrected destination arrives, the employer and the date that went with
the old one may go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casework.cases.canonical import canonical_hash
from casework.errors import N_
from casework.intake.normal import employer_name

DESTINATION, CODE, NAME, DATE, PROOFS, SEAL = (
    "destination_code",
    "credit_code",
    "employer_name",
    "signing_date",
    "proofs",
    "seal",
)
PLAIN = (DESTINATION, CODE, NAME, DATE)
LABELS = {
    DESTINATION: N_("毕业去向类别"),
    CODE: N_("统一社会信用代码"),
    NAME: N_("单位名称"),
    DATE: N_("签约日期"),
    PROOFS: N_("佐证材料"),
    SEAL: N_("封存校验值"),
}


@dataclass(frozen=True)
class Compared:
    """What a comparison found: the differences, and the seal as it reads once awaited corrections have arrived."""

    changes: tuple[dict[str, str], ...]
    values: Mapping[str, object]
    waiting: Mapping[str, str]


def digest_of(values: Mapping[str, object], *, waiting: Mapping[str, str], case: str, record: str) -> str:
    """Return the SHA-256 under which the fields of one record of one case are sealed, with what may stand there yet."""
    return canonical_hash({"case": case, "record": record, "values": dict(values), "waiting": dict(waiting)})


def hash_of_seals(digests: Iterable[str]) -> str:
    """Return the one hash under which the journal knows the seals of a case."""
    return canonical_hash(sorted(digests))


def compare(values: Mapping[str, object], waiting: Mapping[str, str], now: Mapping[str, str]) -> Compared:
    """Compare sealed fields with those that are registered now (proofs have a comparison of their own)."""
    sealed = {field: str(values[field]) for field in PLAIN}
    left = {field: old for field, old in waiting.items() if now[field] != sealed[field]}
    if DESTINATION in waiting and DESTINATION not in left:
        sealed |= {field: "" for field in (CODE, NAME, DATE) if field not in waiting and not now[field]}
    seen = {field: sealed[field] if left.get(field) == now[field] else now[field] for field in PLAIN}
    differing = {field for field in (DESTINATION, DATE) if seen[field] != sealed[field]} | _employer(sealed, seen)
    changes = tuple(change(field, sealed[field], seen[field]) for field in PLAIN if field in differing)
    return Compared(changes, {**values, **sealed}, left)


def change(field: str, old: str, new: str) -> dict[str, str]:
    """Return one difference as it is stored."""
    return {"field": field, "old": old, "new": new}


def new_values(changes: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return what the changed fields say now."""
    return {each["field"]: each["new"] for each in changes}


def same_question(known: Iterable[Mapping[str, str]], found: Iterable[Mapping[str, str]]) -> bool:
    """Say whether two lists of differences ask the same: they share a field and say the same of every shared one."""
    one, other = new_values(known), new_values(found)
    shared = one.keys() & other.keys()
    return bool(shared) and all(one[field] == other[field] for field in shared)


def covers(accepted: Iterable[Mapping[str, str]], asked: Iterable[Mapping[str, str]]) -> bool:
    """Say whether accepted changes account for everything that a question asks about, and not for a part of it."""
    given = {each["field"]: each for each in accepted}
    return all(each["field"] in given and _accounts_for(given[each["field"]], each) for each in asked)


def _accounts_for(given: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    if asked["field"] == PROOFS:
        return set(asked["new"].split()) <= set(given["new"].split())
    return (given["old"], given["new"]) == (asked["old"], asked["new"])


def same_employer(one: str, other: str) -> bool:
    """Say whether two names are spellings of one employer."""
    return employer_name(one) == employer_name(other)


def _employer(sealed: Mapping[str, str], seen: Mapping[str, str]) -> set[str]:
    known_by_code = bool(sealed[CODE] and seen[CODE])
    same = sealed[CODE] == seen[CODE] if known_by_code else same_employer(sealed[NAME], seen[NAME])
    return set() if same else {field for field in (CODE, NAME) if sealed[field] != seen[field]}
