"""One small invented report: two problem cases, one employer case with two graduates, one sample, one open case."""

import hashlib

from casework.cases.canonical import canonical_hash
from casework.filing.proofs import extract_of, journal_json
from casework.merkle import Tree
from casework.reports.manifest import build_manifest, manifest_hash
from casework.reports.render.report import Head, Seal
from casework.reports.snapshot import (
    CheckItem,
    Duty,
    Measure,
    OpenCase,
    Plan,
    Row,
    Slot,
    Snapshot,
    Step,
    content_hashes,
)

FROZEN_AT = "2024-08-04T16:30:00+08:00"
CONTRACT = "岭川大学 劳动合同 样本".encode()
CONTRACT_HASH = hashlib.sha256(CONTRACT).hexdigest()
SCAN = b"%PDF-1.4 a page signed in ink"
SCAN_HASH = hashlib.sha256(SCAN).hexdigest()
CHECKED = (
    ("N1.1", "登记与监测是否按规定进行，佐证材料是否完整规范"),
    ("N1.2", "毕业生本人确认情况"),
    ("N1.3", "疑似数据失真和异常数据"),
    ("N1.4", "问题线索核实处理情况"),
    ("N1.5", "“四不准”“三不得”执行情况"),
)


def make_checklist():
    return tuple(CheckItem(clause, title, "逐条审核", "全部 9 人", "已核实", "李梦洁") for clause, title in CHECKED)


def make_row(case="LC24-0001", **changes):
    row = {
        "name": "欧阳晓明",
        "student_no": "202022120208",
        "id_number": "110101200001011234",
        "phone": "13812346021",
        "college": "文学院",
        "major": "汉语言文学",
        "degree": "本科",
        "destination_code": "11",
        "destination": "签劳动合同形式就业",
        "employer": "岭川样本科技有限公司",
        "suspicion": "毕业生反馈从未签订",
        "method": "电话回访、单位来函",
        "result": "单位证实未录用",
        "conclusion": "查实已纠正",
        "handling": "作废原去向，改登记为待就业",
        "later_verification": "8月3日复核无误",
        "sample": False,
    }
    return Row(case=case, **(row | changes))


def make_snapshot(**changes):
    parts = {
        "number": "LC24-R1",
        "organisation": "岭川大学",
        "level": "university",
        "cohort": 2024,
        "report_on": "2024-08-04",
        "supplementary_to": "",
        "plan": Plan(
            version="第2版",
            issued_on="2024-07-24",
            method=("全量规则筛查", "逐案电话回访"),
            recorded=("毕业生、去向、核实方法和结果", "后续核实和处理情况"),
            requirements=("查实一件，纠正一件", "整改后不得突击更改数据"),
            schedule=(
                Step("2024-07-26", "规则筛查", "就业指导中心"),
                Step("2024-08-05", "签字备案", "党政主要负责同志"),
            ),
            responsible=(Duty("李梦洁", "就业指导中心主任", "组织自查"),),
        ),
        "checklist": make_checklist(),
        "work_done": ("筛查全部登记数据。", "回访毕业生 12 人次。"),
        "problems": ("个别单位未实际录用毕业生。",),
        "causes": ("材料审核把关不严。",),
        "measures": (Measure("去向登记真实准确", "实行两级审核", "2024-08-31", "夏鑫", "进行中", "LC24-0002"),),
        "rows": (
            make_row(),
            make_row("LC24-0002", name="阿依古丽·买买提", student_no="202022120301", conclusion="核实无误"),
            make_row("LC24-0002", name="张三", student_no="202022120302", conclusion="核实无误"),
            make_row("LC24-0003", name="王一", student_no="202022120303", suspicion="抽样核实", sample=True),
        ),
        "destinations": {"10": 1, "11": 1, "12": 1, "751": 1, "76": 1, "801": 1, "85": 1, "70": 1, "99": 1, "65": 2},
        "confirmations": {"已确认": 7, "未确认": 1, "信息有误": 0, "从未签订": 1},
        "open_cases": (OpenCase("LC24-0009", "核查中", "等待用人单位复函"),),
        "slots": (Slot("party_leader", "党委主要负责同志"), Slot("admin_leader", "行政主要负责同志")),
        "recipients": ("中共岭川大学纪律检查委员会", "北京市教育委员会（演示）"),
    }
    return Snapshot(**(parts | changes))


def make_dossier(number="LC24-0001", **changes):
    dossier = {
        "number": number,
        "subject": {"kind": "record", "key": "202022120208", "label": "欧阳晓明"},
        "facts": {"nature": "contradiction", "origin": "screening", "severity": "high", "opened_at": "2024-07-25"},
        "findings": [{"ref": "F1", "code": "graduate_denies", "sentence": "毕业生反馈从未签订"}],
        "verifications": [
            {"ref": "V1", "method": "call", "evidence_class": "graduate", "result": "reached"},
            {"ref": "V2", "method": "letter", "evidence_class": "employer", "result": "denied"},
        ],
        "corrections": [
            {"ref": "K1", "field": "destination_code", "old": "11", "new": "70", "evidence": [CONTRACT_HASH]}
        ],
        "evidence": [{"sha256": CONTRACT_HASH, "name": "劳动合同.pdf", "evidence_class": "document"}],
        "conclusion": {"kind": "corrected", "sentence": "单位证实未录用", "at": "2024-08-02", "by": "U001"},
    }
    return dossier | changes


def make_dossiers():
    facts = make_dossier()["facts"]
    sample = make_dossier("LC24-0003", facts=facts | {"origin": "sample", "severity": "low"})
    return [make_dossier("LC24-0002"), make_dossier(), sample]


def make_manifest(snapshot=None, dossiers=None, **changes):
    snapshot = snapshot or make_snapshot()
    parts = {
        "number": snapshot.number,
        "round_code": "2024",
        "organisation": {"code": "LC", "name": snapshot.organisation},
        "frozen_at": FROZEN_AT,
        "contents": content_hashes(snapshot),
        "dossiers": make_dossiers() if dossiers is None else dossiers,
        "open_cases": [
            {"number": "LC24-0009", "state": "investigating", "severity": "medium", "reason": "等待用人单位复函"}
        ],
        "checklist": [vars(item) for item in snapshot.checklist],
        "slots": [vars(slot) for slot in snapshot.slots],
        "recipients": list(snapshot.recipients),
        "plan_version": snapshot.plan.version,
        "versions": {"code_tables": "2024.1", "calendar": "2024.1", "policy": "3"},
        "journal_heads": [make_head()],
        "journal_extract": extract_of([entry["hash"] for entry in about_the_report(make_journal())]),
    }
    return build_manifest(**(parts | changes))


def make_head(entries=None):
    entries = entries or make_journal()
    root = Tree(bytes.fromhex(entry["hash"]) for entry in entries).root().hex()
    return {key: entries[-1][key] for key in ("organisation", "chain", "seq", "hash")} | {"root": root}


def about_the_report(entries):
    return [entry for entry in entries if entry["subject"] in ("LC24-0001", "LC24-0002", "LC24-0003", "LC24-R1")]


def make_journal_json(entries=None, *, heads=None):
    entries = entries or make_journal()
    points = [(size, make_head(entries[:size])["root"]) for size in (2, 3)]
    return journal_json(
        heads or [make_head(entries)],
        entries=about_the_report(entries),
        hashes={"7/main": [entry["hash"] for entry in entries]},
        checkpoints={"7/main": points},
    )


def make_journal():
    """Return a chain in which another case's entry stands between those about the report."""
    told = (("case:open", 1), ("case:conclude", 1), ("case:open", 55), ("case:open", 2), ("report:draft", 0))
    return linked([], told)


def linked(entries, told):
    """Return the chain with entries (action, case or 0 for the report, facts) after those there are."""
    entries = list(entries)
    for action, case, *facts in told:
        content = {
            "organisation": 7,
            "chain": "main",
            "seq": len(entries) + 1,
            "at": "2024-08-04T08:30:00.000000+00:00",
            "actor": "U001",
            "action": action,
            "subject": f"LC24-{case:04}" if case else "LC24-R1",
            "facts": facts[0] if facts else {},
            "commitments": {},
            "previous": entries[-1]["hash"] if entries else "0" * 64,
        }
        entries.append(content | {"hash": canonical_hash(content)})
    return entries


def make_signatures(**changes):
    """Return signatures.json: the first in the system, the second on the paper that is `SCAN`."""
    common = {
        "grade": 1,
        "manifest_hash": manifest_hash(make_manifest()),
        "delegated": False,
        "document": "",
        "file": "",
    }
    first = common | {"ref": "k1", "slot": "party_leader", "name": "何诚航"} | changes
    return [first, common | {"ref": "k2", "slot": "admin_leader", "name": "康莹蕾", "grade": 2, "file": SCAN_HASH}]


def make_later(signatures=None, *, begun=None, last="report:sign"):
    """Return the journal after the freeze: two signatures, another case between them, the report signed and sent."""
    printed = {"manifest_hash": manifest_hash(make_manifest())}
    first, second = (
        {"slot": line["slot"], "line": canonical_hash(line), **printed} for line in signatures or make_signatures()
    )
    told = (
        ("report:freeze", 0, printed),
        ("report:signature", 0, first),
        ("case:open", 56),
        ("report:signature", 0, second),
        (last, 0, printed),
        ("filing:deliver", 0, printed),
    )
    return linked(begun or make_journal(), told)


def make_signing(entries=None):
    """Return signing.json under the head of this journal; a root was told after the first signature too."""
    entries = entries or make_later()
    own = [entry for entry in entries[5:] if entry["subject"] == "LC24-R1"]
    points = [(size, make_head(entries[:size])["root"]) for size in (5, 7)]
    hashes = {"7/main": [entry["hash"] for entry in entries]}
    head = make_head(entries)
    return {"head": head, **journal_json([head], entries=own, hashes=hashes, checkpoints={"7/main": points})}


def make_seal(manifest=None):
    head = make_head()
    return Seal(
        manifest_hash=manifest_hash(manifest or make_manifest()),
        journal_heads=(Head(head["chain"], head["seq"], head["hash"]),),
        frozen_at="2024-08-04 16:30",
    )
