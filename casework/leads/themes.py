"""What a lead complains of, by the words of the catalogue of violations.

A theme is not a finding and never shown as one: two leads about one college are
rarely about one matter, unless both also speak of withheld diplomas. The words are
those of the notice and of everyday speech for the same thing; who writes otherwise
is met by likeness of text, not here.
"""

import re
from types import MappingProxyType

from casework.errors import N_

LABELS = MappingProxyType(
    {
        "N1": N_("强迫签约"),
        "N2": N_("毕业证书与签约挂钩"),
        "N3": N_("户档托管"),
        "N4": N_("实习、见习材料"),
        "T1": N_("下指标、摊派任务"),
        "T3": N_("与考核评优挂钩"),
        "F2": N_("证明材料雷同或代开"),
        "F3": N_("本人不知情或未签"),
        "F4": N_("挂名、扎堆签约"),
        "F8": N_("自由职业、自主创业"),
        "F9": N_("其他录用形式"),
        "F10": N_("单位注销、吊销或查不到"),
        "P3": N_("薪酬"),
        "P6": N_("集中更改数据"),
        "P7": N_("名单外泄"),
        "P8": N_("统一口径应付核查"),
    }
)
_WORDS = {
    "N1": r"强迫|强制|逼[^，。；？！]{0,8}签|被迫签|不签[^。]{0,12}(?:不让|不准|不许|不放|就不)|威胁|施压",
    "N2": r"毕业证|学位证|毕业证书|学位证书|双证|发证|扣证|扣(?:发|着|留)[^。]{0,6}证|证书",
    "N3": r"托管|户档|档案|户口|落户",
    "N4": r"实习|见习|顶岗|规培|鉴定表",
    "T1": r"指标|摊派|包干|清零|排名|下任务|就业任务|层层加码|责任书|不低于\d+[%％]",
    "T3": r"评优|考核|绩效|一票否决|奖金|评先|职称",
    "F2": r"同一张|一模一样|雷同|复制|代开|开证明|买[^。]{0,6}证明|盖章|假章|伪造|PS|p图",
    "F3": r"被就业|未签|没有?签过|从(?:来|未)[^。]{0,4}签|不知情|不知道|冒用|不是我[^。]{0,4}[签字]|笔迹|[未没]授权",
    "F4": r"挂名|挂靠|扎堆|劳务|派遣|壳公司|空壳|统一安排",
    "F8": r"自由职业|灵活就业|自媒体|新媒体|自主创业|创业|网店|开店",
    "F9": r"其他录用形式",
    "F10": r"注销|吊销|查无|查不到|不存在|倒闭",
    "P3": r"最低工资|工资|薪酬|社保",
    "P6": r"突击|改数|改报|改学生|改成|修改数据|连着改|集中(?:变更|修改|改)|加班改|批量(?:修改|更改)|又改",
    "P7": r"泄露|外泄|名单[^。]{0,12}(?:给|提供|卖)|培训机构|骚扰电话",
    "P8": r"回(?:复)?[“\"']?1|统一回|就说|口径|应付(?:核查|检查|电话)|串通|对口供",
}
_PATTERNS = {code: re.compile(words, re.IGNORECASE) for code, words in _WORDS.items()}


def themes_of(text: str) -> frozenset[str]:
    """Return the codes of what a normalised text speaks of."""
    return frozenset(code for code, pattern in _PATTERNS.items() if pattern.search(text))
