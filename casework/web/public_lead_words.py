"""The words of the public pages: what can be reported, about whom, and how far it has come, as an outsider reads it."""

from casework.errors import N_

REPORT_KINDS: dict[str, tuple[str, str]] = {
    "record": (N_("毕业去向登记与实际不符"), N_("没有签过约、单位或岗位不对、用实习证明登记等")),
    "employer": (N_("用人单位有疑问"), N_("单位不存在或不认可录用、集中给多人开证明等")),
    "unit": (N_("院系或学校的数据有疑问"), N_("整个班级、专业或学院的登记与实际不符等")),
    "conduct": (N_("单位或工作人员的做法"), N_("强迫签约、与毕业证挂钩、摊派任务等，即“四不准”“三不得”")),
    "other": (N_("其他问题"), N_("与毕业去向登记有关的其他情况")),
}
"""What can be reported: its label and what that means."""

REPORT_CONCERNS: dict[str, tuple[str, str]] = {
    "others": (N_("学院、老师或其他人"), N_("由学校负责核查的部门办理")),
    "office": (N_("学校就业部门或学校领导"), N_("交由上一级单位办理，本校看不到这件反映")),
    "employer": (N_("用人单位"), N_("由学校负责核查的部门办理")),
    "unsure": (N_("不清楚"), N_("由学校负责核查的部门办理")),
}

PROGRESS: dict[str, tuple[str, str]] = {
    "received": (N_("已收到"), N_("您的反映已经登记，正在等待受理。")),
    "accepted": (N_("核实中"), N_("已经受理，正在核实您反映的情况。")),
    "declined": (N_("没有受理"), N_("经两人核对，这件反映没有受理，原因见下面的答复。您补充情况后会重新办理。")),
    "transferred": (N_("已转办"), N_("已转给负责此事的单位，正在等待该单位受理。")),
    "answered": (N_("已办结"), N_("您反映的情况已经核实，结果见下面的答复。您补充情况后会重新办理。")),
}
"""What the holder of a receipt reads. That somebody has proposed to decline is a matter of the office, and that a
lead was merged would say that somebody else has reported."""

TALKERS = {"question": N_("办理人员问"), "answer": N_("办理人员答复"), "addition": N_("您补充")}
