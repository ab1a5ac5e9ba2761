"""The state of the machinery, for whoever looks after the installation: alarms, tasks, jobs, processes, what waits."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import get_locale, gettext
from redis import RedisError
from werkzeug.wrappers import Response as Answer

from casework import clock, promises
from casework.doors import workers
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_
from casework.notices.models import Alarm
from casework.operations.permit_service import RUN, WATCH, permit_service, watches
from casework.operations.release_stop import STOPPING, release_stop
from casework.operations.run_task import run_task
from casework.overview import service, tasks
from casework.overview.channels import LABELS
from casework.overview.walls import row_wall, wall
from casework.promises import Promise
from casework.web.pages import Trouble, page, submitted
from casework.web.wording import said
from notifications.alarm_words import AlarmWords
from notifications.wording import WORDINGS
from workflows.access import scope_of

SCHEDULE = "casework.schedule"
SILENT_AFTER = timedelta(minutes=2)
NAMES: Mapping[str, str] = {
    "fire_timers": N_("到期提醒"),
    "sweep": N_("投递巡检"),
    "pushed_receipts": N_("处理推送的回执"),
    "ring": N_("补发任务通知"),
    "reap": N_("清理已退出的进程"),
    "look": N_("系统自查"),
    "canary": N_("通道巡检"),
    "retime_all": N_("重算全部期限"),
    "checkpoint_journals": N_("写入日志检查点"),
    "propose_erasures": N_("提出到期清除"),
    "compare_timers": N_("核对提醒时点"),
    "invariants": N_("投递记录自检"),
    "ask_reading": N_("查看情况检查"),
    "wrong_information": N_("跟进信息有误的答复"),
    "orphans": N_("查找无人承办的案件"),
    "warn_tokens": N_("提醒即将到期的令牌"),
    "warn_pace": N_("进度预警"),
    "digest": N_("每日摘要"),
    "ask_for_counts": N_("督办统计"),
    "clear_staging": N_("清理暂存文件"),
    "forget_drafts": N_("清理未提交的反映"),
    "campaigns": N_("提醒活动巡检"),
    "fan_out": N_("写出一批提醒"),
    "ask_for_mails": N_("查看举报邮箱"),
    "take_mails": N_("登记举报邮件"),
    "prune_ticks": N_("清理旧记录"),
    "stage_batch": N_("读取导入文件"),
    "confirm_batch": N_("写入导入数据"),
    "screen": N_("筛查"),
    "back_test": N_("回测筛查规则"),
    "drain": N_("发送消息"),
    "look_ahead": N_("预演期限变更"),
    "count_board": N_("统计督办数字"),
    "apply_pushed": N_("处理推送的回执"),
    "render_report": N_("生成报告的 PDF"),
}
"""Every task and job by its name for people; one that is not here is shown by its code."""
CLASSES = {0: N_("督办"), 1: N_("提醒"), 2: N_("提醒活动")}
QUEUES = {"urgent": N_("紧急"), "normal": N_("一般"), "heavy": N_("耗时")}


@signed_in
def jobs() -> Response:
    """Show how the machinery is."""
    return _page(None)


@signed_in
def run(task: str) -> Answer:
    """Run a task of the day now."""
    return submitted(
        lambda: run_task(
            task, daily={each.task: each.arguments for each in _schedule() if each.by_hand}, actor=current_actor()
        ),
        done=gettext("任务“%(name)s”已登记，马上运行。", name=said(NAMES.get(task, task))),
        to=url_for("web.jobs"),
        again=_page,
    )


@signed_in
def release() -> Answer:
    """Let messages go on that the service itself has stopped."""
    code, subject = request.form.get("code", ""), request.form.get("subject", "")
    return submitted(
        lambda: release_stop(code, subject=subject, actor=current_actor()),
        done=gettext("已恢复发送，等待中的消息马上发出。"),
        to=url_for("web.jobs"),
        again=_page,
    )


def alarm_words(alarm: Alarm) -> AlarmWords:
    """Return an alarm's name and what to do, in the reader's language."""
    known = WORDINGS["zh" if str(get_locale() or "zh").startswith("zh") else "en"].alarms
    return known.get(alarm.code) or AlarmWords(alarm.code, "")


def _page(trouble: Trouble | None) -> Response:
    actor = current_actor()
    permit_service(actor, WATCH)
    now = clock.now()
    try:
        alive, queue_answers = workers.seen(), True
    except RedisError:
        alive, queue_answers = [], False
    schedulers = [beat for beat in promises.beats() if beat.name.startswith("scheduler@")]
    lines = tasks.lines(_schedule(), now=now)
    return page(
        "admin/jobs.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        may_run=watches(actor, RUN),
        stopping=STOPPING if scope_of(actor, "deliveries:act") else (),
        wall=wall(),
        row_wall=row_wall(),
        alarms=[(alarm, alarm_words(alarm)) for alarm in service.open_alarms()],
        past=[(alarm, alarm_words(alarm)) for alarm in service.past_alarms()],
        tasks=lines,
        late=[line for line in lines if line.late or line.fault],
        work=service.work(now),
        failures=[(each, _why(each)) for each in service.failures()],
        schedulers=[(beat, now - beat.beat_at > SILENT_AFTER) for beat in schedulers],
        workers=alive,
        queue_answers=queue_answers,
        backlog=service.backlog(now),
        lags={(each.channel, each.message_class): each for each in service.lags(now)},
        stuck=service.stuck(),
        sweep_age=service.sweep_age(now),
        names=NAMES,
        channels=LABELS,
        classes=CLASSES,
        queues=QUEUES,
    )


def _why(failure: Promise) -> str:
    """Return why a job was given up: the sentence of a refusal, or that it was a fault and which."""
    refusal = (failure.result or {}).get("refusal")
    if refusal:
        return said(refusal["message"], refusal["params"])
    if failure.fault == promises.DIED:
        return gettext("进程多次被强行结束，没有留下原因。请查看系统日志和内存。")
    return gettext("程序故障（%(fault)s），详见日志。", fault=failure.fault or "—")


def _schedule() -> Sequence[Any]:
    """Return the tasks of the room of jobs, which pages do not know: the application has handed them over."""
    handed_over: Sequence[Any] = current_app.extensions[SCHEDULE]
    return handed_over
