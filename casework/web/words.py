"""The labels of codes on pages, in one place; those of the rules' own codes come from `workflows`."""

from casework.errors import N_
from casework.screening.rules import RULES as SCREENING
from workflows.access_actors import ROLE_LABELS
from workflows.case import CASE, SETTLED_WITHOUT_CHANGE
from workflows.case_facts import CONCLUSION_LABELS, KIND_LABELS
from workflows.evidence import EVIDENCE_CLASS_LABELS, METHOD_LABELS, RESULT_LABELS
from workflows.report import REPORT
from workflows.severity import SEVERITY_LABELS

ROLES = {str(code): label for code, label in ROLE_LABELS.items()}
STATES = {name: state.label for name, state in CASE.states.items()}
STATE_SENTENCES = {name: state.sentence for name, state in CASE.states.items()}
REPORT_STATES = {name: state.label for name, state in REPORT.states.items()}
REPORT_SENTENCES = {name: state.sentence for name, state in REPORT.states.items()}
KINDS = {str(code): label for code, label in KIND_LABELS.items()}
CONCLUSIONS = {str(code): label for code, label in CONCLUSION_LABELS.items()}
SEVERITIES = {str(code): label for code, label in SEVERITY_LABELS.items()}
METHODS = {str(code): label for code, label in METHOD_LABELS.items()}
EVIDENCE = {str(code): label for code, label in EVIDENCE_CLASS_LABELS.items()}
RESULTS = {str(code): label for code, label in RESULT_LABELS.items()}
RULES = {rule.code: rule.name for rule in SCREENING}
ORIGINS = {
    "screening": N_("算法筛查"),
    "lead": N_("问题线索"),
    "confirmation": N_("毕业生确认"),
    "pushed": N_("上级推送"),
    "sample": N_("抽样核查"),
    "drift": N_("整改后变动"),
}
SUPPLIERS = {
    "graduate": N_("毕业生本人"),
    "employer": N_("用人单位"),
    "register": N_("公共登记机关"),
    "document": N_("材料本身"),
    "registrar": N_("录入或审核该登记的人员"),
    "other": N_("其他人员"),
}
CLOCKS = {
    "university": N_("高校自查期限"),
    "province": N_("省级核查期限"),
    "ministry": N_("毕业生确认期限"),
    "begin": N_("开始核查期限"),
    "conclude": N_("核查期限"),
    "accept": N_("复核期限"),
    "statutory": N_("法定期限"),
    "own": N_("本案期限"),
    "sign": N_("签字期限"),
    "file": N_("备案期限"),
}
ORGANISATIONS = {
    "ministry": N_("部级"),
    "province": N_("省级"),
    "university": N_("高校"),
    "college": N_("院系"),
    "discipline": N_("纪检监察部门"),
}
MOVES = {
    "open": (N_("立案"), "flag"),
    "begin": (N_("开始核查"), "user"),
    "conclude": (N_("提交核查结论"), "pen"),
    "send_back": (N_("退回重查"), "swap"),
    "accept": (N_("复核通过"), "okc"),
    "sign_off": (N_("签字生效"), "seal"),
    "lapse": (N_("签字失效"), "warn"),
    "acceptance_lapsed": (N_("复核失效，须重新复核"), "warn"),
    "file": (N_("备案生效"), "folder"),
    "reopen": (N_("重新打开"), "swap"),
    "drift": (N_("结论之后登记有变动"), "warn"),
    "ask_justify": (N_("说明登记变动的理由"), "file"),
    "justify": (N_("认可登记变动"), "okc"),
    "refuse_justify": (N_("未认可登记变动"), "x"),
    "seal": (N_("封存结论所据的登记"), "lock"),
    "merge": (N_("合并"), "link"),
    "unmerge": (N_("撤销合并"), "link"),
    "assign": (N_("派发"), "users"),
    "hand_back": (N_("经办人账号停用，退回待派发"), "users"),
    "verify": (N_("登记核查"), "phone"),
    "evidence": (N_("上传材料"), "up"),
    "withdraw_evidence": (N_("撤回材料"), "x"),
    "correct": (N_("登记更正"), "pen"),
    "withdraw_correction": (N_("撤回更正"), "x"),
    "correction_seen": (N_("登记已显示更正后的值"), "ok"),
    "rectify": (N_("写整改方案"), "file"),
    "measure_done": (N_("完成整改措施"), "ok"),
    "note": (N_("办理备注"), "chat"),
    "ask_hold": (N_("申请暂停"), "pause"),
    "hold": (N_("批准暂停"), "pause"),
    "refuse_hold": (N_("未批准暂停"), "x"),
    "end_hold": (N_("恢复计时"), "clock"),
    "agree_unverifiable": (N_("同意按“无法核实”办结"), "ok"),
    "severity": (N_("调整风险等级"), "warn"),
    "extend": (N_("并入新的疑点"), "flag"),
    "findings_withdrawn": (N_("最近的筛查不再列出这些疑点"), "flag"),
    "findings_restored": (N_("疑点在新数据中再次出现"), "flag"),
    "late_findings": (N_("结论之后发现新的疑点"), "flag"),
    "answer": (N_("收到毕业生答复"), "chat"),
    "link_lead": (N_("关联线索"), "link"),
    "unlink_lead": (N_("解除与线索的关联"), "link"),
    "escalate": (N_("逾期督办"), "od"),
    "remind": (N_("期限提醒"), "bell"),
    "press": (N_("催办"), "bell"),
    "raise": (N_("上报"), "up"),
    "take_over": (N_("提级办理"), "up"),
    "return_below": (N_("退回原单位办理"), "swap"),
    "refer": (N_("请上级办理"), "up"),
    "give_back": (N_("上级退回"), "swap"),
    "keep_away": (N_("经办人回避，退回待派"), "lock"),
    "spot_check": (N_("抽查"), "ring"),
    "consequence": (N_("登记处理结果"), "seal"),
    "withdraw_consequence": (N_("撤销处理结果"), "x"),
}
FILE_KINDS = {
    "graduates": N_("毕业去向登记数据"),
    "register": N_("用人单位登记信息"),
    "employers": N_("用人单位登记信息"),
    "changes": N_("修改日志"),
    "confirmations": N_("毕业生确认情况"),
    "operators": N_("登记系统账号"),
    "proofs": N_("佐证材料清单"),
    "leads": N_("问题线索"),
    "pushed_list": N_("下发清单"),
    "people": N_("人员"),
    "organisations": N_("机构"),
    "minimum_wages": N_("最低工资标准"),
}
BATCH_STATES = {
    "uploaded": N_("已上传，待校验"),
    "staging": N_("正在校验"),
    "staged": N_("已校验，待写入"),
    "writing": N_("正在写入"),
    "written": N_("已写入"),
    "refused": N_("不能导入"),
    "dropped": N_("已放弃"),
}
SLOTS = {
    "party_leader": N_("党委主要负责同志"),
    "admin_leader": N_("行政主要负责同志"),
    "vice_leader": N_("分管负责同志"),
}
CAPACITIES = {"discipline": N_("纪检监察部门"), "superior": N_("上级就业工作部门")}
CLAUSES = {
    "N1.1": N_("登记监测是否规范，材料审核和佐证材料是否齐全、规范"),
    "N1.2": N_("毕业生确认情况；信息有误的更正，“从未签订”的核查处理"),
    "N1.3": N_("疑似虚假数据和异常指标：灵活就业率、自由职业率、自主创业率、其他录用形式占比、小企业扎堆、单位核验"),
    "N1.4": N_("各渠道问题线索的受理和核查"),
    "N1.5": N_("“四不准”“三不得”执行情况"),
}
DOCUMENTS = {
    "plan": N_("自查通知（方案）"),
    "records": N_("自查记录"),
    "records_sheet": N_("自查记录（表格）"),
    "report": N_("自查报告"),
    "report_pdf": N_("自查报告（待签署 PDF）"),
    "report_signed": N_("自查报告（数字签名）"),
    "report_print": N_("自查报告（PDF）"),
    "records_pdf": N_("自查记录（PDF）"),
    "plan_pdf": N_("自查通知（方案）（PDF）"),
}


def settled_label(state: str, conclusion: str | None) -> str:
    """Return the word for where a case stands; `corrected` reads otherwise when nothing had to change."""
    if state == "corrected" and conclusion in {"unfounded", "unverifiable"}:
        return SETTLED_WITHOUT_CHANGE
    return STATES.get(state, state)
