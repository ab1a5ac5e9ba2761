"""Calls of an SMS provider one after another: what an answer means for the rest, and when to stop.

A batch of ours may need several calls. Nothing is repeated here, and nothing is
begun that could outlive the lease; what was not called is answered as surely not
taken, so it may be tried again.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from notifications.channels.channel import Outcome, Status, in_doubt, refused
from notifications.channels.sms import Bundle, masked
from notifications.errors import N_, ErrorClass

NOT_TRIED = N_("此前的请求没有得到答复，本条短信没有发出，稍后会自动重试。")
OUT_OF_TIME = N_("本批短信的发送时间已用完，本条短信没有发出，稍后会自动重试。")
ONE_OF_THEM = N_("短信服务商拒绝了这一批中的某个号码或内容，短信没有发出，将分成更小的批次重试。")
UNREACHABLE = N_("无法连接短信服务商，短信没有发出，稍后会自动重试。")
LOST = N_("与短信服务商的连接在提交之后中断，无法确定短信是否已被接收。")

PATIENCE = 45.0
"""Seconds after which no further call of a batch is begun; its lease has 120."""

_FOR_ALL = frozenset({ErrorClass.THROTTLED, ErrorClass.TRANSIENT, ErrorClass.ACCOUNT})


@dataclass(frozen=True)
class Meaning:
    """What a provider's code asks us to do; `of_one` when a single number or text is to blame, not the call."""

    error_class: ErrorClass
    sentence: str
    of_one: bool = False


@dataclass(frozen=True)
class Said:
    """What came of one call, and whether that holds for every call after it too."""

    outcomes: tuple[Outcome, ...]
    for_all: bool = False


def in_turn(
    calls: Iterable[Bundle], submit: Callable[[Bundle], Said], *, elapsed: Callable[[], float] = time.monotonic
) -> Iterator[Outcome]:
    """Make the calls one after another; after one whose answer holds for all that follow, make no more.

    What was then not called is refused in the same words, or as not tried where
    the last call is in doubt: of these the provider surely has nothing. Neither is
    a call begun when too much of the lease has gone: a process that was frozen
    between two of them must not go on as if nothing had been.
    """
    last: Outcome | None = None
    end = elapsed() + PATIENCE
    for bundle in calls:
        if last is None and elapsed() > end:
            yield from (refused(message, ErrorClass.TRANSIENT, OUT_OF_TIME) for message in bundle.messages)
            continue
        if last is not None:
            fault, sentence = last.error_class or ErrorClass.TRANSIENT, last.sentence
            if last.status == Status.IN_DOUBT:
                fault, sentence = ErrorClass.TRANSIENT, NOT_TRIED
            yield from (refused(message, fault, sentence, detail=last.detail) for message in bundle.messages)
            continue
        said = submit(bundle)
        yield from said.outcomes
        last = said.outcomes[0] if said.for_all else None


def unreached(bundle: Bundle, problem: OSError) -> Said:
    """Return the answer of a call that nobody took."""
    detail = masked(problem)
    return Said(
        tuple(refused(each, ErrorClass.TRANSIENT, UNREACHABLE, detail=detail) for each in bundle.messages),
        for_all=True,
    )


def lost(bundle: Bundle, problem: object) -> Said:
    """Return the answer of a call that perhaps was taken."""
    return Said(tuple(in_doubt(each, LOST, detail=masked(problem)) for each in bundle.messages), for_all=True)


def meant(bundle: Bundle, meaning: Meaning, *, detail: str) -> Said:
    """Return the answer of a call that was refused as a whole.

    Where one row is to blame and nobody says which, nobody is blamed: all of them
    are tried again in smaller bundles, until the bad one stands alone.
    """
    if meaning.of_one and len(bundle.messages) > 1:
        again = tuple(refused(each, ErrorClass.TRANSIENT, ONE_OF_THEM, detail=detail) for each in bundle.messages)
        return Said(again, for_all=False)
    if meaning.error_class == ErrorClass.IN_DOUBT:
        return lost(bundle, detail)
    outcomes = tuple(refused(each, meaning.error_class, meaning.sentence, detail=detail) for each in bundle.messages)
    return Said(outcomes, for_all=not meaning.of_one and meaning.error_class in _FOR_ALL)
