"""Ties that keep a person from a matter (回避): what may be declared, what is found, and from which part each bars.

A tie is declared by a person (a relative among the graduates, an interest in an
employer) or found in what is on file (they entered the registration, the matter
is about them). Whoever is told of a refusal hears which kind of tie it is and not
to whom: neither the graduate nor who reported what. Two kinds are never named at
all, because their name alone would say what a lead says.

Which tie keeps from which part stands in one table, `BARS`. Whoever judges one
matter (owner, second reviewer, spot checker, whoever takes it over, lead officer)
is kept from it by every tie. The signature of a principal leader covers a whole
report and nobody else holds the office, so a tie bars it that is on file about the
leader, not that two people share a counsellor's name; and the workflow lets leaders
sign for the body in which they serve. Nobody is kept from drafting: a draft decides
nothing, and what the drafter may not sign is said in `signoff`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workflows.engine import Words
from workflows.errors import N_


class Match(StrEnum):
    """What the value of a declared tie is compared with."""

    STUDENT = "student"
    COUNSELLOR = "counsellor"
    ACCOUNT = "account"
    EMPLOYER = "employer"
    BODY = "body"


class Tie(StrEnum):
    """Why somebody keeps away from a matter."""

    SELF = "self"
    KIN = "kin"
    INTEREST = "interest"
    COUNSELLOR = "counsellor"
    OPERATOR = "operator"
    EMPLOYER = "employer"
    BODY = "body"
    SUBJECT = "subject"
    BELONGS = "belongs"
    NAMED = "named"


@dataclass(frozen=True)
class Declarable:
    """A kind of tie that a person may declare: its word, what its value is, and what to write there."""

    label: str
    match: Match
    hint: str


STUDENT_NO = N_("写该毕业生的学号。")
DECLARABLE: Mapping[Tie, Declarable] = MappingProxyType(
    {
        Tie.SELF: Declarable(N_("本人"), Match.STUDENT, STUDENT_NO),
        Tie.KIN: Declarable(N_("近亲属"), Match.STUDENT, STUDENT_NO),
        Tie.COUNSELLOR: Declarable(N_("辅导员"), Match.COUNSELLOR, N_("写该毕业生的学号，或登记中的辅导员姓名。")),
        Tie.OPERATOR: Declarable(N_("经手登记"), Match.ACCOUNT, N_("写本人在登记系统中的账号。")),
        Tie.EMPLOYER: Declarable(N_("用人单位利害关系"), Match.EMPLOYER, N_("写统一社会信用代码或登记的单位名称。")),
        Tie.BODY: Declarable(N_("与有关院系或机构有利害关系"), Match.BODY, N_("写机构代码。")),
        Tie.INTEREST: Declarable(N_("与毕业生有其他利害关系"), Match.STUDENT, STUDENT_NO),
    }
)
"""The kinds in the order of the form."""

FOUND: Mapping[Tie, str] = MappingProxyType({Tie.SUBJECT: N_("案件涉及本人")})
UNSAID = N_("其他须回避的情形")
"""The word for ties whose own word would tell what a lead says or whom it is about."""


class Part(StrEnum):
    """What somebody does with a matter; who owned a case in a report never signs it (`signoff`), tie or none."""

    OWNER = "owner"
    REVIEWER = "reviewer"
    CHECKER = "checker"
    TAKER = "taker"
    OFFICER = "officer"
    SIGNER = "signer"
    DRAFTER = "drafter"


_JUDGES = frozenset({Part.OWNER, Part.REVIEWER, Part.CHECKER, Part.TAKER, Part.OFFICER})
BARS: Mapping[Tie, frozenset[Part]] = MappingProxyType(
    {
        Tie.SELF: _JUDGES | {Part.SIGNER},
        Tie.KIN: _JUDGES | {Part.SIGNER},
        Tie.INTEREST: _JUDGES | {Part.SIGNER},
        Tie.COUNSELLOR: _JUDGES | {Part.SIGNER},
        Tie.OPERATOR: _JUDGES | {Part.SIGNER},
        Tie.EMPLOYER: _JUDGES | {Part.SIGNER},
        Tie.BODY: _JUDGES | {Part.SIGNER},
        Tie.SUBJECT: _JUDGES | {Part.SIGNER},
        Tie.BELONGS: _JUDGES,
        Tie.NAMED: _JUDGES | {Part.SIGNER},
    }
)
"""From which parts each tie keeps its person: the one table."""


def barring(ties: Iterable[Tie], part: Part) -> frozenset[Tie]:
    """Return those of some ties that keep from a part."""
    return frozenset(tie for tie in ties if part in BARS[tie])


def label_of(tie: Tie) -> str:
    """Return the word for a tie that may be said to anybody who hears of the refusal."""
    if tie in DECLARABLE and tie is not Tie.BODY:
        return DECLARABLE[tie].label
    return FOUND.get(tie, UNSAID)


def words_of(ties: Iterable[Tie]) -> Words:
    """Return the words of some ties, each once, in one order."""
    known = set(ties)
    return Words(dict.fromkeys(label_of(tie) for tie in Tie if tie in known))
