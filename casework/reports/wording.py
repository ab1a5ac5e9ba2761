"""The sentences and headings of the documents that an office may word itself, apart from every figure.

A figure stands in a sentence as a name in braces, as {cases}; the number comes
from the snapshot when the document is made and can be written by nobody. Each
part says which names it may hold and which it must: a sentence that lost its
figure is refused, and so is a name that nobody knows. What a report was frozen
with lies in its snapshot, so later words change no earlier document.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from casework.errors import N_, Invalid
from workflows.engine import Words

PLAN, REPORT = "plan", "report"
LONGEST = 600
_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Part:
    """One part of a document: what it is called, its words unless an office says otherwise, the names it may hold."""

    label: str
    words: str
    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    optional: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Return every name that this part may hold."""
        return tuple(dict.fromkeys((*self.must, *self.may)))


FRAME = ("organisation", "cohort")
COUNTS = ("cases", "case_graduates", "samples", "open_cases", "graduates")
PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "plan.title": Part(N_("标题"), "{organisation}{cohort}届高校毕业生就业监测数据自查通知（方案）", must=FRAME),
        "plan.addressee": Part(N_("主送"), "各有关单位：", may=FRAME, optional=True),
        "plan.introduction": Part(
            N_("开头"),
            "为核实{cohort}届高校毕业生就业监测数据，现组织开展自查，有关事项通知如下。",
            may=FRAME,
            optional=True,
        ),
        "plan.contents": Part(N_("标题：自查内容"), "一、自查内容"),
        "plan.method": Part(N_("标题：自查方法"), "二、自查方法"),
        "plan.recorded": Part(N_("标题：记录内容"), "三、记录内容"),
        "plan.requirements": Part(N_("标题：整改要求"), "四、整改要求"),
        "plan.schedule": Part(N_("标题：进度安排"), "五、进度安排"),
        "plan.responsible": Part(N_("标题：责任人员"), "六、责任人员"),
        "plan.closing": Part(N_("结尾"), "", may=FRAME, optional=True),
        "report.title": Part(
            N_("标题"),
            "{organisation}{cohort}届高校毕业生就业监测数据自查{supplement}报告",
            must=(*FRAME, "supplement"),
        ),
        "report.addressee": Part(N_("主送"), "主送：{recipients}", must=("recipients",), may=FRAME),
        "report.work": Part(N_("标题：自查工作开展情况"), "一、自查工作开展情况"),
        "report.introduction": Part(
            N_("开头：依据的方案"),
            "本次自查依据自查通知（方案）{plan_version}（{plan_issued_on} 印发）开展。",
            must=("plan_version", "plan_issued_on"),
            may=(*FRAME, *COUNTS),
        ),
        "report.problems": Part(N_("标题：发现的问题"), "二、发现的问题"),
        "report.found": Part(
            N_("核查案件概数"),
            "共核查案件 {cases} 件，涉及毕业生 {case_graduates} 人；另抽样核实 {samples} 件，不计入问题统计。",
            must=("cases", "case_graduates", "samples"),
            may=COUNTS,
        ),
        "report.causes": Part(N_("标题：原因分析"), "三、原因分析"),
        "report.measures": Part(N_("标题：整改情况和措施"), "四、整改情况和措施"),
        "report.promise": Part(
            N_("整改承诺"), "整改后不得为提高落实率突击更改数据；纠正后的数据变动逐条留痕并复核。", may=FRAME
        ),
        "report.figures": Part(N_("标题：去向统计口径与数据"), "五、去向统计口径与数据"),
        "report.open": Part(N_("标题：尚未办结的案件"), "六、尚未办结的案件"),
        "report.closing": Part(N_("结尾"), "特此报告。", may=(*FRAME, *COUNTS), optional=True),
    }
)
"""Every part, in the order in which the documents show them; the statement above the signatures is no part."""
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "organisation": N_("单位名称"),
        "cohort": N_("届别"),
        "supplement": N_("补充报告写“补充”，其他为空"),
        "recipients": N_("备案单位"),
        "plan_version": N_("方案版本"),
        "plan_issued_on": N_("方案印发日期"),
        "cases": N_("核查案件数"),
        "case_graduates": N_("案件涉及毕业生人数"),
        "samples": N_("抽样核实案件数"),
        "open_cases": N_("未办结案件数"),
        "graduates": N_("毕业生总数"),
    }
)
"""What stands behind each name, for whoever writes a part."""
DEFAULTS: Mapping[str, str] = MappingProxyType({key: part.words for key, part in PARTS.items()})
FIRST: Mapping[str, str] = MappingProxyType(
    {**DEFAULTS, "plan.addressee": "", "plan.introduction": "", "report.closing": ""}
)
"""The words of reports that were frozen before words were kept with them."""


def checked(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the parts, trimmed; raise `Invalid` with a sentence at each part that cannot be printed so."""
    unknown = sorted(key for key in texts if key not in PARTS)
    if unknown:
        raise Invalid(N_("文书没有这些部分：%(parts)s，没有保存。"), params={"parts": Words(unknown)})
    trimmed = {key: " ".join(text.split()) for key, text in texts.items()}
    wrong = {key: fault for key, text in trimmed.items() if (fault := _fault(PARTS[key], text))}
    if wrong:
        raise Invalid(N_("文书用语有误，没有保存。请看各项下面的说明。"), fields=wrong)
    return trimmed


def filled(text: str, values: Mapping[str, object]) -> str:
    """Return the text with each name replaced by its value; what a value holds is not looked into again."""
    return _NAME.sub(lambda found: str(values[found[1]]), text)


def _fault(part: Part, text: str) -> str:
    names = _NAME.findall(text)
    if not text and not part.optional:
        return N_("此项不能为空。")
    if len(text) > LONGEST:
        return N_("此项过长，请控制在600字以内。")
    if set("{}") & set(_NAME.sub("", text)):
        return N_("花括号只用来写占位符，须成对，里面只写占位符的名称。")
    if set(names) - set(part.known):
        return N_("这里有不能使用的占位符，请只用本项下面列出的占位符。")
    if set(part.must) - set(names):
        return N_("缺少必须保留的占位符；数字和名称由系统填入，不能手写代替。")
    return ""
