"""Employers that hand out papers: too many graduates for the people they insure, from everywhere or at once.

A mill is seen only where several universities are screened together; a firm of
last month is seen in one. Both ask about capacity. A firm whose size is unknown
is not taken for small: it counts only where nearly everybody was hired on a mere
certificate, or where it is too young to have grown.
"""

from decimal import Decimal

from casework.errors import N_
from casework.screening.rule import PROPOSED, STANDING_NOTE, Rule, Sentence, Setting
from casework.screening.rules.capacity import DISPATCH_WORDS, FAMILIES, PUBLIC_NATURES

_MEASURED = N_("模拟人群实测：42 家全部命中，未误及其他单位")

CERTIFICATE_MILL = Rule(
    code="certificate_mill",
    name=N_("疑似证明作坊"),
    level="employer",
    family="clusters",
    needs=("records.credit_code", "records.university", "employers.insured_headcount", "codes"),
    output="V",
    strength="s",
    violation="F7",
    settings=(
        FAMILIES,
        PUBLIC_NATURES,
        DISPATCH_WORDS,
        Setting("graduates", 8, _MEASURED),
        Setting("ratio", Decimal(1), _MEASURED),
        Setting("universities", 5, _MEASURED),
        Setting("certificates", ("12",), N_("去向类别界定：其他录用形式只需单位证明")),
        Setting("certificate_share", Decimal("0.8"), N_("建议值：参保人数不明时，凭单位证明录用的比例须不低于此值")),
    ),
    sql="""
    WITH large AS (
        SELECT firm FROM staffing WHERE list_contains($families, family) GROUP BY firm HAVING sum(rows) >= $graduates),
    spread AS (
        SELECT firm FROM hired SEMI JOIN large USING (firm) WHERE list_contains($families, family)
        GROUP BY firm HAVING count(DISTINCT university) >= $universities),
    placed AS (
        SELECT DISTINCT student_no, university, firm, list_contains($certificates, family) AS certified
        FROM hired SEMI JOIN spread USING (firm)
        WHERE university IS NOT NULL AND list_contains($families, family)),
    crowded AS (
        SELECT firm, count(DISTINCT student_no) AS n, count(DISTINCT university) AS universities,
               count(DISTINCT student_no) FILTER (certified) AS certified,
               list_sort(list(DISTINCT student_no)) AS people
        FROM placed GROUP BY firm
        HAVING count(DISTINCT student_no) >= $graduates),
    judged AS (
        SELECT crowded.*, coalesce(employer_name, firms.name, '') AS employer_name, insured
        FROM crowded JOIN named USING (firm) LEFT JOIN firms USING (firm)
        WHERE NOT names_any(coalesce(firms.name, employer_name), $dispatch_words)
          AND CASE WHEN insured IS NOT NULL THEN n >= $ratio * (insured + 1)
              ELSE certified >= $certificate_share * n
                   AND NOT coalesce(list_contains($public_natures, nature_code), FALSE)
                   AND branch_of(coalesce(firms.name, employer_name)) = '' END)
    SELECT firm AS subject, people AS student_nos, ['mill'] AS matters,
           {'credit_code': firm, 'employer_name': employer_name, 'graduates': n, 'universities': universities,
            'certified': certified, 'insured': insured, 'size_known': insured IS NOT NULL,
            'size_unknown': insured IS NULL} AS observed
    FROM judged
    """,
    tells=(
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）登记录用 %(universities)s 所高校的毕业生"
                "共 %(graduates)s 人，而单位参保人数为 %(insured)s 人。"
            ),
            when="size_known",
        ),
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）登记录用 %(universities)s 所高校的毕业生"
                "共 %(graduates)s 人，其中 %(certified)s 人只凭单位证明录用，单位参保人数不明。"
            ),
            when="size_unknown",
        ),
        Sentence(STANDING_NOTE),
    ),
    innocent=N_("请先核对是否劳务外包、社保由总部缴纳的新设机构，或参保人数登记滞后的快速扩张企业。"),
    asks=N_("请与其他高校核对名单，向单位核实在岗人数和岗位，抽查社保缴纳和工资流水，必要时实地走访。"),
    evidence=("employer", "public_register", "money_flow", "site_visit"),
)

NEW_EMPLOYER_NO_INSURED = Rule(
    code="new_employer_no_insured",
    name=N_("新设零参保单位集中录用"),
    level="employer",
    family="clusters",
    needs=(
        "records.credit_code",
        "records.signing_date",
        "employers.founded_date",
        "employers.insured_headcount",
        "codes",
    ),
    output="V",
    strength="m",
    violation="F7",
    settings=(
        FAMILIES,
        PUBLIC_NATURES,
        DISPATCH_WORDS,
        Setting("graduates", 5, PROPOSED),
        Setting("days", 180, PROPOSED),
    ),
    sql="""
    WITH fresh AS (
        SELECT firm, count(DISTINCT student_no) AS n, list_sort(list(DISTINCT student_no)) AS people,
               min(signing_date) AS first_signed, max(signing_date) AS last_signed, max(employer_name) AS employer_name
        FROM hired JOIN firms USING (firm)
        WHERE list_contains($families, family) AND coalesce(insured, 0) = 0
          AND signing_date <= founded_date + CAST($days AS INTEGER)
          AND NOT branch AND NOT coalesce(list_contains($public_natures, nature_code), FALSE)
          AND NOT names_any(name, $dispatch_words)
        GROUP BY firm HAVING count(DISTINCT student_no) >= $graduates)
    SELECT firm AS subject, people AS student_nos, ['new_employer'] AS matters,
           {'credit_code': firm, 'employer_name': coalesce(fresh.employer_name, name, ''), 'graduates': n,
            'founded_date': founded_date, 'first_signed': first_signed, 'last_signed': last_signed,
            'insured': insured, 'none_insured': insured IS NOT NULL, 'size_unknown': insured IS NULL} AS observed
    FROM fresh JOIN firms USING (firm)
    """,
    tells=(
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）成立于 %(founded_date)s，"
                "与毕业生 %(graduates)s 人在 %(first_signed)s 至 %(last_signed)s 之间签约。"
            )
        ),
        Sentence(N_("登记库显示该单位参保人数为 0 人。"), when="none_insured"),
        Sentence(N_("登记库没有该单位的参保人数。"), when="size_unknown"),
        Sentence(STANDING_NOTE),
    ),
    innocent=N_("请先核对是否集团新设子公司由总部缴纳社保、毕业生真实创业团队招人，或参保人数尚未公示。"),
    asks=N_("请向单位核实在岗人数和岗位，索取社保开户和工资流水，必要时实地走访。"),
    evidence=("employer", "public_register", "money_flow", "site_visit"),
)
