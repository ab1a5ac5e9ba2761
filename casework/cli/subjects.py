"""`casework subject`: everything that is held about one person, written down for that person."""

from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import acting, application, person_of
from casework.cli.rounds import AS
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.subject_report import SubjectReport, report_on_graduate, report_on_member
from casework.people.queries import get_organisation
from casework.reports.render.held import held_docx

AT, WHY = N_("单位代码。"), N_("依据，如申请书的日期和编号；写入文书和日志。")
OUTPUT = N_("写入的 DOCX 文件。")


@click.group(cls=spoken.SpokenGroup, help=N_("应本人申请，列出系统持有的关于一个人的全部信息及来源；写入日志。"))
def subject() -> None:
    """Answer somebody who asks what is held about them."""


@subject.command(
    "graduate", cls=spoken.SpokenCommand, help=N_("关于一名毕业生；学号从键盘或标准输入读取，不留在命令记录中。")
)
@spoken.option("--at", "code", required=True, help=AT)
@spoken.option("--reason", required=True, help=WHY)
@spoken.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help=OUTPUT)
@spoken.option("--as", "login", required=True, help=AS)
def graduate(*, code: str, reason: str, output: Path, login: str) -> None:
    """Write what is held about a graduate."""
    number = click.prompt(spoken.say(N_("学号")))
    with application(), unit_of_work():
        place = get_organisation(code)
        made = report_on_graduate(student_no=number, organisation=place, reason=reason, actor=acting(login))
    _write(made, output)


@subject.command("member", cls=spoken.SpokenCommand, help=N_("关于一名工作人员。"))
@click.argument("member")
@spoken.option("--at", "code", required=True, help=AT)
@spoken.option("--reason", required=True, help=WHY)
@spoken.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help=OUTPUT)
@spoken.option("--as", "login", required=True, help=AS)
def member(*, member: str, code: str, reason: str, output: Path, login: str) -> None:
    """Write what is held about a member of staff."""
    with application(), unit_of_work():
        place = get_organisation(code)
        made = report_on_member(person=person_of(member), organisation=place, reason=reason, actor=acting(login))
    _write(made, output)


def _write(made: SubjectReport, output: Path) -> None:
    parts = [(each.heading, each.source, each.lines) for each in made.sections]
    output.touch(mode=0o600)
    output.write_bytes(held_docx(about=made.about, mark=made.mark.words, parts=parts, left_out=made.left_out))
    click.echo(spoken.say(N_("已写入 %(path)s，请核对申请人身份后交给本人。"), path=output))


COMMANDS = (subject,)
