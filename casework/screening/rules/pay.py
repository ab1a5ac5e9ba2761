"""Pay below the local minimum wage, where the definition of the destination asks for it.

The test belongs to codes 12, 76 and 27 alone: a labour contract is not under it,
nor is an online shop, nor a post-doctoral station. A city's figure stands before
its province's, in both directions. What is no plain monthly amount is not compared.
"""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

PAY_BELOW_MINIMUM = Rule(
    code="pay_below_minimum",
    name=N_("薪酬低于当地最低工资"),
    level="record",
    family="entries",
    needs=(
        "records.pay",
        "records.destination_code",
        "records.employer_place_code",
        "minimum_wages",
        "codes",
    ),
    output="V",
    strength="m",
    violation="P3",
    settings=(
        Setting("families", ("12", "76", "27"), N_("教学厅函〔2021〕19号：其他录用形式、自由职业、科研（管理）助理")),
        Setting("exempt", ("272",), N_("代码表：博士后入站不设最低工资一项")),
        Setting("monthly_from", 500, N_("建议值：低于此值的多为日薪、时薪或以千元计，不能当作月薪")),
    ),
    # Without a place, only pay below the lowest minimum wage of all is certainly below the local one. Where one
    # place has two figures the lower counts, so that no doubt falls on the graduate.
    sql="""
    WITH wages AS (
        SELECT place_code, min(monthly) AS monthly FROM minimum_wages
        WHERE place_code IS NOT NULL AND monthly > 0 GROUP BY place_code),
    lowest AS (SELECT min(monthly) AS monthly FROM wages),
    paid AS (
        SELECT student_no, destination_code, destination_name, employer_name, pay,
               nullif(narrow(employer_place_code), '') AS place
        FROM destined
        WHERE pay >= $monthly_from
          AND list_contains($families, family) AND NOT list_contains($exempt, destination_code)),
    placed AS (
        SELECT paid.*, coalesce(county.place_code, city.place_code, province.place_code) AS wage_place,
               CASE WHEN place IS NULL THEN lowest.monthly
                    ELSE coalesce(county.monthly, city.monthly, province.monthly) END AS monthly
        FROM paid
        LEFT JOIN wages AS county ON county.place_code = place
        LEFT JOIN wages AS city ON city.place_code = place[1:4] || '00'
        LEFT JOIN wages AS province ON province.place_code = place[1:2] || '0000'
        CROSS JOIN lowest)
    SELECT student_no AS subject, [student_no] AS student_nos,
           [destination_code, CAST(pay AS VARCHAR), coalesce(place, '')] AS matters,
           {'destination_code': destination_code, 'destination_name': destination_name,
            'employer_name': employer_name, 'pay': CAST(pay AS VARCHAR), 'minimum': CAST(monthly AS VARCHAR),
            'short_by': CAST(monthly - pay AS VARCHAR), 'place': place, 'wage_place': wage_place,
            'place_known': place IS NOT NULL, 'place_unknown': place IS NULL} AS observed
    FROM placed WHERE pay < monthly
    """,
    tells=(
        Sentence(
            N_(
                "毕业去向 %(destination_code)s 须达到当地最低工资标准，填报月薪 %(pay)s 元，"
                "单位所在地 %(place)s 适用的标准（%(wage_place)s）为每月 %(minimum)s 元，相差 %(short_by)s 元。"
            ),
            when="place_known",
        ),
        Sentence(
            N_(
                "毕业去向 %(destination_code)s 须达到当地最低工资标准，填报月薪 %(pay)s 元；单位所在地未填，"
                "而各地标准中最低的也有 %(minimum)s 元。"
            ),
            when="place_unknown",
        ),
    ),
    innocent=N_("请先核对填的是否扣除社保后的实发数、底薪不含提成、日薪或千元，或实际工作地与单位登记地不同。"),
    asks=N_("请向毕业生索取近几个月的收入流水或工资单，确认工作地和月收入；未达标准的更正去向类别。"),
    evidence=("graduate", "money_flow"),
)
