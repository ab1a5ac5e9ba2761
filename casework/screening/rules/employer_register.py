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
)

EMPLOYER_NOT_IN_REGISTER = Rule(
    code="employer_not_in_register",
    name=N_("单位查无"),
    level="record",
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
    WITH pairs AS (SELECT DISTINCT code, employer_name FROM employment WHERE employer_name IS NOT NULL),
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
)
