"""Work on several cases at once: share them out, write one note. Nothing is ever concluded in bulk."""

from dataclasses import dataclass

from flask import Response, request, url_for
from flask_babel import gettext

from casework import clock
from casework.cases.models import Case
from casework.cases.queries import get_cases
from casework.doors.refused import remember_each
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, CaseworkError, Conflict, Invalid
from casework.operations.assign import assign as give
from casework.operations.assign import share_out
from casework.operations.small_steps import add_note
from casework.overview import staff
from casework.people.models import Person
from casework.web.pages import Trouble, attempt, page, submitted
from casework.web.wording import said

AT_MOST = 200


@dataclass(frozen=True)
class Outcome:
    """What became of one case: its new owner, or why it stayed."""

    number: str
    owner: str
    refused: CaseworkError | None

    @property
    def refusal(self) -> str:
        """The sentence that says why."""
        return said(self.refused.message, self.refused.params) if self.refused else ""


@signed_in
def assign() -> Response:
    """Ask to whom, with everybody's present load beside the name; then give, and say what became of each case."""
    if request.method == "GET":
        return _assign_form(None)
    outcome = attempt(_share)
    if isinstance(outcome, Trouble):
        return _assign_form(outcome)
    remember_each((each.number, each.refused) for each in outcome if each.refused)
    return page("bulk/done.html", outcomes=outcome)


@signed_in
def note() -> Response:
    """Ask for the words, then write them into every chosen case."""
    if request.method == "GET":
        return _note_form(None)
    return submitted(
        lambda: _note_all(request.form.get("words", "")),
        done=gettext("备注已写入所选案件。"),
        to=url_for("web.queue"),
        again=_note_form,
    )


def _share() -> list[Outcome]:
    cases, actor, form = _chosen(), current_actor(), request.form
    people = {person.ref: person for person in staff.who_work_in(sorted({case.organisation_id for case in cases}))}
    among = [people[ref] for ref in form.getlist("to") if ref in people]
    if not among:
        raise Invalid(N_("没有选择人员，没有派发。"), fields={"to": N_("请至少选择一人。")})
    if len(among) == 1:
        return [_give(case, among[0], form.get("reason", "")) for case in cases]
    results = share_out(cases, among=among, actor=actor, reason=form.get("reason", ""))
    return [Outcome(each.case.number, each.owner.name if each.owner else "", each.refusal) for each in results]


def _give(case: Case, person: Person, reason: str) -> Outcome:
    try:
        give(case, to=person, actor=current_actor(), reason=reason)
    except CaseworkError as refused:
        return Outcome(case.number, "", refused)
    return Outcome(case.number, person.name, None)


def _chosen() -> list[Case]:
    numbers = request.values.getlist("case")
    if not numbers:
        raise Invalid(N_("没有选择案件。请回到列表勾选后再办理。"))
    if len(numbers) > AT_MOST:
        raise Conflict(N_("一次最多办理%(n)s件，没有保存。请分批选择。"), params={"n": AT_MOST})
    return list(get_cases(numbers, current_actor()))


def _assign_form(trouble: Trouble | None) -> Response:
    cases = _chosen()
    people = staff.who_work_in(sorted({case.organisation_id for case in cases}))
    loads = staff.loads([person.id for person in people], now=clock.now(), asked_by=current_actor())
    return page(
        "bulk/assign.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        cases=cases,
        people=people,
        loads=loads,
        picked=request.form.getlist("to"),
        given=request.form,
    )


def _note_form(trouble: Trouble | None) -> Response:
    status = trouble.status if trouble else 200
    return page("bulk/note.html", status=status, trouble=trouble, cases=_chosen(), given=request.form)


def _note_all(words: str) -> None:
    for case in _chosen():
        add_note(case, words=words, actor=current_actor())
