"""Flexible work, freelancing, own businesses and other forms: units where they are more than their kind explains.

No fixed limit is fair: one university has 1 % of flexible work and another 18 %,
both rightly. So each unit is held against its peers, the excess must be of
persons and not only of per cent, and one finding names the unit that explains
it, with the graduates to verify. It is a question to the unit and no finding about anyone.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from casework.errors import N_
from casework.screening.kinds import majority
from casework.screening.roster import Roster, roster
from casework.screening.rule import (
    PROPOSED,
    STANDING_NOTE,
    Found,
    Judgement,
    Row,
    Rule,
    Sentence,
    Setting,
    Value,
    number,
)
from casework.screening.standing import Comparison, Standing, Unit
from casework.screening.units import compare

_MEASURED = N_("模拟人群实测：43 个虚高学院命中 40 个，1185 个正常学院中误列 6 个")
_MIXED = 0.95  # a unit purer than this is of one kind, and its share of it needs no words


def judge(rows: Sequence[Row], settings: Mapping[str, Value]) -> Judgement:
    """Find the units that are beyond their peers and that no other unit explains."""
    units = roster(rows)
    comparison = compare_as_set(units.units, settings)
    found = tuple(
        Found(one.unit.subject, units.people[one.unit.subject], ("rate",), observe(one, comparison, units))
        for one in comparison.standings
        if one.reported
    )
    return Judgement(found, comparison.tests)


def compare_as_set(units: Iterable[Unit], settings: Mapping[str, Value]) -> Comparison:
    """Compare units as a rule about shares is set: `least`, `peers`, `excess` and `q` (see `screening.units`)."""
    return compare(
        units,
        least=int(number(settings, "least")),
        peers_at_least=int(number(settings, "peers")),
        excess=int(number(settings, "excess")),
        q=Decimal(str(settings["q"])),
    )


def observe(one: Standing, comparison: Comparison, units: Roster) -> dict[str, object]:
    """Return what is to be said of a unit that is beyond: counts, peers, chance, and what else it explains."""
    subject = one.unit.subject
    kind, kind_share = majority(units.mixes[subject])
    explained = [other.unit.label for other in comparison.standings if subject in other.explained_by]
    wider = [
        other.unit.label
        for other in comparison.standings
        if subject in other.explained_by and other.unit.subject in one.unit.within
    ]
    inside = sorted(set(explained) - set(wider))
    return {
        "unit": one.unit.label,
        "level": one.unit.level,
        "n": one.unit.n,
        "k": one.unit.k,
        "share": f"{one.share:.1%}",
        "expected_share": f"{one.expected_share:.1%}",
        "expected": f"{one.expected:.1f}",
        "excess": f"{one.excess:.0f}",
        "peer": one.peer,
        "peer_units": one.peer_units,
        "fell_back": one.fell_back,
        "wanted_peer": one.unit.peers[0],
        "tail": f"{one.tail:.1e}",
        "q": f"{one.q:.1e}",
        "tests": sum(peer.tests for peer in comparison.peers if peer.level == one.unit.level),
        "kind": kind,
        "kind_share": f"{kind_share:.0%}",
        "mixed": kind_share < _MIXED,
        "around": "、".join(wider),
        "inside": "、".join(inside),
    }


AGAINST = (
    Sentence(
        N_(
            "同类单位（%(peer)s，%(peer_units)s 个）的占比约为 %(expected_share)s，"
            "按此预期 %(expected)s 人，多出约 %(excess)s 人。"
        )
    ),
    Sentence(
        N_(
            "计入同类单位之间本来的差异，偶然达到这一人数的概率约为 %(tail)s；"
            "同一层级共比较 %(tests)s 个单位，校正后 q 值为 %(q)s。"
        )
    ),
    Sentence(N_("最接近的同类（%(wanted_peer)s）单位太少，无法比较，改与“%(peer)s”比较。"), when="fell_back"),
    Sentence(N_("该单位以%(kind)s类专业为主，占 %(kind_share)s，其余专业的特点须另行考虑。"), when="mixed"),
    Sentence(N_("%(around)s 的偏高由该单位引起，除去该单位后其余部分正常，因此只列该单位。"), when="around"),
    Sentence(N_("其中 %(inside)s 也偏高，由该单位一并说明，不再分别列出。"), when="inside"),
    Sentence(STANDING_NOTE),
)

_SETTINGS = (
    Setting("least", 10, N_("建议值：人数少于此值的单位只列出，不比较")),
    Setting("peers", 4, N_("模拟人群实测：同类单位不足此数时改用更宽的同类")),
    Setting("excess", 5, PROPOSED),
    Setting("q", Decimal("0.05"), _MEASURED),
)


def _rate(
    *, code: str, name: str, families: tuple[str, ...], violation: str, tells: str, innocent: str, asks: str
) -> Rule:
    return Rule(
        code=code,
        name=name,
        level="unit",
        family="rates",
        needs=("records.destination_code", "records.college", "records.major_code", "records.degree_level", "codes"),
        output="V",
        strength="m",
        violation=violation,
        settings=(
            Setting("families", families, N_("去向类别界定")),
            Setting("not_graduated", ("65",), N_("去向类别界定：延长学制等未毕业的不计入毕业生")),
            *_SETTINGS,
        ),
        # The denominator is all graduates, as in the official rates.
        sql="""
        SELECT university, college, major_code, major_name, degree_level, class_name, count(*) AS n,
               list_sort(list(student_no) FILTER (list_contains($families, family))) AS people
        FROM destined WHERE NOT list_contains($not_graduated, coalesce(family, '')) GROUP BY ALL
        """,
        judge=judge,
        tells=(Sentence(tells), *AGAINST),
        innocent=innocent,
        asks=asks,
        evidence=("graduate", "original_document", "money_flow", "employer"),
    )


RATE_FLEXIBLE = _rate(
    code="rate_flexible",
    name=N_("灵活就业率过高"),
    families=("12", "76"),
    violation="F8",
    tells=N_("%(unit)s 共有毕业生 %(n)s 人，其中 %(k)s 人登记为灵活就业（其他录用形式或自由职业），占 %(share)s。"),
    innocent=N_(
        "请先核对专业特点：艺术、体育、医学、传媒等学科灵活就业较多属正常，也可能有集中签约的行业惯例或当年新设的专业方向。"
    ),
    asks=N_("请按名单抽查用人单位证明、本人收入证明或经两级审定的自由职业声明，并向毕业生本人了解实际工作。"),
)
RATE_FREELANCE = _rate(
    code="rate_freelance",
    name=N_("自由职业率过高"),
    families=("76",),
    violation="F8",
    tells=N_("%(unit)s 共有毕业生 %(n)s 人，其中 %(k)s 人登记为自由职业，占 %(share)s。"),
    innocent=N_("请先核对专业特点：艺术、体育、传媒、外语等学科从事创作、教练、翻译的自由职业者较多属正常。"),
    asks=N_("请按名单抽查经学院和学校两级审定的声明、作品或服务合同和收入流水，留意雷同的材料。"),
)
RATE_STARTUP = _rate(
    code="rate_startup",
    name=N_("自主创业率过高"),
    families=("75",),
    violation="F8",
    tells=N_("%(unit)s 共有毕业生 %(n)s 人，其中 %(k)s 人登记为自主创业，占 %(share)s。"),
    innocent=N_("请先核对是否设有创业班、孵化基地，或属电子商务、设计等便于自主创业的专业。"),
    asks=N_("请按名单抽查营业执照、入驻孵化机构证明或网店地址、截图和收入流水，留意多人使用同一网店的情况。"),
)
RATE_OTHER_FORM = _rate(
    code="rate_other_form",
    name=N_("其他录用形式占比过高"),
    families=("12",),
    violation="F9",
    tells=N_("%(unit)s 共有毕业生 %(n)s 人，其中 %(k)s 人登记为其他录用形式就业，占 %(share)s。"),
    innocent=N_(
        "请先核对行业惯例：艺术、体育、医学、学前教育等单位常先用人后签合同，也可能有整批录用而合同尚在办理的单位。"
    ),
    asks=N_("请按名单抽查用人单位证明和收入证明，向单位核实是否在岗，并了解为何没有签订协议或合同。"),
)
