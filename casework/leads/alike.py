"""Which leads may be about one matter. It only proposes: a person decides (operations.decide_pair).

The same complaint comes by several channels in different words, so no single sign
decides. What both name counts most (a graduate, a firm, a counsellor), a unit counts
only when both also complain of the same thing, likeness of words counts least,
because complaints of one summer all sound alike. What tells two leads apart (other
graduates, other firms, other colleges) counts against them. The points are set by
what each sign means, not fitted to any list, and every proposal says its reasons.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from rapidfuzz import fuzz

from casework.errors import N_
from casework.intake.normal import masked_student_no
from casework.leads.reading import NOTHING, Facts, Known, bigrams, implied, plain, read

STUDENT, PERSON, CONTACT, REPORTER = "student", "person", "contact", "reporter"
EMPLOYER, REGISTERED_THERE = "employer", "registered_there"
COUNSELLOR, CLASS, MAJOR, COLLEGE = "counsellor", "class", "major", "college"
UNIT_HOLDS, THEME, PLACE, DAY, NEAR = "unit_holds", "theme", "place", "day", "near"
COPIED, WORDS = "copied", "words"
OTHER_STUDENTS, OTHER_EMPLOYERS, OTHER_COLLEGES = "other_students", "other_employers", "other_colleges"
REASONS = {
    STUDENT: N_("提到同一学号"),
    PERSON: N_("姓名对应同一名毕业生，须核对是否同名"),
    CONTACT: N_("正文中有相同的联系电话"),
    REPORTER: N_("反映人留下的联系方式相同（未显示是谁）"),
    EMPLOYER: N_("提到同一单位"),
    REGISTERED_THERE: N_("一方提到的毕业生登记在另一方提到的单位"),
    COUNSELLOR: N_("提到同一名辅导员"),
    CLASS: N_("提到同一班级"),
    MAJOR: N_("提到同一专业"),
    COLLEGE: N_("提到同一学院"),
    UNIT_HOLDS: N_("一方提到的毕业生或班级在另一方提到的学院、专业"),
    THEME: N_("反映同类问题"),
    PLACE: N_("提到同一地区"),
    DAY: N_("说的是同一天的事"),
    NEAR: N_("收到的时间相近"),
    COPIED: N_("有一整段文字几乎相同"),
    WORDS: N_("用词相近"),
    OTHER_STUDENTS: N_("提到的学号不同，可能不是一件事"),
    OTHER_EMPLOYERS: N_("提到的单位不同，可能不是一件事"),
    OTHER_COLLEGES: N_("提到的学院不同，可能不是一件事"),
}
LEAST = 3.5  # a firm in common is enough alone, a college never
_SHARED = {
    "student_nos": (STUDENT, 6.0),
    "people": (PERSON, 4.5),
    "phones": (CONTACT, 4.0),
    "employers": (EMPLOYER, 4.5),
    "credit_codes": (EMPLOYER, 4.5),
    "counsellors": (COUNSELLOR, 4.0),
    "classes": (CLASS, 3.5),
    "majors": (MAJOR, 2.0),
    "colleges": (COLLEGE, 1.5),
    "places": (PLACE, 0.5),
    "days": (DAY, 1.0),
}
_HELD = {"counsellors": 1.5, "classes": 1.5, "majors": 1.5, "colleges": 1.0}
_REGISTERED_THERE = 4.0
_FIRMS = ("employers", "credit_codes")
_UNITS = ("counsellors", "classes", "majors", "colleges")
_THEME, _THEME_ALONE, _REPORTER, _NEAR_POINTS, _COPIED, _WORDS = 2.5, 0.5, 2.5, 0.5, 4.0, 4.0
_AGAINST = 3.0
_NEAR = timedelta(days=14)
_LIST = 10  # a list of so many graduates shares one with almost any lead
_COPIED_LENGTH, _COPIED_LIKENESS = 24, 85
_COPIED_WITHIN = 2000  # of each text, from its beginning: to look for one long text in another takes their product
_WORDS_FROM = 0.2


@dataclass(frozen=True, kw_only=True)
class Told:
    """One lead as it is compared; `key` names it, `reporter` is an opaque token or empty, both are never shown."""

    key: str
    text: str
    received_at: datetime
    facts: Facts
    implied: Facts = NOTHING
    reporter: str = ""


@dataclass(frozen=True)
class Why:
    """One reason with the points it gives, and what is shared, as it may be shown (student numbers masked)."""

    code: str
    points: float
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alike:
    """Two leads that may be one matter, why, and how strongly; the score has no unit and only orders."""

    one: str
    other: str
    score: float
    why: tuple[Why, ...]


def tell(
    key: str, text: str, *, received_at: datetime, known: Known, said: Facts | None = None, reporter: str = ""
) -> Told:
    """Return a lead ready for comparison: what its text names, joined with what a person has said of it."""
    found = read(text, known=known, received_at=received_at)
    facts = found.joined(said) if said else found
    return Told(
        key=key,
        text=text,
        received_at=received_at,
        facts=facts,
        implied=implied(facts, known),
        reporter=reporter,
    )


def like(one: Told, others: Iterable[Told], *, least: float = LEAST) -> tuple[Alike, ...]:
    """Return the leads that may be about the matter of one, the most telling first."""
    compared = [each for each in others if each.key != one.key]
    weights = _Weights([one, *compared])
    found = (_compare(one, other, weights) for other in compared)
    return _ordered(found, least)


def between(one: Told, other: Told) -> tuple[Why, ...]:
    """Return what speaks for and against two leads being one matter, whatever it comes to.

    Likeness of words is weighed among these two alone, so it may fall short of what a whole list shows.
    """
    return _compare(one, other, _Weights([one, other])).why


def pairs(told: Sequence[Told], *, least: float = LEAST) -> tuple[Alike, ...]:
    """Return every pair that may be one matter, the most telling first; the order given does not matter."""
    known = sorted(told, key=lambda each: each.key)
    weights = _Weights(known)
    return _ordered((_compare(one, other, weights) for one, other in combinations(known, 2)), least)


def _ordered(found: Iterable[Alike], least: float) -> tuple[Alike, ...]:
    return tuple(sorted((each for each in found if each.score >= least), key=lambda a: (-a.score, a.one, a.other)))


class _Weights:
    """The texts of some leads as vectors: a pair of characters that stands in many texts tells little of any."""

    def __init__(self, told: Sequence[Told]) -> None:
        counted = {each.key: Counter(bigrams(each.text)) for each in told}
        standing = Counter(pair for count in counted.values() for pair in count)
        n = len(told) + 1
        self._vectors = {
            key: {pair: math.sqrt(times) * math.log(n / standing[pair]) for pair, times in count.items()}
            for key, count in counted.items()
        }
        self._lengths = {key: math.hypot(*vector.values()) for key, vector in self._vectors.items()}

    def cosine(self, one: str, other: str) -> float:
        """Return how alike two texts are, 0 to 1."""
        lengths = self._lengths[one] * self._lengths[other]
        if not lengths:
            return 0.0
        short, long = sorted((self._vectors[one], self._vectors[other]), key=len)
        return sum(weight * long.get(pair, 0.0) for pair, weight in short.items()) / lengths


def _compare(one: Told, other: Told, weights: _Weights) -> Alike:
    why = tuple(sorted(_reasons(one, other, weights), key=lambda each: (-each.points, each.code)))
    return Alike(one.key, other.key, round(sum(each.points for each in why), 2), why)


def _reasons(one: Told, other: Told, weights: _Weights) -> Iterator[Why]:
    yield from _who(one, other)
    firm = _firm(one, other)
    unit = _unit(one, other)
    yield from (each for each in (firm, unit) if each is not None)
    yield from _against(one, other)
    yield from _what(one, other, tied=unit is not None or firm is not None)
    for kind in ("places", "days"):
        yield from _shared(one.facts, other.facts, kind)
    yield from _text(one, other, weights)
    if abs(one.received_at - other.received_at) <= _NEAR:
        yield Why(NEAR, _NEAR_POINTS)


def _who(one: Told, other: Told) -> Iterator[Why]:
    """Say what both say of the same person; a number in one and the name to it in the other is one of them."""
    both = one.facts.student_nos & other.facts.student_nos
    if both:
        longest = max(len(one.facts.student_nos), len(other.facts.student_nos))
        yield Why(STUDENT, _SHARED["student_nos"][1] / (2 if longest > _LIST else 1), _masked(both))
    else:
        named = (one.facts.student_nos | one.facts.people) & (other.facts.student_nos | other.facts.people)
        if named:
            namesakes = max(len(one.facts.people), len(other.facts.people))
            yield Why(PERSON, _SHARED["people"][1] / max(namesakes, 1), _masked(named))
    yield from _shared(one.facts, other.facts, "phones")
    if one.reporter and one.reporter == other.reporter:
        yield Why(REPORTER, _REPORTER)


def _firm(one: Told, other: Told) -> Why | None:
    for kind in _FIRMS:
        both = getattr(one.facts, kind) & getattr(other.facts, kind)
        if both:
            return Why(EMPLOYER, _SHARED[kind][1], tuple(sorted(both)))
    for kind in _FIRMS:
        across = _across(one, other, kind)
        if across:
            return Why(REGISTERED_THERE, _REGISTERED_THERE, tuple(sorted(across)))
    return None


def _unit(one: Told, other: Told) -> Why | None:
    """Say the narrowest unit that both are about: what lies in it is said by it."""
    for kind in _UNITS:
        both = getattr(one.facts, kind) & getattr(other.facts, kind)
        if both:
            code, points = _SHARED[kind]
            return Why(code, points, tuple(sorted(both)))
        across = _across(one, other, kind)
        if across:
            return Why(UNIT_HOLDS, _HELD[kind], tuple(sorted(across)))
    return None


def _across(one: Told, other: Told, kind: str) -> frozenset[str]:
    """Return what one names and the other implies; what both only imply ties nothing (two graduates of one class)."""
    return (getattr(one.facts, kind) & getattr(other.implied, kind)) | (
        getattr(other.facts, kind) & getattr(one.implied, kind)
    )


def _what(one: Told, other: Told, *, tied: bool) -> Iterator[Why]:
    both = one.facts.themes & other.facts.themes
    if both:
        yield Why(THEME, _THEME if tied else _THEME_ALONE, tuple(sorted(both)))


def _text(one: Told, other: Told, weights: _Weights) -> Iterator[Why]:
    short, long = sorted((plain(one.text)[:_COPIED_WITHIN], plain(other.text)[:_COPIED_WITHIN]), key=len)
    if len(short) >= _COPIED_LENGTH and fuzz.partial_ratio(short, long) >= _COPIED_LIKENESS:
        yield Why(COPIED, _COPIED)
        return
    likeness = weights.cosine(one.key, other.key)
    if likeness >= _WORDS_FROM:
        yield Why(WORDS, round(_WORDS * likeness, 2))


def _against(one: Told, other: Told) -> Iterator[Why]:
    """Say what each names and the other does not; where somebody is registered contradicts units alone."""
    if _apart(one.facts.student_nos, other.facts.student_nos):
        yield Why(OTHER_STUDENTS, -_AGAINST)
    if _apart(_firms(one), _firms(other)) and not any(_across(one, other, kind) for kind in _FIRMS):
        yield Why(OTHER_EMPLOYERS, -_AGAINST)
    if _apart(one.facts.colleges | one.implied.colleges, other.facts.colleges | other.implied.colleges):
        yield Why(OTHER_COLLEGES, -_AGAINST)


def _firms(told: Told) -> frozenset[str]:
    return told.facts.employers | told.facts.credit_codes


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and bool(other) and not one & other


def _shared(one: Facts, other: Facts, kind: str) -> Iterator[Why]:
    both = getattr(one, kind) & getattr(other, kind)
    if both:
        code, points = _SHARED[kind]
        shown = () if kind == "phones" else tuple(sorted(map(str, both)))
        yield Why(code, points, shown)


def _masked(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(masked_student_no(number) for number in sorted(numbers))
