"""Dates that cannot all be right: signed after it was registered, or graduated outside the cohort's window."""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

_WINDOW = N_("届别窗口：当年 1 月 1 日至 8 月 31 日（一所高校的公开口径，可由轮次另定）")

# Compared by day: a signature on the day of registration or export is in order. A record without a time of
# registration was registered by the time of its export at the latest, so a future date is caught as well.
DATES_CONTRADICT = Rule(
    code="dates_contradict",
    name=N_("日期矛盾"),
    level="record",
    family="entries",
    needs=(
        "records.signing_date",
        "records.graduation_date",
    ),
    output="V",
    strength="w",
    violation="P1",
    settings=(Setting("window_start", "01-01", _WINDOW), Setting("window_end", "08-31", _WINDOW)),
    sql="""
    WITH dated AS (
        SELECT student_no, signing_date, graduation_date,
               CAST(coalesce(registered_at, $exported_at) AS DATE) AS registered_on,
               registered_at IS NOT NULL AS known,
               CAST($cohort_year || '-' || $window_start AS DATE) AS window_start,
               CAST($cohort_year || '-' || $window_end AS DATE) AS window_end
        FROM records),
    judged AS (
        SELECT *, coalesce(signing_date > registered_on, FALSE) AS signed_late,
               coalesce(graduation_date NOT BETWEEN window_start AND window_end, FALSE) AS outside_window
        FROM dated)
    SELECT student_no AS subject, [student_no] AS student_nos,
           [CASE WHEN signed_late THEN CAST(signing_date AS VARCHAR) ELSE '' END,
            CASE WHEN outside_window THEN CAST(graduation_date AS VARCHAR) ELSE '' END] AS matters,
           {'signing_date': signing_date, 'registered_on': registered_on, 'graduation_date': graduation_date,
            'window_start': window_start, 'window_end': window_end, 'outside_window': outside_window,
            'signed_after_registration': signed_late AND known,
            'signed_after_export': signed_late AND NOT known} AS observed
    FROM judged WHERE signed_late OR outside_window
    """,
    tells=(
        Sentence(
            N_("填报的签约日期 %(signing_date)s 晚于去向登记日期 %(registered_on)s。"), when="signed_after_registration"
        ),
        Sentence(
            N_("填报的签约日期 %(signing_date)s 晚于数据导出日期 %(registered_on)s。"), when="signed_after_export"
        ),
        Sentence(
            N_("毕业日期 %(graduation_date)s 不在本届窗口 %(window_start)s 至 %(window_end)s 之内。"),
            when="outside_window",
        ),
    ),
    innocent=N_("请先核对是否年份录入误差、把入职日期填成签约日期，或经学籍部门确认提前、延期毕业而归入本届。"),
    asks=N_("请核对协议或合同原件上的落款日期，毕业日期有疑问的向学籍管理部门核实。"),
    evidence=("original_document",),
)
