"""The words of the funnel page: its choices, its verdicts, and what a peer group is called.

The kinds of programmes are those of the national catalogues: two digits from 01
for degrees (学位授予和人才培养学科目录), from 41 for junior colleges (职业教育专业目录).
"""

from casework.errors import N_
from casework.web.wording import said

METRICS = {
    "flexible": N_("灵活就业率"),
    "freelance": N_("自由职业率"),
    "startup": N_("自主创业率"),
    "other_form": N_("其他录用形式占比"),
}
RULES = {
    "flexible": "rate_flexible",
    "freelance": "rate_freelance",
    "startup": "rate_startup",
    "other_form": "rate_other_form",
}
SCOPES = {"university": N_("高校"), "college": N_("学院"), "major": N_("专业"), "class": N_("班级")}
UNITS = {
    "university": N_("%(n)s所高校"),
    "college": N_("%(n)s个学院"),
    "major": N_("%(n)s个专业"),
    "class": N_("%(n)s个班级"),
}
DENOMINATORS = {"graduates": N_("毕业生总数"), "settled": N_("已落实去向的毕业生")}
STAGES = {
    "doctor": N_("博士"),
    "master": N_("硕士"),
    "second_bachelor": N_("第二学士学位"),
    "bachelor": N_("本科"),
    "junior_college": N_("专科"),
}
VERDICTS = {
    "beyond": N_("超出同类预期"),
    "warning": N_("警戒区"),
    "inside": N_("正常波动"),
    "small": N_("人数少，不判定"),
    "alone": N_("同类单位不足，不判定"),
}
PROGRAMMES = {
    "01": N_("哲学"), "02": N_("经济学"), "03": N_("法学"), "04": N_("教育学"), "05": N_("文学"), "06": N_("历史学"),
    "07": N_("理学"), "08": N_("工学"), "09": N_("农学"), "10": N_("医学"), "11": N_("军事学"), "12": N_("管理学"),
    "13": N_("艺术学"), "14": N_("交叉学科"),
    "41": N_("农林牧渔大类"), "42": N_("资源环境与安全大类"), "43": N_("能源动力与材料大类"), "44": N_("土木建筑大类"),
    "45": N_("水利大类"), "46": N_("装备制造大类"), "47": N_("生物与化工大类"), "48": N_("轻工纺织大类"),
    "49": N_("食品药品与粮食大类"), "50": N_("交通运输大类"), "51": N_("电子与信息大类"), "52": N_("医药卫生大类"),
    "53": N_("财经商贸大类"), "54": N_("旅游大类"), "55": N_("文化艺术大类"), "56": N_("新闻传播大类"),
    "57": N_("教育与体育大类"), "58": N_("公安与司法大类"), "59": N_("公共管理与服务大类"),
}  # fmt: skip
MIXED = N_("多种门类")
ANY_DEGREE = N_("各层次")


def units(level: str, number: int) -> str:
    """Return a number of units in words: 3个学院."""
    return said(UNITS[level], {"n": f"{number:,}"})


def peer(name: str) -> str:
    """Return what a peer group is called: 工学·本科."""
    kind, _, stage = name.partition("/")
    degree = said(STAGES.get(stage, ANY_DEGREE))
    return f"{said(PROGRAMMES.get(kind, MIXED))}·{degree}"
