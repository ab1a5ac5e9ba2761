"""Ties that keep a person from a matter (回避): what may be declared, what is found, and from which part each bars.

A tie is declared by a person (a relative among the graduates, an interest in an
employer) or found in what is on file (they entered the registration, the matter
is about them). Whoever is told of a refusal hears which kind of tie it is and not
to whom: neither the graduate nor who reported what. Two kinds are never named at
all, because their name alone would say what a lead says.

The parts of owner, second reviewer, spot checker and lead officer are barred by
every tie. The signature of a principal leader covers a whole report: it is barred
by what is about the leader or was declared by them (the workflow names owner and
subject), not by a name that two people share.
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

SIGNER = frozenset({Tie.SELF, Tie.KIN, Tie.INTEREST, Tie.EMPLOYER, Tie.SUBJECT})
"""The ties that bar from signing a report that holds the matter."""


def label_of(tie: Tie) -> str:
    """Return the word for a tie that may be said to anybody who hears of the refusal."""
    if tie in DECLARABLE and tie is not Tie.BODY:
        return DECLARABLE[tie].label
    return FOUND.get(tie, UNSAID)


def words_of(ties: Iterable[Tie]) -> Words:
    """Return the words of some ties, each once, in one order."""
    known = set(ties)
    return Words(dict.fromkeys(label_of(tie) for tie in Tie if tie in known))
