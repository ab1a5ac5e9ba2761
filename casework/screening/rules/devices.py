"""Many confirmations from one device in a short time: somebody may have confirmed for others.

The device and the time are looked at, never the network address: a whole campus
shares one. A machine that stands in a hall serves graduates of several colleges
side by side, so a crowd of several colleges is not taken for one person's doing.
"""

from casework.errors import N_
from casework.screening.rule import STANDING_NOTE, Rule, Sentence, Setting

PROXY_CONFIRMATION = Rule(
    code="proxy_confirmation",
    name=N_("疑似代确认"),
    level="record",
    family="answers",
    needs=("records.college", "confirmations.device", "confirmations.confirm_time"),
    output="V",
    strength="s",
    violation="P8",
    settings=(
        Setting("graduates", 5, N_("设计建议：同一设备两小时内五人及以上")),
        Setting("hours", 2, N_("设计建议：同一设备两小时内五人及以上")),
        Setting("colleges", 2, N_("建议值：超过此数学院的毕业生混用的是公用设备")),
        Setting("colleges_in_all", 10, N_("建议值：前后涉及超过此数学院的是公用设备，或填的只是机型")),
    ),
    # Each answer begins a window; a window with enough graduates is a crowd, and whoever answered inside one is
    # found. The latest crowd that had begun reaches furthest, so it alone decides.
    sql="""
    WITH frequent AS (
        SELECT hash(device) AS mark FROM confirmations WHERE status = 'confirmed'
        GROUP BY mark HAVING count(*) >= $graduates),
    answers AS (
        SELECT DISTINCT device, student_no, confirm_time FROM confirmations
        WHERE hash(device) IN (FROM frequent)
          AND status = 'confirmed' AND confirm_time <= $as_of AND coalesce(device, '') <> ''),
    busy AS (
        SELECT answers.*, college, class_name, counsellor
        FROM answers SEMI JOIN (
            SELECT device FROM answers GROUP BY device HAVING count(DISTINCT student_no) >= $graduates) USING (device)
        JOIN records USING (student_no)),
    own AS (
        SELECT * FROM busy SEMI JOIN (
            SELECT device FROM busy GROUP BY device HAVING count(DISTINCT college) <= $colleges_in_all) USING (device)),
    windows AS (
        SELECT device, confirm_time AS started_at, max(confirm_time) OVER two_hours AS ended_at,
               count(DISTINCT student_no) OVER two_hours AS graduates,
               count(DISTINCT college) OVER two_hours AS colleges,
               count(DISTINCT class_name) OVER two_hours AS classes,
               count(DISTINCT counsellor) OVER two_hours AS counsellors
        FROM own
        WINDOW two_hours AS (PARTITION BY device ORDER BY confirm_time
            RANGE BETWEEN CURRENT ROW AND to_hours($hours) FOLLOWING)),
    crowds AS (
        SELECT DISTINCT * FROM windows WHERE graduates >= $graduates AND colleges <= $colleges),
    inside AS (
        SELECT own.student_no, crowds.*
        FROM own ASOF JOIN crowds ON own.device = crowds.device AND own.confirm_time >= crowds.started_at
        WHERE own.confirm_time <= crowds.ended_at)
    SELECT student_no AS subject, [student_no] AS student_nos, [device] AS matters,
           {'graduates': graduates, 'started_at': strftime(started_at, '%Y-%m-%d %H:%M'),
            'minutes': date_diff('minute', started_at, ended_at), 'classes': classes,
            'one_class': classes = 1, 'one_counsellor': counsellors = 1} AS observed
    FROM inside
    QUALIFY row_number() OVER (PARTITION BY student_no ORDER BY graduates DESC, started_at, device) = 1
    """,
    tells=(
        Sentence(
            N_(
                "自 %(started_at)s 起的 %(minutes)s 分钟内，同一台设备上有 %(graduates)s 名毕业生作出确认，"
                "涉及 %(classes)s 个班级，疑似由他人代为确认。"
            )
        ),
        Sentence(N_("这些毕业生都在同一个班级。"), when="one_class"),
        Sentence(N_("这些毕业生由同一名辅导员负责。"), when="one_counsellor"),
        Sentence(STANDING_NOTE),
    ),
    innocent=N_("请先核对是否班会或机房集中操作、同宿舍互借手机、公用自助终端，本人在场并亲自确认的不算代确认。"),
    asks=N_("请由与该生登记、审核无关的人员联系本人，先问何时何地怎样确认，再问实际去向。"),
    evidence=("graduate",),
)
