"""Tell people what a report waits for, and what became of it; no name or number of a graduate is in it."""

from collections.abc import Sequence

from casework import clock
from casework.filing.models import Filing
from casework.operations.announce import announce
from casework.people import queries as people
from casework.people.models import Person
from casework.reports.facts import signing_of
from casework.reports.models import Report, SignedPaper
from casework.reports.queries import number_of
from workflows.escalation import ESCALATION


def ask_for_signatures(report: Report) -> None:
    """Ask everybody who holds an office that signs."""
    signing = signing_of(report)
    for slot in signing.waiting_slots:
        announce(
            "report_to_sign",
            to=people.holders(slot.role, report.organisation_id),
            subject=report,
            params={"report": number_of(report), "role": slot.role.value, "cases": len(report.cases)},
            dedup=_occasion(report, f"to_sign:{slot.name}"),
        )


def say_handed_in(report: Report, paper: SignedPaper) -> None:
    """Ask whoever signs in this slot to confirm what somebody else has handed in for it; once a paper."""
    for slot in signing_of(report).waiting_slots:
        if slot.name != paper.slot:
            continue
        holders = people.holders(slot.role, report.organisation_id)
        announce(
            "report_paper",
            to=[person for person in holders if person.id != paper.handed_in_by_id],
            subject=report,
            params={"report": number_of(report), "role": slot.role.value},
            dedup=f"report:{report.id}:paper:{paper.ref}",
        )


def say_signed(report: Report) -> None:
    """Tell those who made the report that every slot is signed."""
    announce(
        "report_signed",
        to=_makers(report),
        subject=report,
        params={"report": number_of(report), "cases": len(report.cases)},
        dedup=_occasion(report, "signed"),
    )


def say_stale(report: Report) -> None:
    """Tell those who made the report, and those who had signed it, that it counts no more."""
    signers = [row.person for row in report.signatures if row.manifest_hash == report.manifest_hash]
    announce(
        "report_stale",
        to=[*_makers(report), *signers],
        subject=report,
        params={"report": number_of(report), "case": report.stale_case},
        class_=ESCALATION,
        dedup=_occasion(report, "stale"),
    )


def say_refused(report: Report) -> None:
    """Tell those who made the report that a leader has sent it back unsigned."""
    announce(
        "report_refused",
        to=_makers(report),
        subject=report,
        params={"report": number_of(report)},
        class_=ESCALATION,
        dedup=_occasion(report, "refused"),
    )


def say_withdrawn(report: Report, sent: Sequence[Filing]) -> None:
    """Tell those who made the report, and those who had signed it, that its sender has taken it back."""
    signers = [row.person for row in report.signatures if row.manifest_hash == report.manifest_hash]
    announce(
        "report_withdrawn",
        to=[*_makers(report), *signers],
        subject=report,
        params={"report": number_of(report)},
        class_=ESCALATION,
        dedup=_occasion(report, f"withdrawn:{sent[0].ref}"),
    )


def say_below_changed(report: Report) -> None:
    """Tell those who made the report, and those who had signed it, that what it cites has changed below."""
    signers = [row.person for row in report.signatures if row.manifest_hash == report.manifest_hash]
    announce(
        "report_below_changed",
        to=[*_makers(report), *signers],
        subject=report,
        params={"report": number_of(report), "cited": report.stale_case},
        class_=ESCALATION,
        dedup=_occasion(report, "below_changed"),
    )


def say_receipted(filing: Filing) -> None:
    """Tell those who made the report that a recipient has receipted it."""
    _say_of_filing(filing, "filing_received", class_=1)


def say_returned(filing: Filing) -> None:
    """Tell those who made the report that a recipient has returned it."""
    _say_of_filing(filing, "filing_returned", class_=ESCALATION)


def _say_of_filing(filing: Filing, kind: str, *, class_: int) -> None:
    on = filing.received_on or clock.today()
    announce(
        kind,
        to=_makers(filing.report),
        subject=filing.report,
        params={"report": number_of(filing.report), "recipient_body": filing.recipient.name, "on": on.isoformat()},
        class_=class_,
        dedup=f"filing:{filing.ref}:{kind}",
    )


def _makers(report: Report) -> list[Person]:
    return [report.drafted_by, *people.holders("supervisor", report.organisation_id)]


def _occasion(report: Report, what: str) -> str:
    """Name an occasion of this freeze: a report that is frozen anew is told anew."""
    return f"report:{report.id}:{(report.manifest_hash or '')[:16]}:{what}"
