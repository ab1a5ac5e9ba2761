"""Cases from the terminal: the same operations as on the page, one case or many at once."""

from pathlib import Path

import click

from casework import clock
from casework.cases import queries
from casework.cases.models import Case
from casework.cli import case_decisions, spoken
from casework.cli.context import acting, application, person_of, remember
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.config import Settings
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_, CaseworkError, NotFound
from casework.intake.models import Record
from casework.operations.add_evidence import add_evidence
from casework.operations.advance import advance
from casework.operations.assign import assign, share_out
from casework.operations.choices_of import choices_of
from casework.operations.log_verification import SUPPLIERS, log_verification
from casework.operations.open_case import open_case
from casework.operations.propose_correction import propose_correction
from casework.operations.small_steps import add_note
from casework.people import queries as people
from casework.rounds import queries as rounds
from workflows.case import CASE
from workflows.case_facts import Conclusion, Kind
from workflows.errors import Refused
from workflows.evidence import EvidenceClass, Method, Result

SUPPLIED_BY = N_("由谁提供；由登记、审核人员或辅导员提供的（registrar）不计为证据。")
WORDS = N_("%(words)s")
BY_HAND = sorted({step.action for step in CASE.steps if step.by_hand} - {"merge", "unmerge"})


@click.group(cls=spoken.SpokenGroup, help=N_("案件：列出、查看、派发、登记核查、办理。"))
def case() -> None:
    """Everything about cases."""


@case.command("list", help=N_("列出权限范围内未办结的案件，最急的在前。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--mine", is_flag=True, help=N_("只列我经办的。"))
@spoken.option("--limit", default=50, show_default=True, help=N_("最多列多少件。"))
def list_(*, login: str, mine: bool, limit: int) -> None:
    """List open cases."""
    with application():
        actor = acting(login)
        wanted = queries.visible(actor).where(Case.state.in_(queries.OPEN_STATES)).order_by(Case.due_at, Case.id)
        if mine:
            wanted = wanted.where(Case.owner_id == actor.id)
        for found in db.session.scalars(wanted.limit(limit)):
            click.echo(_line(found))


@case.command(help=N_("查看一件案件：现在能做什么，不能做什么以及原因。"))
@click.argument("number")
@spoken.option("--as", "login", required=True, help=AS)
def show(*, number: str, login: str) -> None:
    """Show one case."""
    with application():
        actor = acting(login)
        found = queries.get_case(number, actor)
        click.echo(_line(found))
        for choice in choices_of(found, actor=actor):
            click.echo(f"  {'+' if choice.allowed else '-'} {choice.action:<10} {spoken.say(choice.label)}")
            for refusal in choice.refusals:
                click.echo(f"      {spoken.say_refusal(refusal)}")


@case.command("open", help=N_("依线索立案：关于院系、学校，或“四不准”“三不得”。登记和单位的疑点由筛查立案。"))
@spoken.option("--kind", type=click.Choice([Kind.UNIT.value, Kind.CONDUCT.value]), required=True, help=N_("案件种类。"))
@spoken.option("--subject", required=True, help=N_("涉及的院系名称，或涉及人员的账号。"))
@spoken.option("--title", required=True, help=N_("事由；不写毕业生姓名。"))
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--as", "login", required=True, help=AS)
def open_(*, kind: str, subject: str, title: str, organisation: str, round_code: str, login: str) -> None:
    """Open a case that no rule found."""
    with application(), unit_of_work():
        opened = open_case(
            organisation=people.get_organisation(organisation),
            round_=rounds.get_round(round_code),
            kind=kind,
            subject_key=subject,
            title=WORDS,
            title_params={"words": title},
            findings=(),
            records=(),
            origin="lead",
            actor=acting(login),
        )
        click.echo(_line(opened))


@case.command("assign", help=N_("派发案件；给出多个账号时按现有在办数平均分配。"))
@click.argument("numbers", nargs=-1, required=True)
@spoken.option("--to", "logins", multiple=True, required=True, help=N_("经办人账号；可写多次。"))
@spoken.option("--reason", default="", help=N_("改派的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def assign_(*, numbers: tuple[str, ...], logins: tuple[str, ...], reason: str, login: str) -> None:
    """Give cases an owner."""
    lost = []
    with application():
        with unit_of_work():
            actor = acting(login)
            among = [person_of(each) for each in logins]
            cases = [queries.get_case(number, actor, lock=True) for number in numbers]
            if len(among) == 1:
                for found in cases:
                    assign(found, to=among[0], actor=actor, reason=reason)
                return
            for result in share_out(cases, among=among, actor=actor, reason=reason):
                if result.refusal:
                    lost.append((result.case.number, result.refusal))
                said = result.owner.name if result.owner else _said(result.refusal)
                click.echo(f"{result.case.number}  {said}")
        for number, refusal in lost:
            remember(refusal, number=number)


@case.command(help=N_("登记一次核查。"))
@click.argument("number")
@spoken.option("--method", type=spoken.choice(Method), required=True, help=N_("核查方式。"))
@spoken.option("--evidence-class", type=spoken.choice(EvidenceClass), required=True, help=N_("证据来源的类别。"))
@spoken.option("--result", type=spoken.choice(Result), required=True, help=N_("核查结果。"))
@spoken.option("--supplied-by", type=click.Choice(SUPPLIERS), default="other", show_default=True, help=SUPPLIED_BY)
@spoken.option("--note", default="", help=N_("核查情况。"))
@spoken.option("--as", "login", required=True, help=AS)
def verify(
    *, number: str, method: str, evidence_class: str, result: str, supplied_by: str, note: str, login: str
) -> None:
    """Log an attempt to establish a fact."""
    with case_decisions.working_on(number, login) as (found, actor):
        log_verification(
            found,
            method=method,
            evidence_class=evidence_class,
            result=result,
            supplied_by=supplied_by,
            note=note,
            actor=actor,
        )


@case.command(help=N_("上传一份材料。"))
@click.argument("number")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@spoken.option("--evidence-class", type=spoken.choice(EvidenceClass), required=True, help=N_("证据来源的类别。"))
@spoken.option("--supplied-by", type=click.Choice(SUPPLIERS), default="other", show_default=True, help=SUPPLIED_BY)
@spoken.option("--as", "login", required=True, help=AS)
def evidence(*, number: str, file: Path, evidence_class: str, supplied_by: str, login: str) -> None:
    """Add a file."""
    with application() as app, unit_of_work():
        actor, settings = acting(login), app.extensions["casework"]
        assert isinstance(settings, Settings)  # noqa: S101 - told to the type checker
        add_evidence(
            queries.get_case(number, actor, lock=True),
            name=file.name,
            content=file.read_bytes(),
            evidence_class=evidence_class,
            supplied_by=supplied_by,
            actor=actor,
            settings=settings,
        )


@case.command(help=N_("登记一项更正：原值取自现登记数据。"))
@click.argument("number")
@spoken.option("--field", required=True, help=N_("要更正的项目，例如 destination_code。"))
@spoken.option("--new", required=True, help=N_("更正后的值。"))
@spoken.option("--reference", default="", help=N_("登记系统中变更申请的编号。"))
@spoken.option("--student-no", default="", help=N_("更正哪一名毕业生的登记；案件只有一名时可不写。"))
@spoken.option("--as", "login", required=True, help=AS)
def correct(*, number: str, field: str, new: str, reference: str, student_no: str, login: str) -> None:
    """Record a correction; its evidence is the file that was added last."""
    with case_decisions.working_on(number, login) as (found, actor):
        standing = [row for row in found.evidence if row.withdrawn_at is None]
        propose_correction(
            found,
            record=_record(found, student_no),
            field=field,
            new=new,
            upstream_reference=reference,
            evidence=standing[-1] if standing else None,
            actor=actor,
        )


@case.command(help=N_("办理一步；可一次办理多件，逐件给出结果。"))
@click.argument("action", type=click.Choice(BY_HAND))
@click.argument("numbers", nargs=-1, required=True)
@spoken.option("--reason", default="", help=N_("理由。"))
@spoken.option("--conclusion", type=spoken.choice(Conclusion), default=None, help=N_("核查结论。"))
@spoken.option("--note", default="", help=N_("结论说明。"))
@spoken.option("--violation", default=None, help=N_("违规情形的代码。"))
@spoken.option("--consequence", default=None, help=N_("处理方式的代码。"))
@spoken.option("--as", "login", required=True, help=AS)
def act(
    *,
    action: str,
    numbers: tuple[str, ...],
    reason: str,
    conclusion: str | None,
    note: str,
    violation: str | None,
    consequence: str | None,
    login: str,
) -> None:
    """Take one step; each case is a unit of work of its own."""
    refused = 0
    with application():
        actor = acting(login)
        for number in numbers:
            try:
                with unit_of_work():
                    moved = advance(
                        queries.get_case(number, actor, lock=True),
                        action,
                        actor=actor,
                        reason=reason,
                        conclusion=conclusion,
                        note=note,
                        violation=violation,
                        consequence=consequence,
                    )
                click.echo(f"{number}  {spoken.say(CASE.states[moved.to_state].label)}")
            except CaseworkError as refusal:
                remember(refusal, number=number)
                refused += 1
                click.echo(f"{number}  {_said(refusal)}", err=True)
            except Refused as no:
                remember(no, number=number)
                refused += 1
                click.echo(f"{number}  {' '.join(spoken.say_refusal(refusal) for refusal in no.refusals)}", err=True)
    if refused:
        raise click.exceptions.Exit(1)


@case.command(help=N_("写一条办理备注。"))
@click.argument("number")
@click.argument("words")
@spoken.option("--as", "login", required=True, help=AS)
def note(*, number: str, words: str, login: str) -> None:
    """Write a note."""
    with case_decisions.working_on(number, login) as (found, actor):
        add_note(found, words=words, actor=actor)


def _record(found: Case, student_no: str) -> Record:
    """Return the record of one graduate of a case: the one named, or the only one."""
    records = [row.record for row in found.records if student_no in {"", row.record.student_no}]
    if len(records) != 1:
        raise NotFound(
            N_("案件 %(number)s 有毕业生 %(count)d 名，请用 --student-no 写明其中一名的学号。"),
            params={"number": found.number, "count": len(found.records)},
        )
    return records[0]


def _line(found: Case) -> str:
    due = f"{found.due_at.astimezone(clock.BEIJING):%m-%d %H:%M}" if found.due_at else "—"
    owner = found.owner.name if found.owner else "—"
    params = found.title_params | {"rule": spoken.say(str(found.title_params.get("rule", "")))}
    state = spoken.say(CASE.states[found.state].label)
    late = "!" if found.due_at and found.due_at < clock.now() else " "
    return f"{found.number}  {late}{due}  {state}  {owner}  {spoken.say(found.title, **params)}"


def _said(refusal: CaseworkError | None) -> str:
    return spoken.say(refusal.message, **refusal.params) if refusal else ""


for command in case_decisions.COMMANDS:
    case.add_command(command)

COMMANDS = (case,)
