"""What a self-check report stands on, from the terminal: the plan, the checklist of N1.1–N1.5, the list of measures."""

from datetime import datetime

import click

from casework import clock
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.answer_checklist import answer_checklist
from casework.operations.issue_plan import issue_plan
from casework.operations.measures import add_measure, drop_measure, finish_measure_line
from casework.people import queries as people
from casework.reports import queries
from casework.rounds import queries as rounds

DAY = click.DateTime(["%Y-%m-%d"])


@click.command(cls=spoken.SpokenCommand, help=N_("印发自查通知（方案）；再次印发即为新的版本，旧版本留存。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--method", required=True, help=N_("自查方式；分段写则逐段印出。"))
@spoken.option("--recording", required=True, help=N_("如何记录。"))
@spoken.option("--rectification", required=True, help=N_("整改要求。"))
@spoken.option("--responsible", required=True, help=N_("责任人。"))
def plan(*, login: str, organisation: str, round_code: str, **texts: str) -> None:
    """Issue a version of the plan."""
    with application(), unit_of_work():
        issued = issue_plan(
            organisation=people.get_organisation(organisation),
            round_=rounds.get_round(round_code),
            actor=acting(login),
            **texts,
        )
        click.echo(spoken.say(N_("自查通知（方案）第 %(version)d 版已印发。"), version=issued.version))


@click.command(cls=spoken.SpokenCommand, help=N_("填写自查内容的一项（N1.1 至 N1.5）；再次填写即更改。"))
@click.argument("clause")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--method", required=True, help=N_("用什么方式。"))
@spoken.option("--examined", required=True, help=N_("查了什么。"))
@spoken.option("--finding", required=True, help=N_("发现了什么。"))
@spoken.option("--responsible", required=True, help=N_("责任人。"))
def checklist(*, clause: str, login: str, organisation: str, round_code: str, **texts: str) -> None:
    """Answer one item."""
    with application(), unit_of_work():
        where, when = people.get_organisation(organisation), rounds.get_round(round_code)
        answer_checklist(organisation=where, round_=when, clause=clause, actor=acting(login), **texts)
        click.echo(spoken.say(N_("自查内容 %(clause)s 已填写。"), clause=clause))


@click.command(cls=spoken.SpokenCommand, help=N_("在整改清单中加一条措施；显示的编号用于登记完成或删去。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--goal", required=True, help=N_("整改目标。"))
@spoken.option("--measure", "text", required=True, help=N_("措施内容。"))
@spoken.option("--responsible", required=True, help=N_("责任人。"))
@spoken.option("--due", required=True, type=DAY, help=N_("完成期限，例如 2024-08-31。"))
def measure(
    *, login: str, organisation: str, round_code: str, goal: str, text: str, responsible: str, due: datetime
) -> None:
    """Add one line to the list of measures."""
    with application(), unit_of_work():
        line = add_measure(
            organisation=people.get_organisation(organisation),
            round_=rounds.get_round(round_code),
            goal=goal,
            measure=text,
            responsible=responsible,
            due_on=due.date(),
            actor=acting(login),
        )
        click.echo(line.ref)


@click.command("measure-done", cls=spoken.SpokenCommand, help=N_("登记整改清单中的一条措施已完成。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--on", "done_on", type=DAY, default=None, help=N_("完成日期；不写则为今天。"))
def measure_done(*, ref: str, login: str, done_on: datetime | None) -> None:
    """Say when a measure was done."""
    with application(), unit_of_work():
        actor, on = acting(login), done_on.date() if done_on else clock.today()
        finish_measure_line(queries.get_measure(ref, actor), done_on=on, actor=actor)


@click.command("measure-drop", cls=spoken.SpokenCommand, help=N_("从整改清单中删去一条措施；已定稿的报告不受影响。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
def measure_drop(*, ref: str, login: str) -> None:
    """Take a measure off the list."""
    with application(), unit_of_work():
        actor = acting(login)
        drop_measure(queries.get_measure(ref, actor), actor=actor)


COMMANDS = (plan, checklist, measure, measure_done, measure_drop)
