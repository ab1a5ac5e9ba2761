"""Cases for the level above, from the terminal: ask for it, see who asks, give back, take over, return below."""

import click

from casework.cases.above import Referral
from casework.cases.above_queries import get_referral, waiting
from casework.cases.queries import get_case
from casework.cli import spoken
from casework.cli.case_decisions import working_on
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_, NotFound
from casework.operations.refer_above import give_back, refer_above
from casework.operations.return_below import return_below
from casework.operations.take_over import take_over
from casework.people.queries import find_person

MOST = 200


@click.group(cls=spoken.SpokenGroup, help=N_("请上级办理：提出、列出、退回、提级办理。"))
def above() -> None:
    """Everything about cases for the level above."""


@above.command(help=N_("请上级办理一件案件；上级受理之前仍由本单位办理，期限照计。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def ask(*, number: str, reason: str, login: str) -> None:
    """Ask the level above."""
    with working_on(number, login) as (found, actor):
        click.echo(refer_above(found, reason=reason, actor=actor).asked_of.name)


@above.command("list", help=N_("列出等本单位答复的请求，先提出的在前。"))
@spoken.option("--as", "login", required=True, help=AS)
def list_(*, login: str) -> None:
    """List what waits."""
    with application():
        for each in db.session.scalars(waiting(acting(login)).order_by(Referral.id).limit(MOST)):
            click.echo(f"{each.ref}  {each.case.number}  {each.asked_by_body.name}  {each.asked_at:%Y-%m-%d}")


@above.command("return", help=N_("写明理由退回一项请求；案件仍由提出单位办理。"))
@click.argument("ref")
@spoken.option("--reason", required=True, help=N_("退回的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def return_(*, ref: str, reason: str, login: str) -> None:
    """Give a request back."""
    with application(), unit_of_work():
        actor = acting(login)
        get_case(get_referral(ref, actor).case.number, actor, lock=True)
        give_back(get_referral(ref, actor, lock=True), reason=reason, actor=actor)


@above.command(help=N_("提级办理一件下级单位的案件。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("提级的理由。"))
@spoken.option("--to", "other", help=N_("经办人的账号；不写则以后再派。"))
@spoken.option("--as", "login", required=True, help=AS)
def take(*, number: str, reason: str, other: str | None, login: str) -> None:
    """Take a case over."""
    with working_on(number, login) as (found, actor):
        to = find_person(other) if other else None
        if other and to is None:
            raise NotFound(N_("没有账号 %(login)s。"), params={"login": other})
        take_over(found, reason=reason, to=to, actor=actor)


@above.command("back", help=N_("把提级办理的案件退回原单位办理。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("退回的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def back_(*, number: str, reason: str, login: str) -> None:
    """Return a case to the body below that had it."""
    with working_on(number, login) as (found, actor):
        click.echo(return_below(found, reason=reason, actor=actor).name)


COMMANDS = (above,)
