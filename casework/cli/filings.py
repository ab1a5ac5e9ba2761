"""A signed report on its way from the terminal: delivery, receipts, returns, documents, the package and its check."""

import sys
from contextlib import redirect_stdout
from datetime import datetime
from io import StringIO
from pathlib import Path

import click

from casework import clock
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.cli.self_check import DAY
from casework.config import Settings
from casework.doors.unit import unit_of_work
from casework.errors import N_, NotFound
from casework.filing import queries as filing
from casework.filing import verify as stand_alone
from casework.filing.models import Filing
from casework.filing.package import VERIFIER, file_hash
from casework.operations.download_document import download_document
from casework.operations.mark_export import PURPOSES
from casework.operations.note_disposal import note_disposal
from casework.operations.receipt import receipt as give_receipt
from casework.operations.report_package import report_package
from casework.operations.return_filing import return_filing
from casework.operations.send_report import send_report
from casework.operations.withdraw_filing import withdraw_filing
from casework.reports import queries
from casework.reports.documents import KINDS, MASKED, WITH_PEOPLE
from casework.reports.models import Report
from workflows.access import Actor

NOT_YOURS = N_("自查报告 %(report)s 没有报送到您所在的单位，不能办理。")


@click.command(cls=spoken.SpokenCommand, help=N_("把签字完毕的报告报送全部备案单位；已报送的不重复报送。"))
@click.argument("number")
@spoken.option("--as", "login", required=True, help=AS)
def send(*, number: str, login: str) -> None:
    """Deliver a signed report."""
    with application(), unit_of_work():
        actor = acting(login)
        for delivery in send_report(queries.find_report(number, actor), actor=actor):
            words = spoken.say(filing.CAPACITIES[delivery.capacity])
            click.echo(f"{words}  {delivery.recipient.name}")


@click.command(cls=spoken.SpokenCommand, help=N_("备案单位出具回执；回执收齐后报告和其中案件即已备案。"))
@click.argument("number")
@spoken.option("--number", "receipt_number", required=True, help=N_("回执编号。"))
@spoken.option("--receiver", required=True, help=N_("签收人。"))
@spoken.option("--on", "received_on", type=DAY, default=None, help=N_("签收日期；不写则为今天。"))
@spoken.option("--as", "login", required=True, help=AS)
def receipt(*, number: str, receipt_number: str, receiver: str, received_on: datetime | None, login: str) -> None:
    """Receipt a report in the name of one's own organisation."""
    with application(), unit_of_work():
        actor = acting(login)
        done = give_receipt(
            _delivery(queries.find_report(number, actor), actor),
            number=receipt_number,
            received_on=received_on.date() if received_on else clock.today(),
            receiver=receiver,
            actor=actor,
        )
        if done.filed:
            click.echo(spoken.say(N_("回执已收齐，报告已备案，其中案件 %(cases)d 件。"), cases=len(done.cases)))
        else:
            click.echo(spoken.say(N_("回执已登记，还在等待其他备案单位。")))


@click.command("return", cls=spoken.SpokenCommand, help=N_("备案单位退回报告；全部签字和回执随之作废。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("退回的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def return_(*, number: str, reason: str, login: str) -> None:
    """Return a report in the name of one's own organisation."""
    with application(), unit_of_work():
        actor = acting(login)
        return_filing(_delivery(queries.find_report(number, actor), actor), reason=reason, actor=actor)


@click.command(cls=spoken.SpokenCommand, help=N_("在收到任何回执之前撤回报送；全部签字和报送随之作废。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("撤回的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def withdraw(*, number: str, reason: str, login: str) -> None:
    """Take a report back that nobody has receipted."""
    with application(), unit_of_work():
        actor = acting(login)
        withdraw_filing(queries.find_report(number, actor), reason=reason, actor=actor)


@click.command(cls=spoken.SpokenCommand, help=N_("纪检部门登记对报告的处置意见；不改变案件和报告。"))
@click.argument("number")
@click.argument("words")
@spoken.option("--as", "login", required=True, help=AS)
def dispose(*, number: str, words: str, login: str) -> None:
    """Note what the discipline body does about a report."""
    with application(), unit_of_work():
        actor = acting(login)
        note_disposal(_delivery(queries.find_report(number, actor), actor), words=words, actor=actor)


@click.command(cls=spoken.SpokenCommand, help=N_("把报告的全部文书写入一个文件夹；完整文书的下载记入日志。"))
@click.argument("number")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@spoken.option("--masked", is_flag=True, help=N_("自查记录中的个人信息以掩码显示。"))
@spoken.option(
    "--purpose", type=click.Choice(list(PURPOSES)), default=None, help=N_("完整文书的用途；写入文书和日志。")
)
@spoken.option("--as", "login", required=True, help=AS)
def documents(*, number: str, folder: Path, masked: bool, purpose: str | None, login: str) -> None:
    """Write the documents of a report; they lie in the folder only once their download is journalled."""
    with application() as app:
        with unit_of_work():
            actor, settings = acting(login), _settings(app.extensions["casework"])
            report = queries.find_report(number, actor)
            left = WITH_PEOPLE - MASKED.keys() if masked else frozenset()
            kinds = [row.kind for row in report.documents if row.kind in KINDS and row.kind not in left]
            if any(row.lapsed_at is None for row in report.signatures):
                kinds.append("signed_report")
            if not kinds:
                raise NotFound(N_("自查报告 %(report)s 还没有定稿，没有文书。"), params={"report": number})
            made = [
                download_document(
                    report,
                    kind=kind,
                    masked=masked and kind in WITH_PEOPLE,
                    actor=actor,
                    settings=settings,
                    purpose=purpose or "",
                )
                for kind in kinds
            ]
        folder.mkdir(parents=True, exist_ok=True)
        for document in made:
            (folder / document.file_name).write_bytes(document.content)
            click.echo(str(folder / document.file_name))


@click.command(
    cls=spoken.SpokenCommand, help=N_("生成卷宗包（ZIP）：文书、记录、卷宗、材料、清单、日志摘录；记入日志。")
)
@click.argument("number")
@click.argument("target", type=click.Path(path_type=Path))
@spoken.option("--as", "login", required=True, help=AS)
def package(*, number: str, target: Path, login: str) -> None:
    """Build the package at `target`, or under its own name in that folder."""
    with application() as app, unit_of_work():
        actor, settings = acting(login), _settings(app.extensions["casework"])
        report = queries.find_report(number, actor)
        place = target / f"{queries.number_of(report)}.zip" if target.is_dir() else target
        made = report_package(report, target=place, actor=actor, settings=settings)
    click.echo(f"{made.path}  SHA-256 {made.sha256}")
    if made.root:
        click.echo(f"--root {made.root}")


@click.command(
    cls=spoken.SpokenCommand,
    help=N_("核对一个卷宗包，不需要数据库和网络；发现问题则逐条列出，以非零码退出。"),
)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@spoken.option("--hash", "printed", default=None, help=N_("签字页上印的清单哈希；不写则只能证明包内自相一致。"))
@spoken.option("--sm3", default=None, help=N_("签字页上印的清单 SM3。"))
@spoken.option("--package", default=None, help=N_("领取卷宗包时记下的整包哈希。"))
@spoken.option("--head", multiple=True, metavar="SEQ:HASH", help=N_("您持有的日志末端，可写多个。"))
@spoken.option("--root", multiple=True, metavar="SIZE:ROOT", help=N_("您持有的日志根，可写多个。"))
def verify(
    *,
    file: Path,
    printed: str | None,
    sm3: str | None,
    package: str | None,
    head: tuple[str, ...],
    root: tuple[str, ...],
) -> None:
    """Check a package with nothing but the package and what stands on paper, by the verifier that travels in it."""
    given = [("--hash", printed), ("--sm3", sm3), ("--package", package)]
    given += [("--head", each) for each in head] + [("--root", each) for each in root]
    asked = [word for name, value in given if value for word in (name, value)]
    with redirect_stdout(StringIO()) as said:
        status = stand_alone.main([str(file), "--lang", spoken.language(), *asked])
    click.echo(said.getvalue(), nl=False, err=bool(status))
    sys.exit(status)


@click.command(cls=spoken.SpokenCommand, help=N_("取出独立核对程序 verify.py，并显示它的 SHA-256，供交给备案单位。"))
@click.argument("target", type=click.Path(path_type=Path))
def verifier(*, target: Path) -> None:
    """Write the stand-alone verifier, so that a recipient has it from elsewhere than from a package."""
    place = target / VERIFIER.name if target.is_dir() else target
    place.write_bytes(VERIFIER.read_bytes())
    click.echo(f"{place}  SHA-256 {file_hash(place)}")


def _delivery(report: Report, actor: Actor) -> Filing:
    """Return the standing delivery of a report to an organisation in which the actor holds an office."""
    offices = {each.organisation_id for each in actor.appointments}
    mine = [each for each in filing.standing(report) if each.recipient_id in offices]
    if not mine:
        raise NotFound(NOT_YOURS, params={"report": queries.number_of(report)})
    return next((each for each in mine if each.receipted_at is None), mine[0])


def _settings(found: object) -> Settings:
    assert isinstance(found, Settings)  # noqa: S101 - told to the type checker
    return found


COMMANDS = (send, withdraw, receipt, return_, dispose, documents, package, verify, verifier)
