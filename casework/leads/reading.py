"""What a lead names: numbers, firms, units, days, read out of its words.

Only what stands there is read. Whole student numbers and credit codes are found by
their shape, everything else by names that the caller knows (colleges, classes,
employers, graduates of this round), so nothing is guessed from likeness: a number
with one digit wrong names nobody. What a named graduate's registration says (class,
employer) is kept apart as `implied`: the text did not say it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from casework import clock
from casework.intake.normal import credit_code, employer_name, nfkc, phone_key
from casework.leads.themes import themes_of

_STUDENT_NO = re.compile(r"(?<![0-9A-Za-z])\d{8,14}(?![0-9A-Za-z])")
_CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NP-RT-UW-Y]{18}(?![0-9A-Z])")
_ID_NUMBER = re.compile(r"\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
"""A person's: as long as a credit code, and never one of a firm."""
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_FIRM = re.compile(r"[\w()·]{2,30}?(?:股份有限公司|有限责任公司|有限公司|\(集团\)公司|集团公司)")
_DAY = re.compile(r"(?<!\d)(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]")
_AGO = re.compile("今[天晚]|昨[天晚日]|前天")
_BACK = {"今": 0, "昨": 1, "前": 2}
_BREAKS = re.compile(r"[\s,.;:!?，。；：！？、“”\"'（()）《》]+")
_SHORTEST = 2
_SHORTEST_EMPLOYER = 5


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a graduate stands in the university and where they are registered; empty text says nothing."""

    college: str = ""
    major: str = ""
    class_name: str = ""
    counsellor: str = ""
    employer: str = ""
    credit_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """Names that a text may hold; `people` gives every student number of a name, `registered` the place of a number.

    `classes` and `majors` give the unit that holds them; `employers` are names as written.
    """

    university: str = ""
    colleges: frozenset[str] = frozenset()
    majors: Mapping[str, str] = field(default_factory=dict)  # major → college, "" where several have it
    classes: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # class → major, college
    counsellors: Mapping[str, str] = field(default_factory=dict)  # name → college
    employers: frozenset[str] = frozenset()
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    registered: Mapping[str, Place] = field(default_factory=dict)
    places: frozenset[str] = frozenset()

    @cached_property
    def employer_keys(self) -> Mapping[str, str]:
        """Return the employers, as they are sought in a text → as they are compared.

        The university itself is none of them, nor is a name too short to be sure of.
        """
        keys = {key for name in self.employers if len(key := employer_name(name)) >= _SHORTEST_EMPLOYER}
        return {_bare(key): key for key in sorted(keys - {employer_name(self.university)})}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one lead is about, each kind as the keys under which two spellings meet."""

    student_nos: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()  # student numbers that follow from a name
    credit_codes: frozenset[str] = frozenset()
    employers: frozenset[str] = frozenset()
    counsellors: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    majors: frozenset[str] = frozenset()
    colleges: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()
    themes: frozenset[str] = frozenset()

    def joined(self, other: "Facts") -> "Facts":
        """Return both together."""
        return Facts(**{each.name: getattr(self, each.name) | getattr(other, each.name) for each in fields(Facts)})


NOTHING = Facts()


def plain(text: str) -> str:
    """Return a text as it is compared: NFKC, no blanks at its ends."""
    return nfkc(text)


def read(text: str, *, known: Known, received_at: datetime) -> Facts:
    """Return what a text names itself."""
    words = plain(text)
    codes = frozenset(code for code in _CREDIT_CODE.findall(words.upper()) if not _ID_NUMBER.fullmatch(code))
    phones = frozenset(key for key in map(phone_key, _MOBILE.findall(words)) if key)
    numbers = frozenset(_STUDENT_NO.findall(words)) - phones
    run = _BREAKS.sub("", words)
    numbered = numbers & known.registered.keys() if known.registered else numbers
    return Facts(
        student_nos=frozenset(numbered),
        people=frozenset(no for name in _held(known.people, run) for no in _meant(known.people[name], numbered)),
        credit_codes=codes,
        employers=_employers(words, run, known),
        counsellors=frozenset(_held(known.counsellors, run)),
        classes=frozenset(_held(known.classes, run)),
        majors=frozenset(_held(known.majors, run)) - _inside([*known.classes, *known.colleges], known.majors, run),
        colleges=frozenset(_held(known.colleges, run)) | _shortened(known.colleges, run),
        places=frozenset(_held(known.places, run)),
        phones=phones,
        days=frozenset(_days(words, received_at)),
        themes=themes_of(words),
    )


def numbers_in(text: str) -> frozenset[str]:
    """Return everything in a text that has the shape of a student number."""
    return frozenset(_STUDENT_NO.findall(plain(text)))


def told(about: Mapping[str, Iterable[str]], *, known: Known) -> Facts:
    """Return what a person has said that a lead is about (`Lead.about`)."""
    units = frozenset(about.get("units", ()))
    return Facts(
        student_nos=frozenset(about.get("student_nos", ())),
        credit_codes=frozenset(filter(None, map(credit_code, about.get("credit_codes", ())))),
        employers=frozenset(filter(None, map(employer_name, about.get("employers", ())))),
        counsellors=units & frozenset(known.counsellors),
        classes=units & frozenset(known.classes),
        majors=units & frozenset(known.majors),
        colleges=units & known.colleges,
        places=frozenset(about.get("places", ())),
    )


def implied(facts: Facts, known: Known) -> Facts:
    """Return what follows from the registrations of those named, and which units hold those named."""
    numbers = facts.student_nos | (facts.people if len(facts.people) == 1 else frozenset())
    stands = [known.registered[number] for number in sorted(numbers) if number in known.registered]
    holding = [known.classes[each] for each in facts.classes if each in known.classes]
    of_counsellors = {known.counsellors[each] for each in facts.counsellors if each in known.counsellors}
    of_majors = {known.majors[each] for each in facts.majors if each in known.majors}
    return Facts(
        credit_codes=_said(each.credit_code for each in stands) - facts.credit_codes,
        employers=_said(employer_name(each.employer) for each in stands) - facts.employers,
        counsellors=_said(each.counsellor for each in stands) - facts.counsellors,
        classes=_said(each.class_name for each in stands) - facts.classes,
        majors=_said([*(each.major for each in stands), *(major for major, _ in holding)]) - facts.majors,
        colleges=_said(
            [*(each.college for each in stands), *(college for _, college in holding), *of_counsellors, *of_majors]
        )
        - facts.colleges,
    )


def _meant(namesakes: Iterable[str], numbered: Collection[str]) -> Iterable[str]:
    """Return whom a name means: of several namesakes the one whose number stands beside it."""
    return [number for number in namesakes if number in numbered] or namesakes


def _said(values: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, values))


def _held(names: Iterable[str], run: str) -> list[str]:
    return [name for name in names if len(name) >= _SHORTEST and _run(name) in run]


def _run(text: str) -> str:
    """Return a text without breaks, so that a name is found across a comma or a bracket of either width."""
    return _BREAKS.sub("", text if text.isascii() else nfkc(text))


def _inside(longer: Iterable[str], shorter: Iterable[str], run: str) -> frozenset[str]:
    """Return those names that stand in the text only as a part of a longer one (软件工程 in 软件工程2001班)."""
    left = run
    for name in sorted(_held(longer, run), key=len, reverse=True):
        left = left.replace(_run(name), "\n")
    return frozenset(_held(shorter, run)) - frozenset(_held(shorter, left))


def _shortened(colleges: Iterable[str], run: str) -> frozenset[str]:
    """Return the one college whose name begins like a shortened one in the text (电气学院), if it is one."""
    found = set()
    for short in re.findall(r"([一-鿿]{2})学院", run):
        meant = [name for name in colleges if name.startswith(short)]
        if len(meant) == 1:
            found.add(meant[0])
    return frozenset(found)


def _employers(words: str, run: str, known: Known) -> frozenset[str]:
    whole = _bare(employer_name(run))
    held = {key for sought, key in known.employer_keys.items() if sought in whole}
    unknown = {key for firm in _FIRM.findall(words) if (key := employer_name(firm)) and not _ends(key, held)}
    return frozenset(held | (set() if held else unknown))


def _bare(key: str) -> str:
    """Drop 市 and 省 everywhere: inside a sentence nobody can say where a firm's name begins (到武汉市某某公司)."""
    return key.replace("市", "").replace("省", "")


def _ends(key: str, held: Iterable[str]) -> bool:
    return any(key.endswith(each) for each in held)


def _days(words: str, received_at: datetime) -> Iterable[date]:
    arrived = received_at.astimezone(clock.BEIJING).date()
    for year, month, day in _DAY.findall(words):
        try:
            yield date(int(year or arrived.year), int(month), int(day))
        except ValueError:  # 2月30日 is nobody's day
            continue
    for word in _AGO.findall(words):
        yield arrived - timedelta(days=_BACK[word[0]])


def bigrams(text: str) -> list[str]:
    """Return the neighbouring pairs of characters of a text, breaks dropped."""
    run = _BREAKS.sub("", plain(text))
    return [one + other for one, other in pairwise(run)]
