"""What counts as having verified something, and what counts as independent.

A verification that was supplied by whoever entered or approved the record, or
that was logged by them or by the graduate's counsellor, proves nothing about
their own work. An attempt that reached nobody is logged and counts as an
attempt, never as evidence. An SMS or an answer on a confirmation page never
counts alone: anybody with the telephone could have given it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.errors import N_

ATTEMPTS_NEEDED = 3
METHODS_NEEDED = 2
KINDS_NEEDED = 2


class EvidenceClass(StrEnum):
    """Where a piece of evidence comes from; two different ones can be independent, two of one cannot."""

    GRADUATE = "graduate"
    EMPLOYER = "employer"
    PUBLIC_REGISTER = "public_register"
    ORIGINAL_DOCUMENT = "original_document"
    MONEY_FLOW = "money_flow"
    SITE_VISIT = "site_visit"


EVIDENCE_CLASS_LABELS = {
    EvidenceClass.GRADUATE: N_("毕业生本人"),
    EvidenceClass.EMPLOYER: N_("用人单位"),
    EvidenceClass.PUBLIC_REGISTER: N_("公共登记信息（工商、社保、税务）"),
    EvidenceClass.ORIGINAL_DOCUMENT: N_("材料原件"),
    EvidenceClass.MONEY_FLOW: N_("资金流水"),
    EvidenceClass.SITE_VISIT: N_("实地核查"),
}


class Method(StrEnum):
    """How it was verified."""

    PHONE = "phone"
    SMS = "sms"
    CONFIRMATION = "confirmation"
    INTERVIEW = "interview"
    LETTER = "letter"
    REGISTER_QUERY = "register_query"
    DOCUMENT_CHECK = "document_check"
    PAYMENT_CHECK = "payment_check"
    SITE_VISIT = "site_visit"


METHOD_LABELS = {
    Method.PHONE: N_("电话核查"),
    Method.SMS: N_("短信"),
    Method.CONFIRMATION: N_("确认页面答复"),
    Method.INTERVIEW: N_("当面谈话"),
    Method.LETTER: N_("发函核查"),
    Method.REGISTER_QUERY: N_("登记信息查询"),
    Method.DOCUMENT_CHECK: N_("材料核查"),
    Method.PAYMENT_CHECK: N_("流水核查"),
    Method.SITE_VISIT: N_("实地核查"),
}

NEVER_ALONE = frozenset({Method.SMS, Method.CONFIRMATION})


class Result(StrEnum):
    """What a verification established, if anything."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    INCONCLUSIVE = "inconclusive"
    UNREACHABLE = "unreachable"


RESULT_LABELS = {
    Result.SUPPORTS: N_("与登记一致"),
    Result.CONTRADICTS: N_("与登记不一致"),
    Result.INCONCLUSIVE: N_("不能判断"),
    Result.UNREACHABLE: N_("未联系上"),
}

ESTABLISHED = frozenset({Result.SUPPORTS, Result.CONTRADICTS})


@dataclass(frozen=True)
class Verification:
    """One logged attempt to establish a fact.

    `supplied_by_registrar`: what it rests on was handed over by whoever entered or
    approved the record, or by the counsellor. `by_conflicted`: it was logged by one of them.
    """

    by_id: int
    method: Method
    evidence_class: EvidenceClass
    result: Result
    at: datetime
    supplied_by_registrar: bool = False
    by_conflicted: bool = False

    @property
    def from_outside(self) -> bool:
        """Say whether nobody who answers for the record had a hand in it."""
        return not (self.supplied_by_registrar or self.by_conflicted)


def established(verifications: Iterable[Verification]) -> tuple[Verification, ...]:
    """Return those that came to a result."""
    return tuple(each for each in verifications if each.result in ESTABLISHED)


def counted(verifications: Iterable[Verification]) -> tuple[Verification, ...]:
    """Return those that count as evidence: from outside and with a result; none if all are of the kinds never alone."""
    usable = tuple(each for each in established(verifications) if each.from_outside)
    if all(each.method in NEVER_ALONE for each in usable):
        return ()
    return usable


def independent_kinds(verifications: Iterable[Verification]) -> frozenset[EvidenceClass]:
    """Return the classes of evidence that are independent of each other and of whoever made the record."""
    return frozenset(each.evidence_class for each in counted(verifications))


def attempts_by_others(verifications: Iterable[Verification]) -> tuple[Verification, ...]:
    """Return every attempt, fruitless ones too, that was not made by somebody who answers for the record."""
    return tuple(each for each in verifications if not each.by_conflicted)


def attempts_suffice(verifications: Iterable[Verification]) -> bool:
    """Say whether enough was tried, in enough ways, to say that the matter cannot be verified."""
    attempts = attempts_by_others(verifications)
    return len(attempts) >= ATTEMPTS_NEEDED and len({each.method for each in attempts}) >= METHODS_NEEDED
