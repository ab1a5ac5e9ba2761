"""What became of what the rules found: the outcomes of closed cases, rule by rule.

Closed is a case that the second reviewer has accepted. Confirmed is one that was
corrected or rectified, unfounded one that says so; what could not be verified
tells nothing about the rule and is left out. A finding that the data no longer
show still counts, because a correction is what makes most of them vanish.

Closed cases alone would make every rule look worthless: all of them were flagged
by something, so nearly all are without any given rule for a reason. The ratio of
a rule is about all registrations, so those that nobody flagged are put beside
them, by as much as the closed cases are of all flagged ones. How many of the
unflagged are wrong is told by the watch sample; without one they are taken to be
right, and the counts say so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from casework.cases.models import Case, CaseFinding
from casework.cases.samples import WATCH, Sample, SampleMember
from casework.db import db
from casework.intake.models import Record, Revision
from casework.screening.models import Finding
from casework.screening.score import Counts

CONFIRMED = frozenset({"corrected", "rectified"})
LABELLED = CONFIRMED | {"unfounded"}


@dataclass(frozen=True)
class Outcome:
    """The cases of one rule: closed as confirmed, as unfounded, as unverifiable, and those still open."""

    confirmed: int = 0
    unfounded: int = 0
    unverifiable: int = 0
    open: int = 0

    @property
    def checked(self) -> int:
        """Return how many have shown whether the rule was right."""
        return self.confirmed + self.unfounded


@dataclass(frozen=True)
class Watch:
    """The sample of registrations that nobody flagged: drawn, checked so far, wrong among them."""

    drawn: int = 0
    checked: int = 0
    wrong: int = 0


@dataclass(frozen=True)
class Outcomes:
    """All of it. `kinds` says in cases of which kind a rule speaks; `unflagged` how many there are that nobody flagged.

    `labelled` and `flagged` count the cases of each kind: closed with an answer, and all.
    """

    rules: Mapping[str, Outcome]
    kinds: Mapping[str, str]
    confirmed: Mapping[str, int]
    unfounded: Mapping[str, int]
    flagged: Mapping[str, int]
    unflagged: Mapping[str, int] = field(default_factory=dict)
    watch: Watch = field(default_factory=Watch)

    def of(self, rule: str) -> Outcome:
        """Return the outcome of a rule; nothing of one that has no case."""
        return self.rules.get(rule, Outcome())

    def counts(self, rule: str) -> Counts | None:
        """Return what a refit of this rule counts, or None where nobody knows what was not flagged, as with units."""
        kind = self.kinds.get(rule, "")
        if kind not in self.unflagged or not self.flagged.get(kind):
            return None
        own = self.of(rule)
        closed = self.confirmed[kind] + self.unfounded[kind]
        beside = self.unflagged[kind] * closed / self.flagged[kind]
        missed = self.watch.wrong / self.watch.checked if kind == "record" and self.watch.checked else 0.0
        return Counts(
            confirmed_with=own.confirmed,
            unfounded_with=own.unfounded,
            confirmed_without=self.confirmed[kind] - own.confirmed + beside * missed,
            unfounded_without=self.unfounded[kind] - own.unfounded + beside * (1 - missed),
        )


def outcomes(organisation_id: int, round_id: int) -> Outcomes:
    """Count them for one organisation's round, in a handful of queries."""
    here = (Case.organisation_id == organisation_id, Case.round_id == round_id, Case.state != "merged")
    rows = db.session.execute(
        select(Case.id, Case.kind, Case.origin, Case.conclusion, Case.accepted_at.is_not(None).label("closed")).where(
            *here
        )
    ).all()
    cases = {row.id: row for row in rows if row.origin != "sample"}
    hits = db.session.execute(
        select(CaseFinding.case_id, Finding.rule).join(Finding).join(Case).where(*here).distinct()
    ).all()
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    found_by_rule = set()
    for hit in hits:
        if (case := cases.get(hit.case_id)) is not None:
            by_rule[hit.rule][_label(case.conclusion, closed=case.closed)] += 1
            kinds[hit.rule][case.kind] += 1
            found_by_rule.add(case.id)
    flagged = [cases[case_id] for case_id in sorted(found_by_rule)]
    return Outcomes(
        rules={rule: Outcome(**counted) for rule, counted in sorted(by_rule.items())},
        kinds={rule: min(counted, key=lambda kind: (-counted[kind], kind)) for rule, counted in kinds.items()},
        confirmed=Counter(case.kind for case in flagged if case.closed and case.conclusion in CONFIRMED),
        unfounded=Counter(case.kind for case in flagged if case.closed and case.conclusion == "unfounded"),
        flagged=Counter(case.kind for case in flagged),
        unflagged=_unflagged(organisation_id, round_id, Counter(case.kind for case in cases.values())),
        watch=_watch(organisation_id, round_id),
    )


def _label(conclusion: str | None, *, closed: bool) -> str:
    if not closed or conclusion is None:
        return "open"
    return "confirmed" if conclusion in CONFIRMED else conclusion


def _unflagged(organisation_id: int, round_id: int, with_case: Mapping[str, int]) -> dict[str, int]:
    """Return how many registrations, and how many employers, no case is about."""
    there = (Record.organisation_id == organisation_id, Record.round_id == round_id)
    registered = select(func.count()).select_from(Record).where(*there)
    employers = (
        select(func.count(Revision.credit_code.distinct()))
        .join(Record, Record.revision_id == Revision.id)
        .where(*there, Revision.credit_code != "")
    )
    return {
        "record": max(0, (db.session.scalar(registered) or 0) - with_case.get("record", 0)),
        "employer": max(0, (db.session.scalar(employers) or 0) - with_case.get("employer", 0)),
    }


def _watch(organisation_id: int, round_id: int) -> Watch:
    wanted = (
        select(Case.conclusion, Case.accepted_at.is_not(None).label("closed"))
        .select_from(SampleMember)
        .join(Sample, Sample.id == SampleMember.sample_id)
        .outerjoin(Case, Case.id == SampleMember.case_id)
        .where(Sample.organisation_id == organisation_id, Sample.round_id == round_id, Sample.purpose == WATCH)
    )
    rows = db.session.execute(wanted).all()
    return Watch(drawn=len(rows), **_answers(row.conclusion for row in rows if row.closed))


def _answers(conclusions: Iterable[str | None]) -> dict[str, int]:
    labelled = [conclusion for conclusion in conclusions if conclusion in LABELLED]
    return {"checked": len(labelled), "wrong": sum(1 for conclusion in labelled if conclusion in CONFIRMED)}
