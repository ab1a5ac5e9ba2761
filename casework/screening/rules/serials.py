"""One agreement number under two graduates of one employer: each agreement has a number of its own.

Most equal numbers are no numbers: placeholders (无, /, 0001), the number of the
form, the day of signing, the employer's own code, or long digits that a spreadsheet
has cut short. All of them are left out before anything is compared.
"""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

SERIAL_DUPLICATE = Rule(
    code="serial_duplicate",
    name=N_("协议编号重复"),
    level="record",
    family="proofs",
    needs=("records.agreement_no", "records.credit_code", "records.employer_name"),
    output="V",
    strength="m",
    violation="F1",
    settings=(
        Setting("persons", 2, N_("设计建议：同一单位两人及以上")),
        Setting("digits", 5, N_("建议值：去掉前导零后不足此位数的是占位符或序号")),
        Setting("employers", 5, N_("建议值：超过此数的单位都用的是表格自身的编号，不是协议编号")),
    ),
    # Only what is written twice is cleaned, once a spelling: nearly every number of a good export stands once.
    sql="""
    WITH marked AS (
        SELECT hash(upper(replace(agreement_no, ' ', ''))) AS mark FROM records WHERE agreement_no IS NOT NULL),
    doubled AS (SELECT mark FROM marked GROUP BY mark HAVING count(*) > 1),
    given AS (
        SELECT student_no, credit_code, employer_name, signing_date, upper(replace(agreement_no, ' ', '')) AS key
        FROM records WHERE agreement_no IS NOT NULL AND hash(upper(replace(agreement_no, ' ', ''))) IN (FROM doubled)),
    cleaned AS (
        SELECT key, narrow(key) AS written, regexp_replace(written, '[^0-9A-Z\\p{Han}]', '', 'g') AS serial,
               ltrim(regexp_replace(written, '[^0-9]', '', 'g'), '0') AS digits
        FROM given GROUP BY key HAVING min(student_no) <> max(student_no)),
    numbers AS (
        SELECT * FROM cleaned
        WHERE length(digits) >= $digits
          AND replace(digits, digits[1], '') <> ''
          AND NOT contains('01234567890123456789', digits) AND NOT contains('98765432109876543210', digits)
          AND NOT regexp_full_match(written, '[0-9.]+E[+]?[0-9]+')
          AND NOT (length(digits) >= 16 AND digits LIKE '%000')),
    numbered AS (
        SELECT given.*, written, serial FROM given JOIN numbers USING (key)
        WHERE coalesce(digits <> strftime(signing_date, '%Y%m%d'), TRUE)
          AND coalesce(serial <> narrow(credit_code), TRUE)),
    colliding AS (
        SELECT numbered.*, coalesce(firm, employer_key(employer_name), '') AS employer
        FROM numbered SEMI JOIN (
            SELECT serial FROM numbered GROUP BY serial HAVING min(student_no) <> max(student_no)) USING (serial)
        LEFT JOIN credit_codes ON credit_codes.raw = credit_code),
    own AS (
        SELECT * FROM colliding SEMI JOIN (
            SELECT serial FROM colliding GROUP BY serial HAVING count(DISTINCT employer) <= $employers) USING (serial)
        WHERE employer <> ''),
    shared AS (
        SELECT employer, serial, list_sort(list(DISTINCT student_no)) AS people FROM own
        GROUP BY employer, serial HAVING count(DISTINCT student_no) >= $persons),
    persons AS (
        SELECT employer, serial, student_no, min(written) AS written, min(employer_name) AS employer_name,
               min(credit_code) AS credit_code
        FROM own GROUP BY ALL)
    SELECT student_no AS subject, [student_no] AS student_nos, [employer, serial] AS matters,
           {'agreement_no': written, 'employer_name': employer_name, 'credit_code': credit_code,
            'persons': len(people), 'student_nos': people[1:20]} AS observed
    FROM persons JOIN shared USING (employer, serial)
    QUALIFY row_number() OVER (PARTITION BY student_no ORDER BY len(people) DESC, employer, serial) = 1
    """,
    tells=(
        Sentence(
            N_(
                "就业协议书编号 %(agreement_no)s 在单位“%(employer_name)s”（%(credit_code)s）名下由 "
                "%(persons)s 名毕业生共用，而每份协议书应有自己的编号。"
            )
        ),
    ),
    innocent=N_("请先核对是否把单位的集体协议或表格编号填成了协议书编号，或录入、导出时末几位丢失。"),
    asks=N_("请分别索取各人的协议书原件，核对编号、签字和单位盖章，并向单位逐人核实。"),
    evidence=("original_document", "employer"),
)
