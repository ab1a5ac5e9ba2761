"""Try other settings of the rules on the data as they are: what would newly be flagged, what no longer.

Only the rules that are set otherwise are asked, twice; no finding is stored and
no case is touched. The answer carries a digest of the values, the data and the
rules, so that a change of settings can insist on having been tried first.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from casework import clock
from casework.errors import N_, Conflict
from casework.intake.normal import masked_student_no
from casework.operations.gather import Gathered, gather
from casework.operations.permit import permit
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening import engine
from casework.screening.rule import Rule
from casework.screening.settings import Given, Plain, deviations, digest
from workflows.access import Actor

EXAMPLES = 20


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What one rule would flag and no longer flag; `level` says what its subjects are.

    `records` counts graduates; the examples are masked student numbers of a rule about records, else subjects.
    `missing` names what the rule lacks: it did not run, and the zeros mean nothing.
    """

    rule: str
    level: str
    newly: int
    no_longer: int
    records_newly: int
    records_no_longer: int
    examples_newly: tuple[str, ...]
    examples_no_longer: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BackTest:
    """What settings would change on the data of one organisation; `version` is what they were compared with."""

    organisation: str
    values: Plain
    version: int
    digest: str
    made_at: datetime
    differences: tuple[Difference, ...]
    records_newly: int
    records_no_longer: int

    def subjects(self, level: str) -> tuple[int, int]:
        """Return how many subjects of a level would newly be flagged, and how many no longer."""
        same = [each for each in self.differences if each.level == level]
        return sum(each.newly for each in same), sum(each.no_longer for each in same)

    def plain(self) -> dict:
        """Return it as JSON keeps it."""
        return asdict(self) | {"made_at": self.made_at.isoformat()}


def read_back_test(stored: Mapping) -> BackTest:
    """Return a back-test as it was before it became JSON."""
    lists = ("examples_newly", "examples_no_longer", "missing")
    differences = tuple(
        Difference(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in stored["differences"]
    )
    made_at = datetime.fromisoformat(stored["made_at"])
    return BackTest(**{**stored, "differences": differences, "made_at": made_at})


def refuse_unchanged(before: Plain, fresh: Plain) -> None:
    """Raise `Conflict` where settings would change nothing, so that there is nothing to try."""
    if before == fresh:
        raise Conflict(N_("参数与现在的相同，没有什么可以试算。"), code="nothing_changed")


def back_test(
    organisation: Organisation,
    round_: Round,
    *,
    values: Given,
    actor: Actor,
    on_progress: Callable[[int, int, str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> BackTest:
    """Ask the rules that `values` set otherwise, as they are and as they would be.

    Raises `Invalid` for values that no rule takes, `Conflict` when they change nothing or nothing was imported,
    `ScreeningStopped`.
    """
    permit(actor, "round:settings", organisation=organisation)
    fresh = deviations(values)
    gathered = gather(organisation=organisation, round_=round_)
    before = deviations(gathered.values)
    refuse_unchanged(before, fresh)
    rules = tuple(rule for rule in gathered.rules if before.get(rule.code) != fresh.get(rule.code))
    screenings = []
    for number, given in enumerate((before, fresh)):

        def say(done: int, total: int, rule: str, past: int = number) -> None:
            if on_progress:
                on_progress(past * total + done, 2 * total, rule)

        screenings.append(_ask(gathered, rules, given, say, should_stop))
    differences = tuple(_difference(rule, *screenings) for rule in rules)
    old, new = ({(hit.rule, number) for hit in each.hits for number in hit.student_nos} for each in screenings)
    return BackTest(
        organisation=organisation.code,
        values=fresh,
        version=gathered.version,
        digest=digest(fresh, gathered.cut),
        made_at=clock.now(),
        differences=differences,
        records_newly=len({number for _, number in new - old}),
        records_no_longer=len({number for _, number in old - new}),
    )


def _ask(
    gathered: Gathered,
    rules: tuple[Rule, ...],
    given: Plain,
    on_progress: Callable[[int, int, str], None],
    should_stop: Callable[[], bool] | None,
) -> engine.Screening:
    codes = {rule.code for rule in rules}
    return engine.screen(
        gathered.frames,
        context=gathered.context,
        settings={code: values for code, values in given.items() if code in codes},
        rules=rules,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def _difference(rule: Rule, before: engine.Screening, after: engine.Screening) -> Difference:
    old, new = (
        {hit.subject_key: hit.student_nos for hit in each.hits if hit.rule == rule.code} for each in (before, after)
    )
    newly, gone = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    were, are = ({number for numbers in each.values() for number in numbers} for each in (old, new))
    shown = _masked if rule.level == "record" else str
    return Difference(
        rule=rule.code,
        level=rule.level,
        newly=len(newly),
        no_longer=len(gone),
        records_newly=len(are - were),
        records_no_longer=len(were - are),
        examples_newly=tuple(map(shown, newly[:EXAMPLES])),
        examples_no_longer=tuple(map(shown, gone[:EXAMPLES])),
        missing=next(run.missing for run in after.runs if run.rule == rule.code),
    )


def _masked(number: str) -> str:
    """Mask a student number; the code of a university before it stays."""
    university, slash, own = number.rpartition("/")
    return f"{university}{slash}{masked_student_no(own)}"
