"""自查报告: work done, problems, causes, rectification and measures, figures, open cases, signature page (N2.2).

The signature page prints the hash of the manifest and the heads of the journal:
whoever files the paper holds what we cannot rewrite. A signature shown here is a
fact that is passed in; this file decides nothing about who may sign.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casework.reports.figures import definitions_of, values_of
from casework.reports.rates import DENOMINATOR, NOT_GRADUATED, Rate, rates
from casework.reports.render.charts import Chart, charts_of
from casework.reports.render.official import OfficialDocument
from casework.reports.render.official_page import Block, OfficialPage
from casework.reports.render.official_pdf import OfficialPdf
from casework.reports.signing.marks import Mark
from casework.reports.snapshot import Slot, Snapshot
from casework.reports.statistics import problem_statistics
from casework.reports.wording import FIRST, filled

Formal = OfficialDocument | OfficialPdf | OfficialPage

SHORT = 16
"""So many digits of a journal's head are compared by eye; the digest tells as many."""
CHAINS = {"main": "本单位办理日志", "looks": "本单位查看日志"}


@dataclass(frozen=True)
class Head:
    """The last link of one journal chain at the moment of freezing, and the Merkle root over it and all before."""

    chain: str
    seq: int
    hash: str
    root: str = ""  # the first manifests had none


@dataclass(frozen=True)
class Seal:
    """What binds the paper to the data: the manifest's hash and the journal heads."""

    manifest_hash: str
    journal_heads: tuple[Head, ...]
    frozen_at: str
    manifest_sm3: str = ""  # printed where the round asks for SM3 beside SHA-256


@dataclass(frozen=True)
class Signature:
    """One filled slot: who signed, when; `mandate` names the authorisation of a delegate (printed 代)."""

    slot: str
    name: str
    signed_at: str
    mandate: str = ""
    appointment: str = ""


def report_docx(snapshot: Snapshot, *, seal: Seal | None, signatures: Sequence[Signature] = ()) -> bytes:
    """Return the DOCX of the report; a slot without a signature is a line to sign on. Without a seal: a preview."""
    document = OfficialDocument(subject=_name(snapshot), preview=seal is None)
    _write(document, snapshot, seal=seal, signatures=signatures)
    return document.content()


def report_pdf(snapshot: Snapshot, *, seal: Seal | None) -> bytes:
    """Return the report as the PDF that certificates sign: the same words, no signature on it. No seal: a preview."""
    document = OfficialPdf(subject=_name(snapshot), preview=seal is None)
    _write(document, snapshot, seal=seal, signatures=())
    return document.content()


def report_page(snapshot: Snapshot) -> list[Block]:
    """Return the preview of the report as blocks of a page."""
    document = OfficialPage()
    _write(document, snapshot, seal=None, signatures=())
    return document.blocks


def signature_page_pdf(snapshot: Snapshot, *, seal: Seal) -> bytes:
    """Return the signature page alone, to be printed, signed in ink and scanned."""
    document = OfficialPdf(subject=_name(snapshot))
    document.small(_name(snapshot))
    document.small(f"报告编号：{snapshot.number}")
    _signature_page(document, snapshot, seal=seal, signatures=())
    return document.content()


def _name(snapshot: Snapshot) -> str:
    return _said(snapshot, "title")


def _said(snapshot: Snapshot, part: str) -> str:
    """Return the words of one part as they were when the report was frozen, with their figures."""
    return filled({**FIRST, **snapshot.wording}[f"report.{part}"], values_of(snapshot))


def _write(document: Formal, snapshot: Snapshot, *, seal: Seal | None, signatures: Sequence[Signature]) -> None:
    document.title(_name(snapshot))
    document.small(f"报告编号：{snapshot.number}")
    document.text(_said(snapshot, "addressee"), indent=False)
    if snapshot.supplementary_to:
        document.text(f"本报告为 {snapshot.supplementary_to} 的补充报告。")
    _work_done(document, snapshot)
    _cites(document, snapshot)
    charts = charts_of(snapshot) if snapshot.form > 1 else {}
    _problems(document, snapshot, charts)
    document.heading(_said(snapshot, "causes"))
    document.texts(snapshot.causes)
    _measures(document, snapshot)
    _figures(document, snapshot, charts)
    _open_cases(document, snapshot)
    if closing := _said(snapshot, "closing"):
        document.text(closing)
    document.new_page()
    _signature_page(document, snapshot, seal=seal, signatures=signatures)


def _work_done(document: Formal, snapshot: Snapshot) -> None:
    document.heading(_said(snapshot, "work"))
    document.text(_said(snapshot, "introduction"))
    document.texts(snapshot.work_done)
    document.table(
        ("条款", "自查内容", "方法", "范围", "结果", "责任人"),
        (
            (item.clause, item.title, item.method, item.examined, item.finding, item.responsible)
            for item in snapshot.checklist
        ),
        widths=(14, 40, 28, 26, 30, 18),
    )


def _problems(document: Formal, snapshot: Snapshot, charts: Mapping[str, Chart]) -> None:
    found = problem_statistics(snapshot.rows)
    document.heading(_said(snapshot, "problems"))
    document.text(_said(snapshot, "found"))
    document.texts(snapshot.problems)
    for group, counts in found.groups():
        document.subheading(f"按{group}统计")
        document.table((group, "案件数"), ((word, str(number)) for word, number in counts.items()), widths=(116, 40))
    document.charts([chart for name, chart in charts.items() if name != "destinations"])


def _measures(document: Formal, snapshot: Snapshot) -> None:
    document.heading(_said(snapshot, "measures"))
    document.texts(snapshot.rectified)
    document.table(
        ("序号", "整改目标", "整改措施", "完成期限", "责任人", "进展", "案件"),
        (
            (str(number), m.goal, m.measure, m.due_on, m.responsible, m.progress, m.case or "—")
            for number, m in enumerate(snapshot.measures, start=1)
        ),
        widths=(11, 30, 37, 22, 17, 17, 22),
    )
    document.text(_said(snapshot, "promise"))


def _cites(document: Formal, snapshot: Snapshot) -> None:
    """Name the reports of the level below that this one rests on: whoever has them can compare their hashes."""
    if not snapshot.cites:
        return
    document.subheading("引用的下级自查报告")
    document.text(
        f"本报告依据以下 {len(snapshot.cites)} 份已报送的自查报告。清单校验值印在各报告的签字页上，可以逐份核对。"
    )
    document.table(
        ("单位", "报告编号", "清单校验值（SHA-256）"),
        ((cited.organisation, cited.number, cited.manifest_hash) for cited in snapshot.cites),
        widths=(44, 24, 88),
    )


def _figures(document: Formal, snapshot: Snapshot, charts: Mapping[str, Chart]) -> None:
    document.heading(_said(snapshot, "figures"))
    shown = rates(snapshot.destinations, definitions_of(snapshot))
    for version, source in (("2024", "教就业厅函〔2024〕11号"), ("2021", "教学厅函〔2021〕19号")):
        document.subheading(f"按{version}年口径（{source}）")
        document.table(
            ("指标", "人数（分子）", f"{DENOMINATOR}（分母）", "比率", "所含去向代码"),
            (_rate_line(rate) for rate in shown if rate.version == version),
            widths=(42, 26, 32, 22, 34),
        )
    held = sum(number for code, number in snapshot.destinations.items() if code[:2] in NOT_GRADUATED)
    document.text(f"两种口径的毕业去向落实率分子、分母一致。留级、休学、续读 {held} 人不计入{DENOMINATOR}。")
    document.charts([charts[name] for name in charts if name == "destinations"])
    document.subheading("毕业生去向确认情况")
    document.table(
        ("确认状态", "人数"),
        ((word, str(number)) for word, number in snapshot.confirmations.items()),
        widths=(116, 40),
    )


def _rate_line(rate: Rate) -> tuple[str, ...]:
    return rate.name, str(rate.numerator), str(rate.denominator), rate.percent, "、".join(rate.codes)


def _open_cases(document: Formal, snapshot: Snapshot) -> None:
    document.heading(_said(snapshot, "open"))
    if not snapshot.open_cases:
        document.text("截至定稿时，没有尚未办结的案件。")
        return
    document.text(f"以下 {len(snapshot.open_cases)} 件尚未办结，未列入本报告，办结后列入补充报告：")
    document.table(
        ("案件编号", "状态", "原因"),
        ((case.number, case.state, case.reason) for case in snapshot.open_cases),
        widths=(36, 28, 92),
    )


def _signature_page(
    document: Formal, snapshot: Snapshot, *, seal: Seal | None, signatures: Sequence[Signature]
) -> None:
    signed = {signature.slot: signature for signature in signatures}
    document.title("签 字 页")
    document.text("我们已审阅本报告和随附的自查记录、案件清单，确认尚未办结案件的名单和原因，并对报告的真实性负责。")
    for slot in snapshot.slots:
        line = _signature_line(slot, signed.get(slot.slot))
        if seal is None or slot.slot in signed:
            document.text(line, indent=False)
        else:
            document.line_to_sign(line, mark=Mark(snapshot.number, seal.manifest_hash, slot.slot))
    document.text(f"备案：{'、'.join(snapshot.recipients)}", indent=False)
    document.text(snapshot.organisation, right=True)
    document.text(snapshot.report_on, right=True)
    if seal is None:
        document.small("预览稿没有校验值；固定报告以后，这里印清单哈希、定稿时间和日志末端。")
        return
    document.small(f"清单哈希（SHA-256）：{seal.manifest_hash}")
    if seal.manifest_sm3:
        document.small(f"清单哈希（SM3）：{seal.manifest_sm3}")
    document.small(f"定稿时间：{seal.frozen_at}")
    for head in seal.journal_heads:
        _journal_lines(document, head)


def _journal_lines(document: Formal, head: Head) -> None:
    chain, short = CHAINS.get(head.chain, head.chain), head.hash[:SHORT]
    document.small(
        f"日志末端：定稿时，{chain}共 {head.seq} 条，末端校验值的前 {SHORT} 位为 {short}，全文如下。"
        "收件单位留存本页，即可查明此前的日志是否被改写。"
    )
    document.small(f"第 {head.seq} 条校验值（SHA-256）：{head.hash}")
    if head.root:
        document.small(f"第 1 条至第 {head.seq} 条的默克尔根：{head.root}")


def _signature_line(slot: Slot, signature: Signature | None) -> str:
    if signature is None:
        return f"{slot.title}（签字）：＿＿＿＿＿＿\n日期：＿＿＿＿年＿＿月＿＿日"
    if signature.mandate:
        return f"{slot.title}（签字）：{signature.name}（代）　{signature.signed_at}　授权：{signature.mandate}"
    if signature.appointment:
        return f"{slot.title}（签字）：{signature.name}　{signature.signed_at}　任职文件：{signature.appointment}"
    return f"{slot.title}（签字）：{signature.name}　{signature.signed_at}"
