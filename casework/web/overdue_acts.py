"""What a supervisor does about late work from the board: press owners, raise cases. One result for each of them."""

from dataclasses import dataclass

from flask import Response, request
from flask_babel import gettext

from casework import clock
from casework.cases.models import Case
from casework.cases.queries import get_cases
from casework.doors.refused import remember_each
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, CaseworkError, Conflict, Invalid
from casework.operations.permit import permit
from casework.operations.press import press as press_person
from casework.operations.raise_case import raise_case
from casework.overview.board_names import last_presses
from casework.overview.staff import loads
from casework.people.models import Organisation, Person
from casework.people.queries import get_organisation, get_person
from casework.web.pages import Trouble, attempt, page
from casework.web.wording import said

AT_MOST = 200


@dataclass(frozen=True)
class Outcome:
    """What became of one person or case: `done` says what, `refused` that it was not."""

    label: str
    number: str = ""
    done: str = ""
    refused: CaseworkError | None = None

    @property
    def refusal(self) -> str:
        """The sentence that says why."""
        return said(self.refused.message, self.refused.params) if self.refused else ""


@signed_in
def press() -> Response:
    """Ask whom to press, with what each has late and when they were pressed last; then press, once a day each."""
    if request.method == "GET":
        return _press_form(None)
    outcome = attempt(_press_all)
    if isinstance(outcome, Trouble):
        return _press_form(outcome)
    remember_each((each.number, each.refused) for each in outcome if each.refused)
    return page("overdue/done.html", title=gettext("催办结果"), outcomes=outcome)


@signed_in
def raise_() -> Response:
    """Ask for a word about the chosen cases; then raise each to the next level of its ladder, once a day."""
    if request.method == "GET":
        return _raise_form(None)
    outcome = attempt(_raise_all)
    if isinstance(outcome, Trouble):
        return _raise_form(outcome)
    remember_each((each.number, each.refused) for each in outcome if each.refused)
    return page("overdue/done.html", title=gettext("上报结果"), outcomes=outcome)


def _press_all() -> list[Outcome]:
    desks, found = _desks_named(), []
    if not desks:
        raise Invalid(N_("没有选择人员，没有催办。"), fields={"desk": N_("请至少选择一人。")})
    for person, organisation in desks:
        try:
            done = press_person(
                person, organisation=organisation, note=request.form.get("note", ""), actor=current_actor()
            )
        except CaseworkError as refused:
            found.append(Outcome(person.name, refused=refused))
        else:
            found.append(Outcome(person.name, done=gettext("已催办%(n)s件逾期案件", n=len(done.cases))))
    return found


def _raise_all() -> list[Outcome]:
    found = []
    for case in _chosen(lock=True):
        try:
            done = raise_case(case, actor=current_actor(), note=request.form.get("note", ""))
        except CaseworkError as refused:
            found.append(Outcome(case.number, case.number, refused=refused))
        else:
            words = said(N_("已报%(roles)s"), {"roles": done.labels})
            found.append(Outcome(case.number, case.number, done=words))
    return found


def _press_form(trouble: Trouble | None) -> Response:
    desks = _desks_named() if request.values.getlist("desk") else _desks_of(_chosen())
    for _, organisation in desks:
        permit(current_actor(), "overdue:press", organisation=organisation)
    people = [person for person, _ in desks]
    return page(
        "overdue/press.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        desks=desks,
        nobody=[case for case in _chosen(empty=True) if case.owner is None],
        loads=loads([person.id for person in people], now=clock.now(), asked_by=current_actor()),
        pressed=last_presses([person.id for person in people]),
        today=clock.today(),
        given=request.form,
    )


def _raise_form(trouble: Trouble | None) -> Response:
    return page(
        "overdue/raise.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        cases=_chosen(),
        given=request.form,
    )


def _chosen(*, empty: bool = False, lock: bool = False) -> list[Case]:
    numbers = request.values.getlist("case")
    if not numbers and not empty:
        raise Invalid(N_("没有选择案件。请回到列表勾选后再办理。"))
    if len(numbers) > AT_MOST:
        raise Conflict(N_("一次最多办理%(n)s件，没有保存。请分批选择。"), params={"n": AT_MOST})
    return list(get_cases(numbers, current_actor(), lock=lock)) if numbers else []


def _desks_of(cases: list[Case]) -> list[tuple[Person, Organisation]]:
    """Return the owners of these cases, each with the organisation whose late cases are meant."""
    found = {(case.owner.id, case.organisation_id): (case.owner, case.organisation) for case in cases if case.owner}
    return list(found.values())


def _desks_named() -> list[tuple[Person, Organisation]]:
    """Return the desks that the request names, as person@organisation; what is named wrongly is not there (404)."""
    named = [each.partition("@") for each in dict.fromkeys(request.values.getlist("desk"))]
    if len(named) > AT_MOST:
        raise Conflict(N_("一次最多办理%(n)s件，没有保存。请分批选择。"), params={"n": AT_MOST})
    return [(get_person(ref), get_organisation(code)) for ref, _, code in named]
