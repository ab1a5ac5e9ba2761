"""What the list of proof files can tell without opening one: none, the wrong paper, the same paper twice.

File names hold the names of people and so never enter a finding; the hash leads
to the file. A file of zero bytes is no material: it proves nothing, and two of
them are not the same document.
"""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

INTERNSHIP_PROOF = Rule(
    code="internship_proof",
    name=N_("疑似以实习见习材料充数"),
    level="record",
    family="proofs",
    needs=(
        "records.destination_code",
        "proofs.sha256",
        "codes",
    ),
    output="C",
    strength="s",
    violation="N4",
    settings=(
        Setting("forbidden", ("顶岗", "实习", "见习"), N_("四不准：不准将顶岗实习、见习证明材料作为就业证明材料")),
        # 见习期 is the first year of many regular posts and stands in ordinary agreements.
        Setting("harmless", ("见习期",), N_("设计建议：正式录用也有见习期，单独出现不算")),
    ),
    sql="""
    WITH read AS (
        SELECT student_no, sha256, kind, concat_ws(' ', kind, file_name, text_excerpt) AS said,
               list_reduce($harmless, lambda text, word: replace(text, word, ''), said) AS telling
        FROM proofs WHERE names_any(concat_ws(' ', kind, file_name, text_excerpt), $forbidden)),
    found AS (
        SELECT *, list_sort(list_filter($forbidden, lambda word: contains(telling, word))) AS words FROM read),
    spread AS (
        SELECT student_no, list_sort(list(DISTINCT sha256)) AS files, coalesce(min(kind), '材料') AS kind,
               list_sort(list_distinct(flatten(list(words)))) AS words, bool_or(contains(said, '转正')) AS converted
        FROM found WHERE len(words) > 0 AND sha256 IS NOT NULL GROUP BY student_no)
    SELECT student_no AS subject, [student_no] AS student_nos, files AS matters,
           {'destination_code': destination_code, 'destination_name': destination_name,
            'words': array_to_string(words, '、'), 'kind': kind, 'files': files, 'converted': converted} AS observed
    FROM spread JOIN destined USING (student_no)
    WHERE coalesce(settled, TRUE)
    """,
    tells=(
        Sentence(
            N_(
                "作为去向 %(destination_code)s 的佐证上传的“%(kind)s”，"
                "其文件名或文字中出现“%(words)s”，疑似以实习、见习材料充当就业证明。"
            )
        ),
        Sentence(N_("同一材料中出现“转正”，请先看是否已转为正式录用。"), when="converted"),
    ),
    innocent=N_("请先打开原件：可能实习期满已转正并签订劳动合同，只是文件名或开头提到了实习。"),
    asks=N_("请索取劳动合同（含单位盖章页和签字页）或录用材料原件，并向单位核实用工性质。"),
    evidence=("original_document", "employer"),
    eased_by=("converted",),
)

# Where several universities are looked at, one that handed in no list at all is not one without proofs.
PROOF_MISSING = Rule(
    code="proof_missing",
    name=N_("佐证缺失"),
    level="record",
    family="proofs",
    needs=(
        "records.destination_code",
        "proofs",
        "codes",
    ),
    output="V",
    strength="m",
    violation="P2",
    sql="""
    WITH lacking AS MATERIALIZED (
        SELECT student_no, coalesce(university, '') AS university, destination_code, destination_name, settled
        FROM destined ANTI JOIN (SELECT student_no FROM proofs WHERE coalesce(size, 1) > 0) USING (student_no)),
    emptied AS (SELECT DISTINCT student_no FROM proofs SEMI JOIN lacking USING (student_no)),
    silent AS (
        SELECT university, count(*) AS without FROM lacking ANTI JOIN emptied USING (student_no) GROUP BY university),
    handed_in AS (
        SELECT university FROM (SELECT coalesce(university, '') AS university, count(*) AS rows FROM records GROUP BY 1)
        LEFT JOIN silent USING (university)
        WHERE coalesce(without, 0) < rows OR (SELECT count(DISTINCT university) FROM records) < 2)
    SELECT student_no AS subject, [student_no] AS student_nos, [destination_code] AS matters,
           {'destination_code': destination_code, 'destination_name': destination_name,
            'empty_file': emptied.student_no IS NOT NULL} AS observed
    FROM lacking SEMI JOIN handed_in USING (university) LEFT JOIN emptied USING (student_no)
    WHERE settled
    """,
    tells=(
        Sentence(N_("毕业去向登记为“%(destination_name)s”（%(destination_code)s），但没有可用的佐证材料。")),
        Sentence(N_("已上传的文件是零字节的空文件。"), when="empty_file"),
    ),
    innocent=N_("请先核对材料是否以公示名单等形式由学校统一留存，或上传失败、归在了别的学号下。"),
    asks=N_("请向毕业生或学院索取该去向要求的材料原件，并补传。"),
    evidence=("original_document", "graduate"),
)

PROOF_REUSED = Rule(
    code="proof_reused",
    name=N_("同一文件多人使用"),
    level="record",
    family="proofs",
    needs=(
        "records.destination_code",
        "proofs.sha256",
        "codes",
    ),
    output="C",
    strength="s",
    violation="F2",
    settings=(
        Setting(
            "list_kinds", ("录取通知书", "境外录取通知书", "项目录用通知", "入伍通知书"), N_("由招录机关出具的材料")
        ),
        Setting("list_words", ("名单", "公示"), N_("招录机关的公示名单一份文件含多人，属正常")),
        Setting("families", ("10", "11", "12", "27", "75", "76"), N_("这些去向的材料只为一人出具，不适用名单")),
        Setting("persons", 2, N_("设计建议：两人及以上")),
    ),
    # An official admission list is rightly attached to many. What makes it one: the kind of paper, its words,
    # and a destination that is decided by such lists; the uploader's file name alone would be too easy.
    sql="""
    WITH doubled AS (
        SELECT hash(sha256) AS mark FROM proofs WHERE sha256 IS NOT NULL GROUP BY mark HAVING count(*) > 1),
    filed AS MATERIALIZED (
        SELECT student_no, sha256, kind, size, file_name, text_excerpt
        FROM proofs WHERE hash(sha256) IN (FROM doubled)),
    candidates AS (
        SELECT DISTINCT proofs.student_no, sha256, proofs.kind, destination_code, employer_name,
               proofs.kind IS NOT NULL AND list_contains($list_kinds, proofs.kind)
               AND NOT list_contains($families, coalesce(family, ''))
               AND len(list_filter($list_words,
                       lambda word: contains(concat_ws(' ', file_name, text_excerpt), word))) > 0 AS official
        FROM (SELECT * FROM filed SEMI JOIN (
                  SELECT sha256 FROM filed WHERE sha256 IS NOT NULL AND coalesce(size, 1) > 0
                  GROUP BY sha256 HAVING min(student_no) <> max(student_no)) USING (sha256)) AS proofs
        JOIN destined USING (student_no)),
    shared AS (
        SELECT sha256, list_sort(list(DISTINCT student_no)) AS people, count(DISTINCT employer_name) AS employers
        FROM candidates WHERE NOT official GROUP BY sha256 HAVING count(DISTINCT student_no) >= $persons),
    each AS (
        SELECT sha256, student_no, coalesce(min(kind), '材料') AS kind, min(destination_code) AS destination_code
        FROM candidates WHERE NOT official GROUP BY sha256, student_no)
    SELECT student_no AS subject, [student_no] AS student_nos, [sha256] AS matters,
           {'sha256': sha256, 'kind': kind, 'destination_code': destination_code, 'persons': len(people),
            'employers': employers, 'several_employers': employers > 1,
            'student_nos': people[1:20]} AS observed
    FROM each JOIN shared USING (sha256)
    """,
    tells=(
        Sentence(N_("上传的“%(kind)s”与另外的毕业生是同一个文件，共 %(persons)s 人使用（SHA-256 %(sha256)s）。")),
        Sentence(N_("使用这一文件的人填报了 %(employers)s 个不同的单位。"), when="several_employers"),
    ),
    innocent=N_("请先打开原件：可能是招录机关的公示名单、集体协议，或上传时张冠李戴。"),
    asks=N_("请分别索取各人自己的材料原件，并向出具单位逐人核实。"),
    evidence=("original_document", "employer"),
)

# The matrix is the round's table proof_kind: which papers may stand behind which family of destinations, stronger
# papers among them (a contract behind code 12). A paper that the matrix does not know is not judged.
PROOF_WRONG_KIND = Rule(
    code="proof_wrong_kind",
    name=N_("材料与去向不符"),
    level="record",
    family="proofs",
    needs=(
        "records.destination_code",
        "proofs.kind",
        "codes",
    ),
    output="V",
    strength="w",
    violation="P2",
    sql="""
    WITH matrix AS (
        SELECT DISTINCT parent_code AS family, name_zh, narrow(name_zh) AS paper FROM codes
        WHERE "table" = 'proof_kind' AND parent_code IS NOT NULL AND name_zh IS NOT NULL),
    accepted AS (
        SELECT family, string_agg(name_zh, '、' ORDER BY name_zh) AS papers FROM matrix GROUP BY family),
    known AS (
        SELECT kind, paper
        FROM (SELECT DISTINCT kind FROM proofs WHERE kind IS NOT NULL)
        JOIN (SELECT DISTINCT paper FROM matrix) ON contains(narrow(kind), paper)
        QUALIFY row_number() OVER (PARTITION BY kind ORDER BY length(paper) DESC, paper) = 1),
    filed AS NOT MATERIALIZED (
        SELECT student_no, proofs.kind, paper FROM proofs LEFT JOIN known ON known.kind = proofs.kind
        WHERE coalesce(size, 1) > 0),
    unfit AS MATERIALIZED (
        SELECT student_no, destination_code, destination_name, destined.family, kind
        FROM filed JOIN destined USING (student_no)
        ANTI JOIN matrix ON matrix.family = destined.family AND matrix.paper = filed.paper
        WHERE filed.paper IS NOT NULL),
    fit AS (
        SELECT DISTINCT student_no FROM filed JOIN unfit USING (student_no)
        LEFT JOIN matrix ON matrix.family = unfit.family AND matrix.paper = filed.paper
        WHERE filed.paper IS NULL OR matrix.paper IS NOT NULL),
    judged AS (
        SELECT student_no, destination_code, destination_name, family, list_sort(list(DISTINCT kind)) AS kinds
        FROM unfit ANTI JOIN fit USING (student_no) GROUP BY ALL)
    SELECT student_no AS subject, [student_no] AS student_nos, list_concat([destination_code], kinds) AS matters,
           {'destination_code': destination_code, 'destination_name': destination_name,
            'kinds': array_to_string(kinds, '、'), 'accepted': papers} AS observed
    FROM judged JOIN accepted USING (family)
    """,
    tells=(
        Sentence(
            N_(
                "毕业去向登记为“%(destination_name)s”（%(destination_code)s），上传的材料是“%(kinds)s”；"
                "本届该类去向认可的材料为：%(accepted)s。"
            )
        ),
    ),
    innocent=N_("请先打开原件：可能只是上传时材料类别选错，或去向类别填错而就业、升学本身属实。"),
    asks=N_("请向毕业生索取与去向类别相符的材料原件；确属类别填错的，据材料更正去向类别。"),
    evidence=("original_document", "graduate"),
)
