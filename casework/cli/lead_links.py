"""What ties leads to cases and to each other, from the terminal: the same operations as on the page and in the API."""

import click

from casework.cases import lead_cases
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.doors.unit import unit_of_work
from casework.errors import N_, NotFound
from casework.leads import alike as likeness
from casework.leads.known import registrations
from casework.leads.queries import get_lead, get_leads
from casework.leads.same_matter import proposed
from casework.leads.themes import LABELS
from casework.operations.decide_pair import LINK, decide_pair, part_leads
from casework.operations.link_lead import link_lead, unlink_lead
from casework.operations.open_from_lead import lock_to_open, open_from_lead
from casework.operations.permit_lead import permit_lead
from casework.people.queries import get_organisation
from workflows.case_facts import Kind
from workflows.lead import LEAD

number_ = click.argument("number")
as_ = spoken.option("--as", "login", required=True, help=AS)


@click.command(
    cls=spoken.SpokenCommand, help=N_("列出可能是同一事项的其他线索及理由，和可以关联的案件；只是提示，由人认定。")
)
@number_
@as_
def alike(*, number: str, login: str) -> None:
    """List what a person should decide about."""
    with application():
        actor = acting(login)
        found = get_lead(number, actor)
        permit_lead(actor, LINK, found)
        for each in proposed(found, actor):
            click.echo(f"{each.lead.number}  {spoken.say(LEAD.states[each.lead.state].label)}")
            for reason in each.why:
                shared = "、".join(spoken.say(LABELS.get(word, word)) for word in reason.shared)
                click.echo(f"    {spoken.say(likeness.REASONS[reason.code])}  {shared}".rstrip())
        for offered in lead_cases.cases_for(found, actor):
            why = "；".join(spoken.say(lead_cases.REASONS[reason]) for reason in offered.why)
            click.echo(f"{offered.case.number}  {why}")


@click.command(cls=spoken.SpokenCommand, help=N_("把线索关联到已有案件；尚未受理的线索随之受理。"))
@number_
@click.argument("case")
@spoken.option("--reason", default="", help=N_("理由。"))
@spoken.option("--reopen", is_flag=True, help=N_("案件已核结的，凭这条线索重新打开。"))
@as_
def link(*, number: str, case: str, reason: str, reopen: bool, login: str) -> None:
    """Link a lead to a case."""
    with application(), unit_of_work():
        actor = acting(login)
        found = get_lead(number, actor, lock=True)
        done = link_lead(found, lead_cases.case_to_link(case, actor), actor=actor, reason=reason, reopen=reopen)
        concluded, reopened = done.concluded, done.reopened
    click.echo(spoken.say(N_("线索 %(lead)s 已关联案件 %(case)s。"), lead=number, case=case))
    if reopened:
        click.echo(spoken.say(N_("案件已重新打开。")))
    elif concluded:
        click.echo(spoken.say(N_("案件此前已有结论，没有重新打开；已告知承办人和复核人。")))


@click.command(cls=spoken.SpokenCommand, help=N_("解除线索与案件的关联；记录保留。"))
@number_
@click.argument("case")
@spoken.option("--reason", required=True, help=N_("理由。"))
@as_
def unlink(*, number: str, case: str, reason: str, login: str) -> None:
    """Take a link back."""
    with application(), unit_of_work():
        actor = acting(login)
        found = get_lead(number, actor, lock=True)
        unlink_lead(found, lead_cases.case_to_link(case, actor), actor=actor, reason=reason)
    click.echo(spoken.say(N_("线索 %(lead)s 与案件 %(case)s 已解除关联。"), lead=number, case=case))


@click.command(
    name="open", cls=spoken.SpokenCommand, help=N_("由线索立案，线索随之受理；同一事项已有案件的，给出案件编号。")
)
@number_
@spoken.option("--kind", type=spoken.choice(Kind), required=True, help=N_("案件的对象。"))
@spoken.option("--student-no", "student_nos", multiple=True, help=N_("学号；对象为毕业生登记时填写一个。"))
@spoken.option("--code", default="", help=N_("统一社会信用代码；对象为用人单位时填写。"))
@spoken.option("--unit", default="", help=N_("院系、班级或辅导员，例如 college:管理学院。"))
@spoken.option("--violation", "violations", multiple=True, help=N_("“四不准”“三不得”情形的代码；可写多次。"))
@spoken.option("--organisation", default="", help=N_("核查单位的机构编号；不填则在线索所在单位立案。"))
@as_
def open_(
    *,
    number: str,
    kind: str,
    student_nos: tuple[str, ...],
    code: str,
    unit: str,
    violations: tuple[str, ...],
    organisation: str,
    login: str,
) -> None:
    """Open a case from a lead."""
    with application(), unit_of_work():
        actor = acting(login)
        found = lock_to_open(number, actor)
        case = open_from_lead(
            found,
            kind=kind,
            records=registrations(found, student_nos) if student_nos else (),
            code=code,
            unit=unit,
            violations=violations,
            organisation=get_organisation(organisation) if organisation else None,
            actor=actor,
        )
        opened = case.number
    click.echo(spoken.say(N_("已由线索 %(lead)s 立案：%(case)s。"), lead=number, case=opened))


@click.command(
    cls=spoken.SpokenCommand,
    help=N_("认定两条线索是（--same）或不是（--different）同一事项；是的，后收到的并入先收到的。"),
)
@number_
@click.argument("other")
@spoken.option("--same/--different", "same", default=None, required=True, help=N_("认定结果。"))
@spoken.option("--reason", default="", help=N_("理由。"))
@as_
def pair(*, number: str, other: str, same: bool, reason: str, login: str) -> None:
    """Decide whether two leads are one matter."""
    with application(), unit_of_work():
        actor = acting(login)
        found = {each.number: each for each in get_leads((number, other), actor, lock=True)}
        for wanted in (number, other):
            if wanted not in found:
                raise NotFound(N_("没有找到线索 %(number)s，或不在您的权限范围内。"), params={"number": wanted})
        decide_pair(found[number], found[other], same=same, actor=actor, reason=reason)
        stand = {each.number: each.state for each in found.values()}
    _echo(stand)


@click.command(cls=spoken.SpokenCommand, help=N_("撤销并案；线索恢复到并案以前的状态。"))
@number_
@spoken.option("--reason", required=True, help=N_("理由。"))
@as_
def part(*, number: str, reason: str, login: str) -> None:
    """Undo a merge."""
    with application(), unit_of_work():
        actor = acting(login)
        found = get_lead(number, actor, lock=True)
        survivor = part_leads(found, actor=actor, reason=reason)
        stand = {each.number: each.state for each in (found, survivor)}
    _echo(stand)


def _echo(stand: dict[str, str]) -> None:
    for number, state in stand.items():
        click.echo(f"{number}  {spoken.say(LEAD.states[state].label)}")


COMMANDS = (alike, link, unlink, open_, pair, part)
"""What the group `lead` takes in beside its own."""
