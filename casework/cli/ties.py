"""Ties that keep a person from a matter, and mandates to sign, from the terminal."""

from datetime import datetime

import click

from casework import clock
from casework.cli import spoken
from casework.cli.context import acting, application, person_of
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.cli.self_check import DAY
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.declare_tie import declare_tie, withdraw_tie
from casework.operations.permit_ties import permit_ties
from casework.operations.record_mandate import record_mandate, revoke_mandate
from casework.people import queries as people
from casework.people.relations import get_tie, shown_value, ties_declared
from casework.reports.mandates import get_mandate, mandates_of, state_of
from casework.reports.models import Mandate
from casework.rounds.queries import get_round
from workflows.ties import DECLARABLE, Tie

MOST = 200
SLOTS = ("party_leader", "admin_leader", "vice_leader")
STATES = {"standing": N_("有效"), "ahead": N_("尚未开始"), "ended": N_("已到期"), "revoked": N_("已撤销")}


@click.group(cls=spoken.SpokenGroup, help=N_("回避关系：申报、列出、撤回；涉及的事项立即退回改派。"))
def tie() -> None:
    """Everything about ties."""


@tie.command(help=N_("申报一项回避关系；替他人登记的须写明理由。"))
@click.argument("login")
@spoken.option("--kind", type=click.Choice([each.value for each in DECLARABLE]), required=True, help=N_("关系的种类。"))
@spoken.option("--value", required=True, help=N_("学号、登记账号、用人单位或机构代码。"))
@spoken.option("--reason", default="", help=N_("理由。"))
@spoken.option("--as", "acting_login", required=True, help=AS)
def declare(*, login: str, kind: str, value: str, reason: str, acting_login: str) -> None:
    """Declare a tie."""
    with application(), unit_of_work():
        made = declare_tie(person_of(login), kind=kind, value=value, reason=reason, actor=acting(acting_login))
        click.echo(made.tie.ref)
        for number in (*made.kept_from.cases, *made.kept_from.leads):
            click.echo(spoken.say(N_("%(number)s 已退回改派。"), number=number))


@tie.command("list", help=N_("列出账号的回避关系，已撤回的也列出。"))
@click.argument("login")
@spoken.option("--as", "acting_login", required=True, help=AS)
def list_(*, login: str, acting_login: str) -> None:
    """List the ties of one person."""
    with application():
        person = person_of(login)
        permit_ties(person, acting(acting_login))
        for each in ties_declared(person):
            label = spoken.say(DECLARABLE[Tie(each.kind)].label)
            ended = spoken.say(N_("已撤回")) if each.withdrawn_at else ""
            click.echo(f"{each.ref}  {each.declared_at:%Y-%m-%d}  {label}  {shown_value(each)}  {ended}".rstrip())


@tie.command(help=N_("撤回一项回避关系；记录保留。"))
@click.argument("ref")
@spoken.option("--reason", required=True, help=N_("撤回的理由。"))
@spoken.option("--as", "acting_login", required=True, help=AS)
def withdraw(*, ref: str, reason: str, acting_login: str) -> None:
    """Withdraw a tie."""
    with application(), unit_of_work():
        withdraw_tie(get_tie(ref), reason=reason, actor=acting(acting_login))


@click.group(cls=spoken.SpokenGroup, help=N_("代签授权：登记、列出、撤销；到期自动失效。"))
def mandate() -> None:
    """Everything about mandates."""


@mandate.command(help=N_("登记书面授权：谁代谁签哪个签字位，自何日至何日。"))
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--slot", type=click.Choice(SLOTS), required=True, help=N_("签字位。"))
@spoken.option("--principal", required=True, help=N_("授权人的账号。"))
@spoken.option("--delegate", required=True, help=N_("代签人的账号。"))
@spoken.option("--from", "valid_from", type=DAY, required=True, help=N_("第一天。"))
@spoken.option("--to", "valid_to", type=DAY, required=True, help=N_("最后一天。"))
@spoken.option("--document", required=True, help=N_("授权文件编号。"))
@spoken.option("--reason", required=True, help=N_("理由。"))
@spoken.option("--as", "acting_login", required=True, help=AS)
def add(  # a paper has this many parts
    *,
    organisation: str,
    round_code: str,
    slot: str,
    principal: str,
    delegate: str,
    valid_from: datetime,
    valid_to: datetime,
    document: str,
    reason: str,
    acting_login: str,
) -> None:
    """File a mandate."""
    with application(), unit_of_work():
        made = record_mandate(
            organisation=people.get_organisation(organisation),
            round_=get_round(round_code),
            slot=slot,
            principal=person_of(principal),
            delegate=person_of(delegate),
            valid_from=valid_from.date(),
            valid_to=valid_to.date(),
            document=document,
            reason=reason,
            actor=acting(acting_login),
        )
        click.echo(made.ref)


@mandate.command("list", help=N_("列出授权，新的在前。"))
@spoken.option("--as", "acting_login", required=True, help=AS)
def list_mandates(*, acting_login: str) -> None:
    """List mandates."""
    with application():
        wanted = mandates_of(acting(acting_login)).order_by(Mandate.id.desc()).limit(MOST)
        for each in db.session.scalars(wanted):
            state = spoken.say(STATES[state_of(each, on=clock.today())])
            who = f"{each.principal.name if each.principal else '—'} → {each.person.name}"
            click.echo(f"{each.ref}  {each.slot}  {who}  {each.valid_from}–{each.valid_to}  {each.document}  {state}")


@mandate.command(help=N_("撤销授权；此前依据它作出的签字仍然有效。"))
@click.argument("ref")
@spoken.option("--as", "acting_login", required=True, help=AS)
def revoke(*, ref: str, acting_login: str) -> None:
    """Revoke a mandate."""
    with application(), unit_of_work():
        actor = acting(acting_login)
        revoke_mandate(get_mandate(ref, actor), actor=actor)


COMMANDS = (tie, mandate)
