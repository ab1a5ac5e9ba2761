"""Small firms that hang together by a telephone, an address or an agent, and that one college fills.

Sharing something is not suspicious: an office tower, a bookkeeper and a park's
switchboard serve many firms that know nothing of each other, so what very many
share links nobody. A malformed code is no firm: what many made up in one way
would tie together whatever it touches. A parent and its subsidiaries do hang together; their
headcount answers for them. Bodies of the state, branches without a known head
office and dispatch agencies are left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from casework.errors import N_
from casework.screening.components import components
from casework.screening.rule import STANDING_NOTE, Found, Judgement, Row, Rule, Sentence, Setting, Value, number
from casework.screening.rules.capacity import DISPATCH_WORDS, FAMILIES, PUBLIC_NATURES

_MEASURED = N_("模拟人群实测：61 组关联单位全部命中，未误及其他单位")
_NAMED = 5  # employers told by name; the codes of more stand beside
_CODES = 20


def judge(rows: Sequence[Row], settings: Mapping[str, Value]) -> Judgement:
    """Join firms that share something and weigh each group's graduates against what it insures."""
    firms: dict[str, list[Row]] = defaultdict(list)
    sharing: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        firms[row["firm"]].append(row)
        for token in row["tokens"]:
            sharing[token].add(row["firm"])
    groups = list(components(sorted(link) for _, link in sorted(sharing.items())))
    found = (_weigh(group, [row for firm in group for row in firms[firm]], settings) for group in groups)
    return Judgement(tuple(each for each in found if each is not None), len(groups))


def _weigh(group: tuple[str, ...], rows: list[Row], settings: Mapping[str, Value]) -> Found | None:
    firms = {row["firm"]: row for row in rows}
    if min(len(group), len({row["key"] for row in rows})) < number(settings, "firms"):
        return None
    colleges: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        colleges[row["college"]] |= set(row["people"])
    people = set().union(*colleges.values())
    college = max(sorted(colleges), key=lambda name: len(colleges[name]))
    insured = sum(row["insured"] or 0 for row in firms.values())
    unknown = [firm for firm, row in firms.items() if row["insured"] is None]
    of_unknown = {number for row in rows if row["insured"] is None for number in row["people"]}
    guessed = 2 * len(of_unknown) > len(people)
    least = number(settings, "graduates_unknown_size") if guessed else number(settings, "graduates")
    if (
        len(people) < least
        or len(colleges[college]) < round(number(settings, "college_share") * len(people), 9)
        or len(people) < round(number(settings, "ratio") * (insured + 1), 9)
    ):
        return None
    tokens = {token for row in rows for token in row["tokens"]}
    observed = {
        "employer_count": len(group),
        "employers": "、".join(f"{firms[firm]['name']}（{firm}）" for firm in group[:_NAMED]),
        "more": len(group) > _NAMED,
        "credit_codes": list(group[:_CODES]),
        "graduates": len(people),
        "college": college,
        "of_college": len(colleges[college]),
        "insured": insured,
        "unknown": len(unknown),
        "some_unknown": bool(unknown),
        "by_phone": any(token.startswith("phone ") for token in tokens),
        "by_address": any(token.startswith("address ") for token in tokens),
        "by_agent": any(token.startswith("agent ") for token in tokens),
    }
    return Found(f"group:{group[0]}", tuple(people), ("linked",), observed)


LINKED_EMPLOYERS = Rule(
    code="linked_employers",
    name=N_("疑似关联单位"),
    level="group",
    family="clusters",
    needs=(
        "records.credit_code",
        "records.college",
        "records.employer_phone_index",
        "employers.insured_headcount",
        "codes",
    ),
    output="V",
    strength="s",
    violation="F7",
    settings=(
        FAMILIES,
        PUBLIC_NATURES,
        DISPATCH_WORDS,
        Setting("firms", 3, _MEASURED),
        Setting("graduates", 6, _MEASURED),
        Setting("college_share", Decimal("0.6"), _MEASURED),
        Setting("ratio", Decimal("0.3"), _MEASURED),
        Setting("most_firms", 8, N_("建议值：更多单位共用的电话、地址、代办人是园区总机、写字楼或代账机构，不作关联")),
        Setting("address_length", 8, N_("建议值：更短的地址只到街道，不作关联")),
        Setting("graduates_unknown_size", 10, N_("建议值：半数以上毕业生所在单位参保人数不明时，人数须不少于此值")),
    ),
    sql="""
    WITH recorded AS MATERIALIZED (
        SELECT DISTINCT firm, phone, mobile, address
        FROM (SELECT DISTINCT credit_code AS raw, employer_phone_index AS phone, employer_mobile_index AS mobile,
                     employer_address AS address FROM records)
        JOIN credit_codes USING (raw) WHERE valid),
    written AS (
        SELECT firm, phone, address, NULL AS agent FROM recorded
        UNION ALL SELECT firm, mobile, NULL, NULL FROM recorded
        UNION ALL SELECT coalesce(same, code), phone_index, address, agent_index
                  FROM register LEFT JOIN decided USING (code)),
    places AS MATERIALIZED (
        SELECT address, regexp_replace(upper(widths_undone(address)), '[^0-9A-Z\\p{Han}]', '', 'g') AS place
        FROM (SELECT DISTINCT address FROM written WHERE address IS NOT NULL)),
    tokens AS (
        SELECT firm, 'phone ' || phone AS token FROM written WHERE phone IS NOT NULL
        UNION SELECT firm, 'agent ' || agent FROM written WHERE agent IS NOT NULL
        UNION SELECT firm, 'address ' || place
              FROM written JOIN places USING (address)
              WHERE length(place) >= $address_length AND regexp_matches(place, '[0-9]')),
    linking AS (
        SELECT token FROM tokens GROUP BY token HAVING count(*) BETWEEN 2 AND $most_firms),
    linked AS (
        SELECT firm, list_sort(list(token)) AS tokens FROM tokens SEMI JOIN linking USING (token) GROUP BY firm),
    placed AS (
        SELECT firm, college, list_sort(list(DISTINCT student_no)) AS people, max(employer_name) AS employer_name
        FROM hired SEMI JOIN linked USING (firm)
        WHERE college IS NOT NULL AND list_contains($families, family) GROUP BY firm, college),
    known AS (
        SELECT firm, coalesce(max(employer_name), max(firms.name), '') AS name, max(insured) AS insured
        FROM placed LEFT JOIN firms USING (firm)
        WHERE NOT coalesce(list_contains($public_natures, nature_code), FALSE)
          AND NOT names_any(coalesce(firms.name, employer_name), $dispatch_words)
          AND (insured IS NOT NULL OR branch_of(coalesce(firms.name, employer_name)) = '')
        GROUP BY firm)
    SELECT firm, college, people, name, coalesce(nullif(employer_key(name), ''), firm) AS key, insured, tokens
    FROM placed JOIN known USING (firm) JOIN linked USING (firm)
    """,
    judge=judge,
    tells=(
        Sentence(
            N_(
                "%(employer_count)s 个单位相互关联，登记录用毕业生 %(graduates)s 人，"
                "其中 %(college)s %(of_college)s 人，各单位参保人数合计 %(insured)s 人：%(employers)s。"
            )
        ),
        Sentence(N_("以上只列出前五个单位。"), when="more"),
        Sentence(N_("其中 %(unknown)s 个单位参保人数不明。"), when="some_unknown"),
        Sentence(N_("它们登记了相同的联系电话。"), when="by_phone"),
        Sentence(N_("它们登记了相同的地址。"), when="by_address"),
        Sentence(N_("它们由同一人代办。"), when="by_agent"),
        Sentence(STANDING_NOTE),
    ),
    innocent=N_("请先核对是否同一集团的母子公司、同一园区或写字楼的邻居，或只是委托了同一家代账、人力资源机构。"),
    asks=N_("请从公示系统分别核对各单位的股东、地址和经办人，抽查社保缴纳和工资发放单位，必要时实地走访。"),
    evidence=("employer", "public_register", "money_flow", "site_visit"),
)
