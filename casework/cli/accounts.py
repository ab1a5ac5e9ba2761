"""Accounts and keys: persons, passwords, API tokens; where people are reached and who stands in for them."""

import csv
from datetime import datetime
from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import acting, application, person_of
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.notices.invitation_words import PREFIX
from casework.operations import api_tokens, passwords
from casework.operations.change_addresses import change_addresses
from casework.operations.close_account import close_account
from casework.operations.import_organisations import import_organisations
from casework.operations.import_people import import_people
from casework.operations.invite import invite as make_invitation
from casework.operations.recognise import identities_of, link, unlink
from casework.operations.set_absence import set_absence
from casework.people.ways_in import CAS, OIDC
from workflows.access import SYSTEM
from workflows.token_scopes import READ, SCOPES


@click.command(
    cls=spoken.SpokenCommand,
    help=N_(
        "从 CSV 导入机构（org_id、type、name、parent_id、code），"
        "再导入人员（user_id、role、org_id、name、email、office；可另有 mobile、wecom）。"
    ),
)
@click.argument("organisations", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("people", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def people(organisations: Path, people: Path) -> None:
    """Bring in the tree of organisations and the persons in it."""
    with application(), unit_of_work():
        bodies = import_organisations(_rows(organisations), actor=SYSTEM)
        persons = import_people(_rows(people), actor=SYSTEM)
    click.echo(spoken.say(N_("已导入机构 %(bodies)d 个、人员 %(persons)d 名。"), bodies=bodies, persons=persons))


@click.command(cls=spoken.SpokenCommand, help=N_("设置账号的密码；此前的登录全部失效。"))
@click.argument("login")
@click.password_option(cls=spoken.SpokenOption, help=N_("新密码；不写则逐字输入，不显示。"))
def password(login: str, password: str) -> None:
    """Give an account a password."""
    with application(), unit_of_work():
        passwords.set_password(person_of(login), password=password, actor=SYSTEM)
    click.echo(spoken.say(N_("账号 %(login)s 的密码已设置。"), login=login))


@click.command(cls=spoken.SpokenCommand, help=N_("为账号生成一个接口令牌，只显示这一次。"))
@click.argument("login")
@spoken.option("--name", required=True, help=N_("令牌的用途。"))
@spoken.option(
    "--scope", "scopes", multiple=True, type=click.Choice(list(SCOPES)), help=N_("范围，可写多次；不写即查看。")
)
@spoken.option("--days", type=int, default=api_tokens.USUAL_DAYS, help=N_("有效天数，最长365天。"))
def token(*, login: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make an API token."""
    with application(), unit_of_work():
        made = api_tokens.make_token(
            person_of(login), name=name, scopes=scopes or (READ,), days=days, actor=acting(login)
        )
    click.echo(made)


@click.command(cls=spoken.SpokenCommand, help=N_("生成设置密码的链接，在屏幕上显示一次；此前的链接失效。"))
@click.argument("login")
def invite(login: str) -> None:
    """Make a link by which somebody sets their own password."""
    with application() as app, unit_of_work():
        secret = make_invitation(person_of(login), actor=SYSTEM, unsent=True)
        base_url = app.extensions["casework"].base_url
    click.echo(base_url + PREFIX + secret)


@click.command(cls=spoken.SpokenCommand, help=N_("关联账号与统一身份认证中的标识；--remove 解除关联。"))
@click.argument("login")
@click.argument("provider", type=click.Choice([OIDC, CAS]))
@click.argument("subject", required=False)
@spoken.option("--remove", is_flag=True, help=N_("解除关联。"))
def identity(*, login: str, provider: str, subject: str | None, remove: bool) -> None:
    """Link an account with who its person is at another house, or release it."""
    with application(), unit_of_work():
        person = person_of(login)
        for held in identities_of(person):
            if remove and held.provider == provider:
                unlink(held, actor=SYSTEM)
        if subject and not remove:
            link(person, provider=provider, subject=subject, actor=SYSTEM)
    click.echo(spoken.say(N_("账号 %(login)s 的统一身份关联已更新。"), login=login))


@click.command(cls=spoken.SpokenCommand, help=N_("停用账号，移交名下未办结的案件和线索。"))
@click.argument("login")
@spoken.option("--reason", required=True, help=N_("停用原因。"))
@spoken.option("--successor", help=N_("接手人的账号；不写则退回待派发。"))
def close(*, login: str, reason: str, successor: str | None) -> None:
    """Close an account and hand over its open work."""
    with application(), unit_of_work():
        heir = person_of(successor) if successor else None
        done = close_account(person_of(login), reason=reason, successor=heir, actor=SYSTEM)
    said = N_(
        "账号 %(login)s 已停用；案件移交 %(given)d 件、退回 %(back)d 件，线索移交 %(leads)d 条、退回 %(left)d 条。"
    )
    counts = {"given": done.cases_given, "back": done.cases_back, "leads": done.leads_given, "left": done.leads_back}
    click.echo(spoken.say(said, login=login, **counts))


@click.command(cls=spoken.SpokenCommand, help=N_("登记账号的手机号、企业微信账号或邮箱；写空即移除，不写即不变。"))
@click.argument("login")
@spoken.option("--mobile", help=N_("手机号。"))
@spoken.option("--wecom", help=N_("企业微信账号。"))
@spoken.option("--email", help=N_("邮箱。"))
def reach(*, login: str, mobile: str | None, wecom: str | None, email: str | None) -> None:
    """Set where somebody is reached."""
    given = {"mobile": mobile, "wecom": wecom, "email": email}
    changes = {name: value for name, value in given.items() if value is not None}
    with application(), unit_of_work():
        changed = change_addresses(person_of(login), changes=changes, actor=SYSTEM)
    click.echo(spoken.say(N_("账号 %(login)s 的联系方式更改了 %(n)d 项。"), login=login, n=len(changed)))


@click.command(cls=spoken.SpokenCommand, help=N_("登记账号的休假和代理人；不写 --until 即已经返岗。"))
@click.argument("login")
@spoken.option("--until", type=click.DateTime(["%Y-%m-%d"]), help=N_("休假的最后一天。"))
@spoken.option("--stand-in", "other", help=N_("代理人的账号。"))
def absence(*, login: str, until: datetime | None, other: str | None) -> None:
    """Register somebody's leave, or their return."""
    with application(), unit_of_work():
        stand_in = person_of(other) if other else None
        set_absence(person_of(login), until=until.date() if until else None, stand_in=stand_in, actor=SYSTEM)
    click.echo(spoken.say(N_("账号 %(login)s 的休假与代理已更新。"), login=login))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


COMMANDS = (people, password, token, invite, identity, close, reach, absence)
