"""The access review on a terminal: what should be looked at again; confirm it, or end it, with a reason."""

import click

from casework.cli import spoken
from casework.cli.context import acting, application, person_of
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.decide_access import confirm_access, end_access
from casework.overview.access_review import FINDINGS
from casework.overview.access_review import review as found_by


@click.group(cls=spoken.SpokenGroup, help=N_("权限复核：可能不再需要的账号和令牌，逐项确认或终止。"))
def review() -> None:
    """Look at accounts again."""


@review.command(cls=spoken.SpokenCommand, name="list", help=N_("列出需要复核的账号和令牌。"))
@spoken.option("--as", "login", required=True, help=N_("以哪位系统管理员的名义。"))
@spoken.option("--finding", type=click.Choice(list(FINDINGS)), default=None, help=N_("只看这一类。"))
def list_(login: str, finding: str | None) -> None:
    """List what should be looked at again."""
    with application():
        actor, after = acting(login), ""
        while True:
            lines, after = found_by(actor, finding=finding or "", after=after)
            for line in lines:
                click.echo("\t".join((line.person.login, line.finding, line.about, spoken.say(FINDINGS[line.finding]))))
            if not after:
                break
        db.session.rollback()


@review.command(cls=spoken.SpokenCommand, help=N_("确认保留一项，写明理由。"))
@click.argument("person")
@click.argument("finding", type=click.Choice(list(FINDINGS)))
@spoken.option("--about", default="", help=N_("哪一个令牌，见列表第三栏。"))
@spoken.option("--reason", required=True, help=N_("理由。"))
@spoken.option("--as", "login", required=True, help=N_("以哪位系统管理员的名义。"))
def confirm(*, person: str, finding: str, about: str, reason: str, login: str) -> None:
    """Confirm a line."""
    with application(), unit_of_work():
        confirm_access(person_of(person), finding=finding, about=about, reason=reason, actor=acting(login))
    click.echo(spoken.say(N_("已确认保留，90天后再复核。")))


@review.command(cls=spoken.SpokenCommand, help=N_("终止一项：停用账号或吊销令牌，写明理由。"))
@click.argument("person")
@click.argument("finding", type=click.Choice(list(FINDINGS)))
@spoken.option("--about", default="", help=N_("哪一个令牌，见列表第三栏。"))
@spoken.option("--reason", required=True, help=N_("理由。"))
@spoken.option("--as", "login", required=True, help=N_("以哪位系统管理员的名义。"))
def end(*, person: str, finding: str, about: str, reason: str, login: str) -> None:
    """End what a line is about."""
    with application(), unit_of_work():
        end_access(person_of(person), finding=finding, about=about, reason=reason, actor=acting(login))
    click.echo(spoken.say(N_("已终止，并已写入日志。")))


COMMANDS = (review,)
