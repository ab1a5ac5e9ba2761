"""What kind of programme a unit teaches, from the codes of its majors: which units are its peers.

Undergraduate and postgraduate codes begin with the two digits of the 学科门类,
vocational ones with those of the 专业大类. Flexible work is natural in art and
sport, an own shop in electronic commerce, and medicine has destinations of its
own, so that these kinds are never held against others: when too few of them are
there, nothing is said. Other kinds fall back to their family, then to all.
"""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from casework.errors import N_

ARTS, MEDICINE, SCIENCES, HUMANITIES = N_("艺术体育类"), N_("医药类"), N_("理工农类"), N_("人文社科类")
TRADE = N_("电子商务类")
ALL = N_("全部")
APART = (ARTS, MEDICINE, TRADE)

STAGES: Mapping[str, str] = MappingProxyType(
    {
        "01": "01",
        "03": "01",
        "11": "11",
        "13": "11",
        "25": "31",
        "26": "31",
        "31": "31",
        "33": "31",
        "41": "41",
        "43": "41",
    }
)
"""The degree levels that are compared together: with and without the diploma, and the second bachelor's degree."""

_STAGE_NAMES = MappingProxyType({"01": N_("博士"), "11": N_("硕士"), "31": N_("本科"), "41": N_("专科")})

# 学科门类, then 专业大类 of vocational bachelors (2x, 3x) and of junior colleges (4x, 5x).
_KINDS = MappingProxyType(
    {
        "01": (N_("哲学"), HUMANITIES),
        "02": (N_("经济学"), HUMANITIES),
        "03": (N_("法学"), HUMANITIES),
        "04": (N_("教育学"), HUMANITIES),
        "05": (N_("文学"), HUMANITIES),
        "06": (N_("历史学"), HUMANITIES),
        "07": (N_("理学"), SCIENCES),
        "08": (N_("工学"), SCIENCES),
        "09": (N_("农学"), SCIENCES),
        "10": (N_("医学"), MEDICINE),
        "12": (N_("管理学"), HUMANITIES),
        "13": (N_("艺术学"), ARTS),
        "14": (N_("交叉学科"), SCIENCES),
    }
)
_VOCATIONAL = (
    (N_("农林牧渔"), SCIENCES),
    (N_("资源环境与安全"), SCIENCES),
    (N_("能源动力与材料"), SCIENCES),
    (N_("土木建筑"), SCIENCES),
    (N_("水利"), SCIENCES),
    (N_("装备制造"), SCIENCES),
    (N_("生物与化工"), SCIENCES),
    (N_("轻工纺织"), SCIENCES),
    (N_("食品药品与粮食"), SCIENCES),
    (N_("交通运输"), SCIENCES),
    (N_("电子与信息"), SCIENCES),
    (N_("医药卫生"), MEDICINE),
    (N_("财经商贸"), HUMANITIES),
    (N_("旅游"), HUMANITIES),
    (N_("文化艺术"), ARTS),
    (N_("新闻传播"), HUMANITIES),
    (N_("教育与体育"), HUMANITIES),
    (N_("公安与司法"), HUMANITIES),
    (N_("公共管理与服务"), HUMANITIES),
)
_SPORT = (N_("体育学"), ARTS)
_COMMERCE = (N_("电子商务"), TRADE)
# 体育学类, 体育 (professional master) and 体育类 of both vocational stages; 电子商务类 likewise.
_SPORT_CODES = ("0402", "0452", "3703", "5703")
_TRADE_CODES = ("1208", "3307", "5307")
_UNKNOWN = (N_("专业代码不明"), "")

_OF_ONE_KIND, _OF_ONE_FAMILY, _STRANGERS = 0.7, 0.8, 0.1

Mix = Counter[tuple[str, str]]
"""How many persons of each (kind, stage of study) a unit has."""


def kind_of(major_code: str | None) -> str:
    """Return the name of the kind of programme, 专业代码不明 where the code tells none."""
    return _known(major_code)[0]


def stage_of(degree_level: str | None) -> str:
    """Return the stage of study of a degree level; an unknown one stands for itself."""
    return STAGES.get(degree_level or "", degree_level or "")


def stage_name(stage: str) -> str:
    """Return the name of a stage of study."""
    return _STAGE_NAMES.get(stage, stage)


def majority(mix: Mix) -> tuple[str, float]:
    """Return the kind that most of a unit belong to, and its share."""
    kinds: Counter[str] = Counter()
    for (kind, _), persons in mix.items():
        kinds[kind] += persons
    kind = min(kinds, key=lambda kind: (-kinds[kind], kind))
    return kind, kinds[kind] / kinds.total()


def peers_of(mix: Mix) -> tuple[str, ...]:
    """Return the names of a unit's peer groups, narrowest first; none where it mixes what cannot be compared.

    A unit of several kinds takes that of at least 70 %, else the family of at least
    80 %, else all; none with more than a tenth of such a kind apart beside
    other kinds, because that tenth alone would raise its share, and none whose codes
    tell no kind. The parts of such a unit are still compared.
    """
    families: Counter[str] = Counter()
    stages: Counter[str] = Counter()
    for (kind, stage), persons in mix.items():
        families[_FAMILY[kind]] += persons
        stages[stage] += persons
    family = min(families, key=lambda family: (-families[family], family))
    strangers = sum(families[apart] for apart in APART if apart != family) / families.total()
    kind, share = majority(mix)
    if not family or strangers > _STRANGERS or (family in APART and families[family] < _OF_ONE_KIND * families.total()):
        return ()
    at = stage_name(min(stages, key=lambda stage: (-stages[stage], stage)))
    names: list[str] = []
    if share >= _OF_ONE_KIND and _FAMILY[kind] == family:
        names.append(f"{kind}·{at}")
    if families[family] >= _OF_ONE_FAMILY * families.total():
        names.append(f"{family}·{at}")
        # Postgraduates of these kinds go other ways than undergraduates do, so that stages are not mixed there.
        if family not in APART:
            names.append(family)
    return (*names,) if family in APART else (*names, f"{ALL}·{at}", ALL)


def _known(major_code: str | None) -> tuple[str, str]:
    code = (major_code or "").strip()
    if code.startswith(_SPORT_CODES):
        return _SPORT
    if code.startswith(_TRADE_CODES):
        return _COMMERCE
    return _BY_DIGITS.get(code[:2], _UNKNOWN)


_BY_DIGITS = {f"{first + place}": vocation for first in (21, 41) for place, vocation in enumerate(_VOCATIONAL)} | dict(
    _KINDS
)
_FAMILY = MappingProxyType(dict([*_KINDS.values(), *_VOCATIONAL, _SPORT, _COMMERCE, _UNKNOWN]))
