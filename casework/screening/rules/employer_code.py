"""What the recorded credit code alone can tell: it is malformed, or it is not there."""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

USCC_INVALID = Rule(
    code="uscc_invalid",
    name=N_("统一社会信用代码无效"),
    level="record",
    family="identity",
    needs=("records.credit_code",),
    output="V",
    strength="m",
    violation="F1",
    sql="""
    SELECT student_no AS subject, [student_no] AS student_nos, [code] AS matters,
           {'credit_code': code, 'length': length(code), 'employer_name': employer_name,
            'wrong_length': length(code) <> 18, 'wrong_check': length(code) = 18,
            'organisation_code': length(code) = 9, 'registration_number': length(code) IN (13, 15)} AS observed
    FROM employment WHERE NOT valid
    """,
    tells=(
        Sentence(
            N_("填报单位“%(employer_name)s”的统一社会信用代码 %(credit_code)s 为 %(length)s 位，应为 18 位。"),
            when="wrong_length",
        ),
        Sentence(
            N_("填报单位“%(employer_name)s”的统一社会信用代码 %(credit_code)s 未通过 GB 32100 校验。"),
            when="wrong_check",
        ),
        Sentence(N_("九位的代码可能是旧的组织机构代码。"), when="organisation_code"),
        Sentence(N_("这一位数的代码可能是旧的工商注册号。"), when="registration_number"),
    ),
    innocent=N_("请先核对是否录入误差，或填写了旧的组织机构代码、工商注册号，单位本身属实。"),
    asks=N_("请向单位索取营业执照或法人证书，并在公示系统按单位名称查询代码。"),
    evidence=("public_register", "original_document"),
)

USCC_MISSING = Rule(
    code="uscc_missing",
    name=N_("无信用代码"),
    level="record",
    family="identity",
    needs=(
        "records.credit_code",
        "records.destination_code",
        "codes",
    ),
    output="V",
    strength="w",
    violation="P2",
    settings=(Setting("families", ("10", "11", "12", "27"), N_("去向类别界定：这些去向须填报用人单位")),),
    # A placeholder (无, /, 0001) is no code: it has no row in credit_codes.
    sql="""
    SELECT student_no AS subject, [student_no] AS student_nos, [coalesce(employer_name, '')] AS matters,
           {'destination_code': destination_code, 'destination_name': destination_name,
            'employer_name': employer_name, 'credit_code': destined.credit_code,
            'military': employer_nature_code = '40'} AS observed
    FROM destined LEFT JOIN credit_codes ON credit_codes.raw = destined.credit_code
    WHERE credit_codes.code IS NULL AND list_contains($families, family)
    """,
    tells=(
        Sentence(
            N_("毕业去向为 %(destination_code)s，按规定应有统一社会信用代码；单位“%(employer_name)s”未填或填了占位符。")
        ),
        Sentence(N_("单位性质填为部队，部队单位没有统一社会信用代码。"), when="military"),
    ),
    innocent=N_("请先核对是否漏填，或单位为部队、境外单位等本无代码的情形。"),
    asks=N_("请向单位核实全称和代码，索取营业执照、法人证书或录用材料原件。"),
    evidence=("employer", "original_document"),
    eased_by=("military",),
)
