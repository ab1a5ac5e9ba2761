"""Which employers may be one under two codes. It only proposes: a person decides (operations.decide_employer).

The credit code comes first and equal spellings are joined by rule (intake.normal);
what is left looks alike, and more than half of what looks very much alike is
different firms: 第四工程公司 and 第六工程公司, one name in two cities. So likeness
is shown with its reasons, the telling ones first, and nothing is ever joined here.

Every pair of names is compared, a strip at a time: the library gives up on most
of them by their lengths, and five thousand names take less than a second.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz, process

from casework.errors import N_
from casework.intake.normal import employer_name

_ROWS = 500
NUMERALS = frozenset("0123456789一二三四五六七八九十")

EQUAL_NAME = "equal_name"
CODE_ONE_OFF = "code_one_off"
REGISTER_NAME = "register_name"
SAME_PHONE = "same_phone"
SAME_PLACE = "same_place"
OTHER_NUMBER = "other_number"
OTHER_PLACE = "other_place"
REASONS = {
    EQUAL_NAME: N_("名称相同，代码不同"),
    CODE_ONE_OFF: N_("代码只差一位或相邻两位颠倒，可能是录入误差"),
    REGISTER_NAME: N_("一方填报的名称就是另一方在登记库中的名称"),
    SAME_PHONE: N_("登记了相同的联系电话"),
    SAME_PLACE: N_("在同一地区"),
    OTHER_NUMBER: N_("只有序号不同，多为不同单位"),
    OTHER_PLACE: N_("不在同一地区，可能是不同单位"),
}
_WEIGHT = {EQUAL_NAME: 8, CODE_ONE_OFF: 8, REGISTER_NAME: 4, SAME_PHONE: 4, SAME_PLACE: 1, OTHER_NUMBER: -4}


@dataclass(frozen=True, kw_only=True)
class Employer:
    """An employer as the records write it; `phone` is an opaque token, compared and never shown.

    One that only the register knows has no graduates; two such are never proposed.
    """

    code: str
    name: str
    graduates: int
    register_name: str = ""
    place: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Proposal:
    """Two codes that may be one employer, the smaller first, why they look so, and how much hangs on it."""

    code_one: str
    name_one: str
    code_other: str
    name_other: str
    likeness: int
    why: tuple[str, ...]
    graduates_one: int
    graduates_other: int


def proposals(employers: Iterable[Employer], *, least: int = 90) -> tuple[Proposal, ...]:
    """Return the pairs of which a person should decide, the most telling first.

    `least` is the likeness of the normalised names, 0 to 100, from which a pair is
    proposed; equal names and codes one slip apart are proposed anyway. A code
    that comes twice counts once, with the more frequent name.
    """
    chosen: dict[str, Employer] = {}
    for each in sorted(employers, key=lambda one: (-one.graduates, one.name)):
        if each.code:
            chosen.setdefault(each.code, each)
    known = [chosen[code] for code in sorted(chosen)]
    keys = [employer_name(each.name) for each in known]
    pairs = {*_near_codes(known), *_near_names(keys, least)}
    found = (_proposal(known[one], known[other], keys[one], keys[other], least) for one, other in pairs)
    return tuple(sorted((each for each in found if each is not None), key=_usefulness))


def _near_codes(known: Sequence[Employer]) -> Iterator[tuple[int, int]]:
    place = {each.code: number for number, each in enumerate(known)}
    patterns: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, each in enumerate(known):
        code = each.code
        for n in range(len(code)):
            patterns[n, code[:n] + code[n + 1 :]].append(number)
            swapped = place.get(code[:n] + code[n : n + 2][::-1] + code[n + 2 :])
            if swapped is not None and swapped > number:
                yield number, swapped
    for alike in patterns.values():
        yield from combinations(alike, 2)


def _near_names(keys: Sequence[str], least: int) -> Iterator[tuple[int, int]]:
    for first in range(0, len(keys), _ROWS):
        rows = keys[first : first + _ROWS]
        alike = process.cdist(rows, keys[first:], scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8)
        for one, other in zip(*np.nonzero(alike), strict=True):
            if one < other and rows[one]:
                yield first + int(one), first + int(other)
    equal: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        if key:
            equal[key].append(number)
    for numbers in equal.values():
        yield from combinations(numbers, 2)


def _proposal(one: Employer, other: Employer, key_one: str, key_other: str, least: int) -> Proposal | None:
    likeness = int(fuzz.ratio(key_one, key_other))
    why = tuple(_reasons(one, other, key_one, key_other))
    alike = likeness >= least and bool(key_one)
    if not one.graduates + other.graduates or not (alike or CODE_ONE_OFF in why):
        return None
    return Proposal(one.code, one.name, other.code, other.name, likeness, why, one.graduates, other.graduates)


def _reasons(one: Employer, other: Employer, key_one: str, key_other: str) -> Iterator[str]:
    if key_one and key_one == key_other:
        yield EQUAL_NAME
    if _one_slip(one.code, other.code):
        yield CODE_ONE_OFF
    named = (employer_name(one.register_name), employer_name(other.register_name))
    if key_one != key_other and ((key_one and key_one == named[1]) or (key_other and key_other == named[0])):
        yield REGISTER_NAME
    if one.phone and one.phone == other.phone:
        yield SAME_PHONE
    if key_one != key_other and _without_numerals(key_one) == _without_numerals(key_other):
        yield OTHER_NUMBER
    if one.place and other.place:
        yield SAME_PLACE if one.place[:4] == other.place[:4] else OTHER_PLACE


def _one_slip(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    differing = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) == 1:
        return True
    first, last = (differing[0], differing[-1]) if differing else (0, 0)
    return len(differing) == 2 and last == first + 1 and one[first : last + 1] == other[first : last + 1][::-1]  # noqa: PLR2004 - two neighbours changed places


def _without_numerals(key: str) -> str:
    return "".join("0" if character in NUMERALS else character for character in key)


def _usefulness(proposal: Proposal) -> tuple:
    weight = sum(_WEIGHT.get(reason, 0) for reason in proposal.why)
    people = proposal.graduates_one + proposal.graduates_other
    return (-weight, -proposal.likeness, -people, proposal.code_one, proposal.code_other)
