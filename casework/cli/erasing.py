"""`casework erase`: personal values beside the journal, once they need not be kept; and the holds that forbid it."""

import sys
from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.erase_round import erase_round, erasures, forget_free_pages
from casework.operations.erase_values import erase_values
from casework.operations.erasure_paper import erasure_paper
from casework.operations.legal_holds import lift_hold, place_hold
from casework.people.queries import get_organisation

AT = N_("单位代码。")
WHY = N_("理由；记入日志。")


@click.group(cls=spoken.SpokenGroup, help=N_("清除日志中过了保存期限的个人信息，或设定、解除依法保全。"))
def erase() -> None:
    """Let go what may go, and keep what must stay."""


@erase.command(
    "values", cls=spoken.SpokenCommand, help=N_("清除日志中关于一个编号（案号、线索号、报告号、账号）的个人信息。")
)
@click.argument("subject")
@spoken.option("--at", "code", required=True, help=AT)
@spoken.option("--reason", required=True, help=WHY)
@spoken.option("--as", "login", required=True, help=AS)
def values(*, subject: str, code: str, reason: str, login: str) -> None:
    """Erase, and say how much."""
    with application(), unit_of_work():
        done = erase_values(organisation=get_organisation(code), subject=subject, reason=reason, actor=acting(login))
        said = N_("已清除“%(subject)s”的个人信息：日志 %(values)d 项，办理经过 %(words)d 处。日志链保持完整。")
        click.echo(spoken.say(said, **vars(done)))


@erase.command("hold", cls=spoken.SpokenCommand, help=N_("依法保全一件事：解除之前不能清除其个人信息。"))
@click.argument("subject")
@spoken.option("--at", "code", required=True, help=AT)
@spoken.option("--reason", required=True, help=WHY)
@spoken.option("--as", "login", required=True, help=AS)
def hold(*, subject: str, code: str, reason: str, login: str) -> None:
    """Place a legal hold."""
    with application(), unit_of_work():
        place_hold(organisation=get_organisation(code), subject=subject, reason=reason, actor=acting(login))
    click.echo(spoken.say(N_("“%(subject)s”已依法保全。"), subject=subject))


@erase.command("lift", cls=spoken.SpokenCommand, help=N_("解除对一件事的保全。"))
@click.argument("subject")
@spoken.option("--at", "code", required=True, help=AT)
@spoken.option("--reason", required=True, help=WHY)
@spoken.option("--as", "login", required=True, help=AS)
def lift(*, subject: str, code: str, reason: str, login: str) -> None:
    """Lift a legal hold."""
    with application(), unit_of_work():
        lift_hold(organisation=get_organisation(code), subject=subject, reason=reason, actor=acting(login))
    click.echo(spoken.say(N_("“%(subject)s”的保全已解除。"), subject=subject))


@erase.command("list", cls=spoken.SpokenCommand, help=N_("列出已过保存上限、等待确认或已经办理的到期清除。"))
@spoken.option("--as", "login", required=True, help=AS)
def listed(*, login: str) -> None:
    """Say what lies before this person."""
    with application():
        for each in erasures(acting(login)):
            said = N_("%(ref)s  %(round)s  %(organisation)s  上限 %(over)s  %(state)s")
            state = spoken.say(N_("待确认") if each.done_at is None else N_("已清除"))
            place = {"round": each.round.code, "organisation": each.organisation.name, "over": each.over_on.isoformat()}
            click.echo(spoken.say(said, ref=each.ref, state=state, **place))


@erase.command(
    "round",
    cls=spoken.SpokenCommand,
    help=N_("确认一项到期清除：抹去该轮次全部个人信息、材料和信件，保留数字、状态、哈希和日志链；不能恢复。"),
)
@click.argument("ref")
@spoken.option("--reason", required=True, help=WHY)
@spoken.option(
    "--proof", type=click.Path(path_type=Path, dir_okay=False), required=True, help=N_("清除证明写入的文件。")
)
@spoken.option("--password-stdin", is_flag=True, help=N_("从标准输入读取密码，不在屏幕上询问。"))
@spoken.option("--as", "login", required=True, help=AS)
def whole_round(*, ref: str, reason: str, proof: Path, password_stdin: bool, login: str) -> None:
    """Erase a round, and write the paper that says so."""
    shown = sys.stdin.readline().rstrip("\n") if password_stdin else click.prompt(
        spoken.say(N_("您的密码")), hide_input=True
    )  # fmt: skip
    with application() as app:
        with unit_of_work():
            settings = app.extensions["casework"]
            done = erase_round(ref=ref, reason=reason, password=shown, actor=acting(login), settings=settings)
            name = done.ref
        forget_free_pages()
        proof.write_text(erasure_paper(name, actor=acting(login)), encoding="utf-8")
    click.echo(spoken.say(N_("已清除。证明写入 %(path)s，请存档；此前的备份仍含这些内容，须一并销毁。"), path=proof))


@erase.command("proof", cls=spoken.SpokenCommand, help=N_("再次输出一项到期清除的证明。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
def proof(*, ref: str, login: str) -> None:
    """Print the paper."""
    with application():
        click.echo(erasure_paper(ref, actor=acting(login)), nl=False)


COMMANDS = (erase,)
