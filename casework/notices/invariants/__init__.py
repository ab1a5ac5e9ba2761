"""Every invariant of the delivery protocol, in the order in which `docs/delivery.md` numbers them."""

from casework.errors import N_
from casework.notices.invariants import carrier, graduates, leaving, states, timers
from casework.notices.invariants.fact import Invariant, each_of, without_log

INVARIANTS: tuple[Invariant, ...] = (
    Invariant("I1", N_("到期的提醒时点都已说出、取消或失效。"), timers.unspoken),
    Invariant("I2", N_("同一时点只有一行，同一件事对同一人、同一通道只有一条消息。"), timers.twice),
    Invariant("I3", N_("凡记为已受理的，通道日志中恰有一次。"), carrier.lost_or_twice, without_log),
    Invariant(
        "I4",
        N_("本人确认、退订或案件办结之后，没有消息交出；过闸后立即交出。"),
        each_of(carrier.not_to_leave, graduates.after_the_answer),
    ),
    Invariant("I5", N_("通道受理的每一条都有记录。"), carrier.unrecorded, without_log),
    Invariant("I6", N_("免打扰时段内没有消息交出。"), each_of(leaving.at_night, graduates.outside_hours)),
    Invariant("I7", N_("过了有效时间的消息没有交出。"), each_of(leaving.after_its_time, graduates.after_the_last_day)),
    Invariant(
        "I8", N_("每人每日不超过通道的上限。"), each_of(leaving.above_the_cap, graduates.above_the_cap), leaving.no_caps
    ),
    Invariant(
        "I9",
        N_("状态只升不降，每次变动都有记录，合并的消息都有代为发出的一封；提醒活动的条数与名单相符。"),
        each_of(states.broken_stories, graduates.sums),
    ),
    Invariant("I10", N_("没有过期未收回的占用，在途的消息都有对应的调用。"), states.stuck),
    Invariant("I11", N_("对服务商的调用不超过速率和突发上限。"), carrier.too_fast, carrier.no_rates),
    Invariant("I12", N_("回执不论先后和重复，结果相同：不低于已收到的最高一级。"), states.below_its_receipts),
    Invariant("I13", N_("改期或办结的案件没有留下旧日期的时点。"), timers.of_another_date),
    Invariant("I14", N_("一家单位的大量消息没有拖住别家的督办。"), leaving.overtaken),
    Invariant("I15", N_("队列服务丢失数据不影响发送：待发的消息都有人去发。"), states.forgotten),
    Invariant(
        "I16",
        N_("定时任务和提醒活动的分发，重复执行等于执行一次。"),
        each_of(timers.repeated_turns, graduates.letters_twice),
    ),
    Invariant("I17", N_("有毛病的一条消息只毁掉它自己。"), states.died_together),
)
"""Sentences for people; what each looks for stands at its function."""
