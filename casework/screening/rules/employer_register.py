"""What the reference register says about the recorded employer.

The register is incomplete: a miss proves nothing and stays weak. Status alone
proves nothing either: an employer that was cancelled after signing was a real
employer when the graduate signed, so dates are compared with dates.
"""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

EMPLOYER_CANCELLED_BEFORE_SIGNING = Rule(
    code="employer_cancelled_before_signing",
    name=N_("签约前单位已注销/吊销"),
    level="record",
    family="existence",
    needs=(
        "records.credit_code",
        "records.signing_date",
        "employers.status_date",
    ),
    output="C",
    strength="s",
    violation="F10",
    settings=(Setting("ended", ("注销", "吊销"), N_("登记机关公示的终止状态")),),
    sql="""
    SELECT student_no AS subject, [student_no] AS student_nos, [code, CAST(signing_date AS VARCHAR)] AS matters,
           {'credit_code': code, 'employer_name': employer_name, 'register_name': register.name,
            'status': register.status, 'status_date': register.status_date, 'signing_date': signing_date} AS observed
    FROM employment JOIN register USING (code)
    WHERE list_contains($ended, register.status) AND register.status_date < signing_date
    """,
    tells=(
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）在登记库中已于 %(status_date)s %(status)s，"
                "早于填报的签约日期 %(signing_date)s。"
            )
        ),
    ),
    innocent=N_("请先核对签约日期是否填错，或单位被吸收合并后由存续单位承继，登记时仍用了原代码。"),
    asks=N_("请在公示系统查询单位现状，向毕业生索取合同原件和工资流水，并询问实际用人单位。"),
    evidence=("public_register", "original_document", "money_flow"),
)

EMPLOYER_FOUNDED_AFTER_SIGNING = Rule(
    code="employer_founded_after_signing",
    name=N_("单位成立晚于签约"),
    level="record",
    family="existence",
    needs=(
        "records.credit_code",
        "records.signing_date",
        "employers.founded_date",
    ),
    output="C",
    strength="s",
    violation="F10",
    sql="""
    SELECT student_no AS subject, [student_no] AS student_nos, [code, CAST(signing_date AS VARCHAR)] AS matters,
           {'credit_code': code, 'employer_name': employer_name, 'register_name': register.name,
            'founded_date': register.founded_date, 'signing_date': signing_date,
            'days': register.founded_date - signing_date, 'own_business': destination_code[1:2] = '75'} AS observed
    FROM employment JOIN register USING (code)
    WHERE register.founded_date > signing_date
    """,
    tells=(
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）成立于 %(founded_date)s，"
                "比填报的签约日期 %(signing_date)s 晚 %(days)s 天。"
            )
        ),
        Sentence(N_("去向为自主创业，常有先登记去向、后领执照的情形。"), when="own_business"),
    ),
    innocent=N_("请先核对签约日期是否填错，或单位在筹建、改制期间已招人，自主创业者先登记后领执照。"),
    asks=N_("请在公示系统查询成立日期，索取合同原件，核对落款日期和工资流水。"),
    evidence=("public_register", "original_document", "money_flow"),
    eased_by=("own_business",),
)

EMPLOYER_NOT_IN_REGISTER = Rule(
    code="employer_not_in_register",
    name=N_("单位查无"),
    level="record",
    family="existence",
    needs=(
        "records.credit_code",
        "employers",
    ),
    output="V",
    strength="w",
    violation="F10",
    sql="""
    SELECT student_no AS subject, [student_no] AS student_nos, [code] AS matters,
           {'credit_code': code, 'employer_name': employer_name, 'malformed': NOT valid} AS observed
    FROM employment ANTI JOIN register USING (code)
    """,
    tells=(
        Sentence(N_("单位“%(employer_name)s”的代码 %(credit_code)s 不在参考登记库中。")),
        Sentence(N_("该代码本身也未通过校验，查无可能由此而来。"), when="malformed"),
    ),
    innocent=N_("登记库并不完整，多数查无的单位真实存在；请先在公示系统查询，不要据此下结论。"),
    asks=N_("请在国家企业信用信息公示系统或事业单位登记网站按代码和名称各查一次，并截图留存。"),
    evidence=("public_register",),
)

EMPLOYER_NAME_MISMATCH = Rule(
    code="employer_name_mismatch",
    name=N_("代码与名称不一致"),
    level="record",
    family="identity",
    needs=(
        "records.credit_code",
        "records.employer_name",
        "employers.name",
    ),
    output="V",
    strength="w",
    violation="F1",
    settings=(Setting("similar_from", 95, N_("设计建议：相似度不低于此值时仅作提示，不据此合并")),),
    # Equality after normalisation decides, former names count as names; likeness is shown and never decides.
    sql="""
    WITH pairs AS (
        SELECT DISTINCT code, employer_name
        FROM (SELECT DISTINCT credit_code AS raw, employer_name FROM records WHERE employer_name IS NOT NULL)
        JOIN credit_codes USING (raw)),
    named AS (
        SELECT pairs.code, employer_name, name AS register_name, former_names,
               employer_key(employer_name) AS key, employer_key(name) AS register_key
        FROM pairs JOIN register USING (code)
        WHERE name IS NOT NULL AND employer_name <> name),
    formerly AS (
        SELECT code, employer_key(former_name) AS key
        FROM (SELECT DISTINCT code, unnest(regexp_split_to_array(former_names, '[;；|、,，]')) AS former_name
              FROM named WHERE former_names IS NOT NULL)),
    differing AS (
        SELECT *, likeness(key, register_key) AS similarity
        FROM named ANTI JOIN formerly USING (code, key)
        WHERE key <> register_key)
    SELECT student_no AS subject, [student_no] AS student_nos, [code, key] AS matters,
           {'credit_code': code, 'employer_name': employer_name, 'register_name': register_name,
            'similarity': similarity, 'similar': similarity >= $similar_from,
            'branch': starts_with(key, register_key) AND key LIKE '%分公司'} AS observed
    FROM employment JOIN differing USING (code, employer_name)
    """,
    tells=(
        Sentence(
            N_("填报的单位名称是“%(employer_name)s”，代码 %(credit_code)s 在登记库中的名称是“%(register_name)s”。")
        ),
        Sentence(N_("两个名称相似度为 %(similarity)s%%，可能只是录入误差。"), when="similar"),
        Sentence(N_("填报的名称像是该单位的分公司。"), when="branch"),
    ),
    innocent=N_("请先核对是否录入误差、单位更名而登记库未收曾用名，或填报分公司名称而使用总公司代码。"),
    asks=N_("请在公示系统查询该代码的现用名和曾用名，并与合同公章上的名称核对。"),
    evidence=("public_register", "original_document"),
    eased_by=("branch",),
)

# Old and new tables stand side by side, and registers use another system than registrations: a difference is
# one only where both codes belong to the round's table and do not mean the same thing there.
EMPLOYER_ATTRIBUTE_MISMATCH = Rule(
    code="employer_attribute_mismatch",
    name=N_("单位性质/行业不一致"),
    level="record",
    family="identity",
    needs=(
        "records.credit_code",
        "records.employer_nature_code",
        "records.industry_code",
        "employers.nature_code",
        "employers.industry_code",
        "codes",
    ),
    output="S",
    strength="w",
    violation="P1",
    settings=(
        Setting("same", ("39=300",), N_("新旧代码表并存：民营企业 300 在旧表中归入其他企业 39")),
        Setting("colleagues", 3, N_("设计建议：三人及以上填报相同时，先疑登记库未更新")),
    ),
    sql="""
    WITH counted AS MATERIALIZED (
        SELECT code, written_nature, written_industry, sum(rows) AS colleagues
        FROM (SELECT credit_code AS raw, employer_nature_code AS written_nature, industry_code AS written_industry,
                     count(*) AS rows FROM records WHERE credit_code IS NOT NULL GROUP BY ALL)
        JOIN credit_codes USING (raw) GROUP BY ALL),
    compared AS MATERIALIZED (
        SELECT counted.*, register.name AS register_name,
               narrow(written_nature) AS nature, narrow(register.nature_code) AS register_nature,
               narrow(written_industry) AS industry, narrow(register.industry_code) AS register_industry
        FROM counted JOIN register USING (code)),
    labels AS (
        SELECT "table", narrow(code) AS code, min(name_zh) AS label FROM codes
        WHERE "table" IN ('employer_nature', 'industry') AND code IS NOT NULL GROUP BY ALL),
    different AS (
        SELECT compared.*, nature_label.label AS nature_name, register_nature_label.label AS register_nature_name,
               industry_label.label AS industry_name, register_industry_label.label AS register_industry_name,
               coalesce(nature <> register_nature, FALSE)
               AND nature_label.code IS NOT NULL AND register_nature_label.code IS NOT NULL
               AND NOT list_has_any($same, [nature || '=' || register_nature, register_nature || '=' || nature])
               AS nature_differs,
               coalesce(industry <> register_industry, FALSE)
               AND industry_label.code IS NOT NULL AND register_industry_label.code IS NOT NULL
               AND NOT list_has_any($same, [industry || '=' || register_industry, register_industry || '=' || industry])
               AS industry_differs
        FROM compared
        LEFT JOIN labels AS nature_label ON nature_label."table" = 'employer_nature' AND nature_label.code = nature
        LEFT JOIN labels AS register_nature_label
            ON register_nature_label."table" = 'employer_nature' AND register_nature_label.code = register_nature
        LEFT JOIN labels AS industry_label ON industry_label."table" = 'industry' AND industry_label.code = industry
        LEFT JOIN labels AS register_industry_label
            ON register_industry_label."table" = 'industry' AND register_industry_label.code = register_industry),
    differing AS MATERIALIZED (
        SELECT raw, different.* FROM different JOIN credit_codes USING (code) WHERE nature_differs OR industry_differs)
    SELECT student_no AS subject, [student_no] AS student_nos,
           [code, CASE WHEN nature_differs THEN nature ELSE '' END,
            CASE WHEN industry_differs THEN industry ELSE '' END] AS matters,
           {'credit_code': code, 'employer_name': employer_name, 'register_name': register_name,
            'nature': nature, 'nature_name': nature_name, 'register_nature': register_nature,
            'register_nature_name': register_nature_name, 'industry': industry, 'industry_name': industry_name,
            'register_industry': register_industry, 'register_industry_name': register_industry_name,
            'nature_differs': nature_differs, 'industry_differs': industry_differs,
            'colleagues': colleagues, 'agreed': colleagues >= $colleagues} AS observed
    FROM records JOIN differing ON raw = credit_code
    WHERE employer_nature_code IS NOT DISTINCT FROM written_nature
      AND industry_code IS NOT DISTINCT FROM written_industry
    """,
    tells=(
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）的性质填报为 %(nature)s %(nature_name)s，"
                "登记库中为 %(register_nature)s %(register_nature_name)s。"
            ),
            when="nature_differs",
        ),
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）的行业填报为 %(industry)s %(industry_name)s，"
                "登记库中为 %(register_industry)s %(register_industry_name)s。"
            ),
            when="industry_differs",
        ),
        Sentence(N_("在该单位的毕业生有 %(colleagues)s 人都这样填报，请先看登记库是否未更新。"), when="agreed"),
    ),
    innocent=N_("请先核对登记库是否未及时更新、单位改制或兼营多个行业，去向本身多半属实，更正描述项即可。"),
    asks=N_("请在公示系统查询单位性质和经营范围，并与录用材料核对。"),
    evidence=("public_register",),
)
