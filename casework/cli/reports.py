"""Reports from the terminal: drafted, frozen, shown, signed or refused; filings and the ground they stand on beside."""

import csv
import sys
from pathlib import Path

import click

from casework.cli import filings, self_check, spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.config import Settings
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_, Invalid
from casework.filing import queries as filing
from casework.operations.draft_report import draft_report
from casework.operations.freeze_report import freeze_report
from casework.operations.refuse_report import refuse_report
from casework.operations.sign_report import sign_report
from casework.people import queries as people
from casework.reports import queries
from casework.reports.facts import signing_of
from casework.reports.models import Report
from casework.reports.papers import standing_paper
from casework.reports.snapshot_of import TEXTS
from casework.rounds import queries as rounds
from casework.rounds import settings as round_settings
from workflows.access import Role
from workflows.case import CASE
from workflows.report import REPORT
from workflows.report_guards import CITES

SLOTS = [role.value for role in (Role.PARTY_LEADER, Role.ADMIN_LEADER, Role.VICE_LEADER)]
COLUMNS = ("number", "reason")
ANSWERED, UNANSWERED, AWAITED = N_("已填写"), N_("未填写"), N_("待回执")


@click.group(cls=spoken.SpokenGroup, help=N_("自查报告：方案、自查内容、整改清单、起草、定稿、签字、备案、卷宗包。"))
def report() -> None:
    """Everything about reports."""


@report.command("list", help=N_("列出权限范围内的自查报告，最近的在前。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--limit", default=50, show_default=True, help=N_("最多列多少份。"))
def list_(*, login: str, limit: int) -> None:
    """List reports."""
    with application():
        for found in db.session.scalars(queries.visible_reports(acting(login)).limit(limit)):
            click.echo(_line(found))


@report.command(help=N_("查看一份报告：依据、案件、签字、报送；未定稿的还列出缺什么。"))
@click.argument("number")
@spoken.option("--as", "login", required=True, help=AS)
def show(*, number: str, login: str) -> None:
    """Show one report."""
    with application():
        found = queries.find_report(number, acting(login))
        click.echo(_line(found))
        for line in _stale(found) if found.state == "stale" else ():
            click.echo(f"  {line}")
        for line in _ground(found) if found.state in queries.UNFINISHED else _frozen(found):
            click.echo(f"  {line}")


@report.command(help=N_("起草报告，或改写起草中的报告；没有给出的部分保持不变。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--work", default=None, help=N_("工作开展情况；分段写则逐段印出。"))
@spoken.option("--problems", default=None, help=N_("发现的问题。"))
@spoken.option("--causes", default=None, help=N_("原因分析。"))
@spoken.option("--measures", default=None, help=N_("整改情况。"))
def draft(*, login: str, organisation: str, round_code: str, **texts: str | None) -> None:
    """Begin a report or write into it; print its number."""
    with application(), unit_of_work():
        drafted = draft_report(
            organisation=people.get_organisation(organisation),
            round_=rounds.get_round(round_code),
            texts={name: text for name, text in texts.items() if text is not None},
            actor=acting(login),
        )
        click.echo(queries.number_of(drafted))


@report.command(help=N_("定稿：列入全部复核通过的案件，生成文书和清单；此后只能签字或退回。"))
@click.argument("number")
@spoken.option("--only", multiple=True, help=N_("只列入这些案件；可写多次。"))
@spoken.option("--open-reason", default="", help=N_("未办结案件共同的原因。"))
@spoken.option(
    "--open-reasons",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help=N_("逐件写明原因的 CSV 文件，两列：number（案件编号）、reason（原因）。"),
)
@spoken.option("--as", "login", required=True, help=AS)
def freeze(*, number: str, only: tuple[str, ...], open_reason: str, file: Path | None, login: str) -> None:
    """Freeze a report."""
    with application() as app, unit_of_work():
        actor, settings = acting(login), app.extensions["casework"]
        assert isinstance(settings, Settings)  # noqa: S101 - told to the type checker
        found = queries.find_report(number, actor)
        reasons = {case.number: open_reason for case in queries.still_open(found)} | _reasons(file)
        freeze_report(found, open_reasons=reasons, chosen=only or None, actor=actor, settings=settings)
        for line in (_line(found), *_frozen(found)):
            click.echo(line)


@report.command(help=N_("签字：先看清单哈希和未办结案件，再输入本人姓名和密码。"))
@click.argument("number")
@spoken.option("--slot", type=click.Choice(SLOTS), required=True, help=N_("签字位。"))
@spoken.option("--name", "typed_name", default=None, help=N_("本人姓名；不写则询问。"))
@spoken.option("--hash", "seen_hash", default=None, help=N_("所看过的清单哈希；不写则以此刻显示的为准。"))
@spoken.option("--confirm-open", "confirmed", is_flag=True, help=N_("已看过未办结案件清单及其原因。"))
@spoken.option("--password-stdin", is_flag=True, help=N_("从标准输入读取密码；不写则逐字输入，不显示。"))
@spoken.option("--as", "login", required=True, help=AS)
def sign(
    *,
    number: str,
    slot: str,
    typed_name: str | None,
    seen_hash: str | None,
    confirmed: bool,
    password_stdin: bool,
    login: str,
) -> None:
    """Sign one slot: what is signed is the hash that this person was shown."""
    with application() as app:
        settings = app.extensions["casework"]
        found = queries.find_report(number, acting(login))
        shown = seen_hash or found.manifest_hash or ""
        for line in (_line(found), *_frozen(found)):
            click.echo(line)
        if password_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        else:
            if found.open_cases and not confirmed:
                confirmed = click.confirm(spoken.say(N_("以上未办结案件及其原因属实吗？")))
            typed_name = typed_name or click.prompt(spoken.say(N_("请输入本人姓名")))
            password = click.prompt(spoken.say(N_("密码")), hide_input=True)
        with unit_of_work():
            actor = acting(login)
            done = sign_report(
                queries.find_report(number, actor),
                slot=slot,
                typed_name=typed_name or "",
                password=password,
                seen_hash=shown,
                open_cases_confirmed=confirmed,
                paper=_waiting_paper(queries.find_report(number, actor), slot),
                actor=actor,
                settings=settings,
            )
            waiting = [spoken.say(Role(each).label) for each in done.waiting]
        if waiting:
            click.echo(spoken.say(N_("签字已登记，还在等待：%(slots)s。"), slots=spoken.enumeration(waiting)))
        else:
            click.echo(spoken.say(N_("签字已齐，%(cases)d 件案件已签字。"), cases=len(done.cases)))


@report.command(help=N_("签字人退回不签；报告回到起草人，其他签字失效。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("退回的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def refuse(*, number: str, reason: str, login: str) -> None:
    """Send a frozen report back unsigned."""
    with application(), unit_of_work():
        actor = acting(login)
        refuse_report(queries.find_report(number, actor), reason=reason, actor=actor)


def _waiting_paper(found: Report, slot: str) -> str:
    """Return what was handed in for the slot: at the terminal it is confirmed by name and password as it lies there."""
    paper = standing_paper(found, slot)
    return paper.ref if paper else ""


def _reasons(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = csv.DictReader(handle)
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise Invalid(N_("文件“%(name)s”的首行应有 number、reason 两列，没有定稿。"), params={"name": file.name})
        return {row["number"].strip(): row["reason"] or "" for row in rows}


def _line(found: Report) -> str:
    kind = spoken.say(N_("补充报告")) if found.supplementary else spoken.say(N_("自查报告"))
    state = spoken.say(REPORT.states[found.state].label)
    return f"{queries.number_of(found)}  {state}  {kind}  {found.organisation.name}"


def _stale(found: Report) -> list[str]:
    if found.stale_field == CITES:
        return [spoken.say(N_("已失效：引用的下级自查报告 %(number)s 在定稿后有变化。"), number=found.stale_case)]
    if found.stale_case:
        words = N_("已失效：案件 %(case)s 的“%(field)s”在定稿后有改动。")
        return [spoken.say(words, case=found.stale_case, field=found.stale_field)]
    return [spoken.say(N_("已失效：%(reason)s"), reason=found.stale_reason)]


def _ground(found: Report) -> list[str]:
    """Say on what an unfrozen report stands, and what it still lacks."""
    organisation_id, round_id = found.organisation_id, found.round_id
    plan = queries.current_plan(organisation_id, round_id)
    answered = queries.answers(organisation_id, round_id)
    unwritten = [spoken.say(TEXTS[part]) for part in ("work", "problems", "causes") if not found.texts.get(part)]
    ready = queries.ready_for(found)
    lines = [
        spoken.say(N_("自查通知（方案）：第 %(version)d 版"), version=plan.version)
        if plan
        else spoken.say(N_("自查通知（方案）：尚未印发"))
    ]
    lines += [
        f"{clause}  {spoken.say(ANSWERED if clause in answered else UNANSWERED)}"
        for clause in round_settings.checklist(found.round)
    ]
    lines += [f"{row.ref}  {row.due_on}  {row.measure}" for row in queries.measures(organisation_id, round_id)]
    lines += [spoken.say(N_("未写：%(parts)s"), parts=spoken.enumeration(unwritten))] if unwritten else []
    lines.append(spoken.say(N_("可列入案件 %(ready)d 件。"), ready=len(ready)))
    return lines + [
        spoken.say(
            N_("未办结：%(case)s（%(state)s）"), case=case.number, state=spoken.say(CASE.states[case.state].label)
        )
        for case in queries.still_open(found, without=ready)
    ]


def _frozen(found: Report) -> list[str]:
    """Say what a frozen report holds, who has signed it and to whom it was delivered."""
    lines = [
        spoken.say(N_("清单哈希：%(hash)s"), hash=found.manifest_hash or "—"),
        spoken.say(N_("案件 %(cases)d 件，未办结 %(open)d 件。"), cases=len(found.cases), open=len(found.open_cases)),
    ]
    lines += [f"  {entry.case.number}  {entry.reason}" for entry in found.open_cases]
    signed = {row.slot: row for row in found.signatures if row.lapsed_at is None}
    for slot in signing_of(found).slots:
        by = signed[slot.name].person.name if slot.name in signed else spoken.say(N_("待签字"))
        lines.append(f"{spoken.say(slot.label)}  {by}")
    for delivery in filing.standing(found):
        lines.append(f"{delivery.recipient.name}  {delivery.receipt_number or spoken.say(AWAITED)}")
    return lines


for command in (*self_check.COMMANDS, *filings.COMMANDS):
    report.add_command(command)

COMMANDS = (report,)
