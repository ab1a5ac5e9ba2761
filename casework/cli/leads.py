"""Leads from the terminal: the same operations as on the page; what a lead says is read one by one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from casework import clock
from casework.cases.lead_facts import lead_facts
from casework.cli import lead_links, spoken
from casework.cli.context import acting, application, person_of, remember
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.db import db
from casework.deadlines.reasons import recalled
from casework.doors.unit import unit_of_work
from casework.errors import N_, CaseworkError
from casework.leads import queries
from casework.leads.models import Lead
from casework.operations.assign_lead import assign_lead
from casework.operations.look_at_reporter import look_at_reporter
from casework.operations.move_lead import move_lead, right_to
from casework.operations.reply_lead import answer_reporter, ask_reporter, reply_upward, report_upward
from casework.operations.take_lead import take_lead
from casework.operations.triage_lead import triage_lead
from casework.people import queries as people
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from workflows.access import Actor
from workflows.errors import Refused
from workflows.lead import LEAD, Outcome, Scope, choices

STEPS = [action for action in LEAD.actions if action not in {"merge", "unmerge"}]
SAY = {"ask": ask_reporter, "reply": answer_reporter, "interim": report_upward, "upward": reply_upward}
CONCERNS = N_("所反映的单位的机构编号；反映承办单位自身的，转上一级办理。")


@click.group(cls=spoken.SpokenGroup, help=N_("线索：登记、列出、查看、归类、关联、立案、并案、办理、答复。"))
def lead() -> None:
    """Everything about leads."""


@lead.command("list", help=N_("列出权限范围内未办结的线索，最急的在前；不显示内容和反映人。"))
@spoken.option("--need", type=click.Choice(sorted(queries.NEEDS)), default="open", help=N_("需要办理的事。"))
@spoken.option("--mine", is_flag=True, help=N_("只列我承办的。"))
@spoken.option("--limit", default=50, show_default=True, help=N_("最多列多少件。"))
@spoken.option("--as", "login", required=True, help=AS)
def list_(*, need: str, mine: bool, limit: int, login: str) -> None:
    """List leads."""
    with application():
        actor = acting(login)
        wanted = queries.visible_leads(actor).where(queries.NEEDS[need]()).order_by(Lead.due_at, Lead.id)
        if mine:
            wanted = wanted.where(Lead.officer_id == actor.id)
        for found in db.session.scalars(wanted.limit(limit)):
            click.echo(_line(found))


@lead.command(help=N_("查看一条线索：内容、期限及其依据，现在能做什么，不能做什么以及原因。"))
@click.argument("number")
@spoken.option("--as", "login", required=True, help=AS)
def show(*, number: str, login: str) -> None:
    """Show one lead."""
    with application():
        actor = acting(login)
        found = queries.get_lead(number, actor)
        click.echo(_line(found))
        click.echo(f"  {found.title}\n\n{found.content}\n")
        for reason in recalled(found.due_why):
            click.echo(f"  {reason.said(spoken.say)}")
        for choice in choices(lead_facts(found), actor=actor):
            click.echo(f"  {'+' if choice.allowed else '-'} {choice.action:<15} {spoken.say(choice.label)}")
            for refusal in choice.refusals:
                click.echo(f"      {spoken.say_refusal(refusal)}")


@lead.command(help=N_("登记一条线索；内容从标准输入读取。"))
@spoken.option("--channel", required=True, help=N_("渠道代码，例如 UNIV_PHONE。"))
@spoken.option("--title", required=True, help=N_("一句话的标题。"))
@spoken.option("--received", type=click.DateTime(["%Y-%m-%dT%H:%M"]), default=None, help=N_("收到时间（北京时间）。"))
@spoken.option("--external-no", default="", help=N_("来件编号。"))
@spoken.option("--reply-by", type=click.DateTime(["%Y-%m-%d"]), default=None, help=N_("来函写明的回复日期。"))
@spoken.option("--concerns", default="", help=CONCERNS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--as", "login", required=True, help=AS)
def take(
    *,
    channel: str,
    title: str,
    received: datetime | None,
    external_no: str,
    reply_by: datetime | None,
    concerns: str,
    organisation: str,
    round_code: str,
    login: str,
) -> None:
    """Take in a lead; who reported it is no matter for a command line, which others can read."""
    with application(), unit_of_work():
        made = take_lead(
            organisation=people.get_organisation(organisation),
            round=rounds.get_round(round_code),
            channel=channel,
            received_at=received.replace(tzinfo=clock.BEIJING) if received else clock.now(),
            title=title,
            content=sys.stdin.read(),
            external_no=external_no,
            reply_by=reply_by.date() if reply_by else None,
            concerns=_body(concerns),
            actor=acting(login),
        )
        number, went_to = made.number, made.organisation.name
    click.echo(spoken.say(N_("已登记为线索 %(number)s，由%(body)s办理。"), number=number, body=went_to))


@lead.command(help=N_("说明线索涉及什么；反映承办单位自身的，同时转上一级办理。"))
@click.argument("number")
@spoken.option("--scope", type=spoken.choice(Scope), default=None, help=N_("涉及的对象。"))
@spoken.option("--violation", "violations", multiple=True, help=N_("“四不准”“三不得”情形的代码；可写多次。"))
@spoken.option("--concerns", default="", help=CONCERNS)
@spoken.option("--as", "login", required=True, help=AS)
def triage(*, number: str, scope: str | None, violations: tuple[str, ...], concerns: str, login: str) -> None:
    """Sort a lead."""
    with _working_on(number, login) as (found, actor):
        about = _body(concerns)
        triage_lead(found, scope=scope, violations=list(violations) or None, concerns=about, actor=actor)
        click.echo(f"{number}  {found.organisation.name}")


@lead.command(help=N_("办理一步；可一次办理多条，逐条给出结果。"))
@click.argument("action", type=click.Choice(STEPS))
@click.argument("numbers", nargs=-1, required=True)
@spoken.option("--reason", default="", help=N_("理由。"))
@spoken.option("--outcome", type=spoken.choice(Outcome), default=None, help=N_("核实结果。"))
@spoken.option("--words", default="", help=N_("告知反映人的答复。"))
@spoken.option("--target", default="", help=N_("转往单位的机构编号。"))
@spoken.option("--as", "login", required=True, help=AS)
def act(
    *, action: str, numbers: tuple[str, ...], reason: str, outcome: str | None, words: str, target: str, login: str
) -> None:
    """Take one step; each lead is a unit of work of its own."""
    refused = 0
    with application():
        actor = acting(login)
        for number in numbers:
            try:
                with unit_of_work():
                    found = queries.get_lead(number, actor, action=right_to(action), lock=True)
                    moved = move_lead(
                        found,
                        action,
                        actor=actor,
                        reason=reason,
                        outcome=outcome or "",
                        words=words,
                        target=_body(target),
                    )
                click.echo(f"{number}  {spoken.say(LEAD.states[moved.to_state].label)}")
            except CaseworkError as refusal:
                remember(refusal, number=number)
                refused += 1
                click.echo(f"{number}  {spoken.say(refusal.message, **refusal.params)}", err=True)
            except Refused as no:
                remember(no, number=number)
                refused += 1
                click.echo(f"{number}  {' '.join(spoken.say_refusal(each) for each in no.refusals)}", err=True)
    if refused:
        raise click.exceptions.Exit(1)


@lead.command(help=N_("指定承办人；期限不重新起算。"))
@click.argument("number")
@spoken.option("--to", required=True, help=N_("承办人账号。"))
@spoken.option("--reason", default="", help=N_("改派的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def assign(*, number: str, to: str, reason: str, login: str) -> None:
    """Give a lead to somebody."""
    with _working_on(number, login) as (found, actor):
        assign_lead(found, to=person_of(to), reason=reason, actor=actor)


@lead.command(help=N_("向反映人提问（ask）、答复（reply），或登记对上级的阶段性答复（interim）、办结答复（upward）。"))
@click.argument("kind", type=click.Choice(list(SAY)))
@click.argument("number")
@click.argument("words")
@spoken.option("--as", "login", required=True, help=AS)
def say(*, kind: str, number: str, words: str, login: str) -> None:
    """Say something about a lead."""
    with _working_on(number, login) as (found, actor):
        SAY[kind](found, words=words, actor=actor)


@lead.command(help=N_("查看反映人；须写明理由，并记入查看日志。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def reporter(*, number: str, reason: str, login: str) -> None:
    """Show who reported."""
    with _working_on(number, login) as (found, actor):
        told = look_at_reporter(found, reason=reason, actor=actor)
    click.echo("\n".join(f"{name}  {value}" for name, value in told.items()) or spoken.say(N_("反映人没有留下信息。")))


@contextmanager
def _working_on(number: str, login: str) -> Iterator[tuple[Lead, Actor]]:
    """Yield a lead, locked, and who works on it, inside a unit of work."""
    with application(), unit_of_work():
        actor = acting(login)
        yield queries.get_lead(number, actor, lock=True), actor


def _body(code: str) -> Organisation | None:
    return people.get_organisation(code) if code else None


def _line(found: Lead) -> str:
    due = f"{found.due_at.astimezone(clock.BEIJING):%m-%d %H:%M}" if found.due_at else "—"
    late = "!" if found.due_at and found.due_at < clock.now() else " "
    officer = found.officer.name if found.officer else "—"
    return f"{found.number}  {late}{due}  {spoken.say(LEAD.states[found.state].label)}  {found.channel}  {officer}"


for _tie in lead_links.COMMANDS:
    lead.add_command(_tie)

COMMANDS = (lead,)
