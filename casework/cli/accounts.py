"""Accounts and keys: persons, passwords, API tokens."""

import csv
from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.doors.unit import unit_of_work
from casework.errors import N_, NotFound
from casework.operations import passwords
from casework.operations.import_organisations import import_organisations
from casework.operations.import_people import import_people
from casework.people import queries
from casework.people.models import Person
from workflows.access import SYSTEM


@click.command(
    cls=spoken.SpokenCommand,
    help=N_(
        "从 CSV 导入机构（org_id、type、name、parent_id、code），"
        "再导入人员（user_id、role、org_id、name、email、office）。"
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
        passwords.set_password(_person(login), password=password, actor=SYSTEM)
    click.echo(spoken.say(N_("账号 %(login)s 的密码已设置。"), login=login))


@click.command(cls=spoken.SpokenCommand, help=N_("为账号生成一个接口令牌，只显示这一次。"))
@click.argument("login")
@spoken.option("--name", required=True, help=N_("令牌的用途。"))
def token(login: str, name: str) -> None:
    """Make an API token."""
    with application(), unit_of_work():
        made = passwords.make_token(_person(login), name=name, actor=acting(login))
    click.echo(made)


def _person(login: str) -> Person:
    found = queries.find_person(login)
    if found is None:
        raise NotFound(N_("没有账号 %(login)s。"), params={"login": login})
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


COMMANDS = (people, password, token)
