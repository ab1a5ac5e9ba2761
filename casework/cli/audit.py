"""`casework audit`: who looked, took along, was refused, changed a right; and the questions about unusual reading."""

from datetime import date, datetime

import click

from casework import clock
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.doors.unit import unit_of_work
from casework.errors import N_, Invalid
from casework.operations.answer_reading import OUTCOMES, answer_reading
from casework.operations.ask_reading import ask_reading
from casework.overview.audit_lines import Line
from casework.overview.audit_page import Wanted, asked_of, audit_page, people_counted
from casework.overview.reading_questions import answers, get_question, questions_for
from workflows.audit import Group
from workflows.reading import Unusual

SINCE, UNTIL = N_("起始日期，例如 2024-07-01；默认三十天前。"), N_("截止日期（含当日）；默认今天。")
WHO, SUBJECT = N_("只看这个账号的。"), N_("只看这个案号、线索编号、报告号或账号的。")
GROUP = N_("只看这一类。")
LIMIT = N_("最多列出多少条。")


@click.group(cls=spoken.SpokenGroup, help=N_("审计：谁查看、导出过什么，哪些操作被拒绝，谁改过权限；查看情况的询问。"))
def audit() -> None:
    """Everything about the audit."""


@audit.command("list", help=N_("逐条列出审计记录，新的在前。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--group", type=click.Choice([each.value for each in Group]), default=None, help=GROUP)
@spoken.option("--account", default="", help=WHO)
@spoken.option("--subject", default="", help=SUBJECT)
@spoken.option("--since", type=click.DateTime(["%Y-%m-%d"]), default=None, help=SINCE)
@spoken.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help=UNTIL)
@spoken.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help=LIMIT)
def list_(
    *,
    login: str,
    group: str | None,
    account: str,
    subject: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> None:
    """Print what may be read of the audit."""
    with application():
        wanted = Wanted(group=group or "", who=account, subject=subject, since=_day(since), until=_day(until))
        for line in audit_page(wanted, acting(login), limit=limit).lines:
            click.echo(_told(line))


@audit.command("people", help=N_("各账号在这些天里各类记录的次数，按账号排列。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--since", type=click.DateTime(["%Y-%m-%d"]), default=None, help=SINCE)
@spoken.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help=UNTIL)
def people(*, login: str, since: datetime | None, until: datetime | None) -> None:
    """Print how much of each group every account has; nobody is ranked."""
    with application():
        actor = acting(login)
        asked, _ = asked_of(Wanted(since=_day(since), until=_day(until)), actor)
        for each in people_counted(asked, actor):
            counted = "  ".join(f"{spoken.say(group.label)} {each.of.get(group, 0)}" for group in asked.groups)
            click.echo(f"{each.login or '-':<16} {counted}")


@audit.command("questions", help=N_("列出查看情况的询问，新的在前；等您答复的标有星号。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help=LIMIT)
def questions(*, login: str, limit: int) -> None:
    """Print the questions that this person answers or audits."""
    with application():
        actor = acting(login)
        for each in questions_for(actor, limit=limit):
            waits = "*" if each.answered_at is None and answers(each, actor) else " "
            sentence = spoken.say(Unusual(each.kind).sentence, **{**each.facts, "subject": each.subject})
            click.echo(f"{waits} {each.ref}  {each.day.isoformat()}  {each.person.login}  {sentence}")


@audit.command("answer", help=N_("答复一项询问：写明了解到的情况。"))
@click.argument("ref")
@spoken.option("--outcome", type=click.Choice(list(OUTCOMES)), required=True, help=N_("已说明，或另行了解。"))
@spoken.option("--words", required=True, help=N_("了解到的情况，不超过 500 字。"))
@spoken.option("--as", "login", required=True, help=AS)
def answer(*, ref: str, outcome: str, words: str, login: str) -> None:
    """Answer a question."""
    with application(), unit_of_work():
        actor = acting(login)
        answer_reading(get_question(ref, actor, lock=True), outcome=outcome, words=words, actor=actor)
        click.echo(spoken.say(N_("已记下了解到的情况。")))


@audit.command("look", help=N_("检查某一天的查看情况，并提出询问；同一天再查一遍不会重复提出。"))
@spoken.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help=N_("哪一天，例如 2024-07-29。"))
def look(*, on: datetime) -> None:
    """Judge one day, as the morning's job does."""
    if on.date() > clock.today():
        raise Invalid(N_("只能检查今天或之前的日期。"))
    with application(), unit_of_work():
        click.echo(spoken.say(N_("新提出%(n)d项询问。"), n=len(ask_reading(on.date()))))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _told(line: Line) -> str:
    at = f"{line.at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"
    came = f"{spoken.say(line.whence.door.label)} {line.whence.network}".strip() if line.whence else "-"
    why = f"  {line.reason}" if line.reason else ""
    return f"{at}  {line.login or '-':<16} {spoken.say(line.sentence, **line.params)}{why}  [{came}]"


COMMANDS = (audit,)
