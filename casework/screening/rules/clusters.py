"""Many graduates of one college at an employer that seems too small for them.

Concentration alone is not suspicious: the hypergeometric test finds every scheme
and accuses thousands of innocent firms that simply recruit in one place. Only
together with capacity does it tell something, and even then it opens a
verification and never says that anything is false.
"""

from decimal import Decimal

from casework.errors import N_
from casework.screening.rule import STANDING_NOTE, Rule, Sentence, Setting
from casework.screening.rules.capacity import DISPATCH_WORDS, FAMILIES, PUBLIC_NATURES

_MEASURED = N_("模拟人群实测：157 个扎堆单位全部命中，误及 6 家")

TINY_EMPLOYER_CLUSTER = Rule(
    code="tiny_employer_cluster",
    name=N_("疑似小企业扎堆"),
    level="employer",
    family="clusters",
    needs=(
        "records.credit_code",
        "records.college",
        "employers.insured_headcount",
        "codes",
    ),
    output="V",
    strength="s",
    violation="F7",
    version=2,
    settings=(
        FAMILIES,
        Setting("graduates", 5, _MEASURED),
        Setting("ratio", Decimal("0.5"), _MEASURED),
        Setting("tail", Decimal("0.0001"), _MEASURED),
        Setting("graduates_unknown_size", 10, N_("建议值：参保人数不明时人数须不少于此值")),
        PUBLIC_NATURES,
        DISPATCH_WORDS,
    ),
    # An unknown headcount is read as none, so it asks for more graduates, and says nothing about a public body
    # or a branch, whose people the head office insures. A dispatch agency's graduates work elsewhere.
    # One finding an employer: it carries all its graduates, and shows the college where chance explains least.
    sql="""
    WITH placed AS (
        SELECT DISTINCT student_no, college, firm FROM hired
        WHERE college IS NOT NULL AND list_contains($families, family)),
    whole AS (SELECT count(*) AS big_n FROM placed),
    colleges AS (SELECT college, count(*) AS big_k FROM placed GROUP BY college),
    crowded AS (SELECT firm, count(*) AS n FROM placed GROUP BY firm HAVING count(*) >= $graduates),
    small AS (
        SELECT firm, n, insured, coalesce(employer_name, firms.name, '') AS employer_name
        FROM crowded JOIN named USING (firm) LEFT JOIN firms USING (firm)
        WHERE n >= $ratio * (coalesce(insured, 0) + 1)
          AND NOT names_any(coalesce(firms.name, employer_name), $dispatch_words)
          AND (insured IS NOT NULL
               OR (n >= $graduates_unknown_size
                   AND NOT coalesce(list_contains($public_natures, nature_code), FALSE)
                   AND branch_of(coalesce(firms.name, employer_name)) = ''))),
    crowds AS (
        SELECT firm, college, count(*) AS k FROM placed SEMI JOIN small USING (firm)
        GROUP BY firm, college HAVING count(*) >= $graduates),
    tested AS (
        SELECT *, hypergeometric_tail(k, n, big_k, big_n) AS p
        FROM crowds JOIN small USING (firm) JOIN colleges USING (college) CROSS JOIN whole),
    worst AS (
        SELECT * FROM tested WHERE p < $tail
        QUALIFY row_number() OVER (PARTITION BY firm ORDER BY p, college) = 1),
    members AS (
        SELECT firm, list_sort(list(student_no)) AS people FROM placed SEMI JOIN worst USING (firm) GROUP BY firm)
    SELECT firm AS subject, people AS student_nos, ['cluster'] AS matters,
           {'credit_code': firm, 'employer_name': employer_name, 'college': college,
             'graduates': n, 'of_college': k, 'insured': insured, 'size_known': insured IS NOT NULL,
             'size_unknown': insured IS NULL, 'expected': printf('%.2f', CAST(n * big_k AS DOUBLE) / big_n),
             'peers': big_n, 'college_peers': big_k, 'tail': printf('%.1e', p)} AS observed
    FROM worst JOIN members USING (firm)
    """,
    tells=(
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）登记录用毕业生 %(graduates)s 人，"
                "其中 %(college)s %(of_college)s 人，单位参保人数为 %(insured)s 人。"
            ),
            when="size_known",
        ),
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）登记录用毕业生 %(graduates)s 人，"
                "其中 %(college)s %(of_college)s 人，单位参保人数不明。"
            ),
            when="size_unknown",
        ),
        Sentence(
            N_(
                "该学院占全部到单位就业毕业生（%(peers)s 人）中的 %(college_peers)s 人，"
                "按此比例预期为 %(expected)s 人，偶然达到这一人数的概率约为 %(tail)s。"
            )
        ),
        Sentence(STANDING_NOTE),
    ),
    innocent=N_("请先核对是否劳务外包、社保由总部缴纳的新设机构、校友企业，或登记库未收参保人数的大单位。"),
    asks=N_("请向单位核实在岗人数和岗位，抽查社保缴纳和工资流水，必要时实地走访。"),
    evidence=("employer", "public_register", "money_flow", "site_visit"),
)
