"""`/metrics`: the machinery in numbers, as Prometheus reads them.

Asked for by a program on the same machine, or by one that shows the token of the
settings; labels hold channels, classes, jobs and names of tasks, never a person
or a case. The numbers are read when they are asked for, at most every few
seconds, so that several scrapers cost no more than one.
"""

import hmac
import time
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from flask import Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Forbidden, Unauthorized

from casework import clock, promises
from casework.config import Settings
from casework.db import db
from casework.deadlines.queries import overdue_timers
from casework.doors.sessions import open_to_all
from casework.overview import service

KEPT_SECONDS = 5.0
_KEPT = "casework.metrics"
_PASSED_ON = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
CLASSES = {0: "escalation", 1: "reminder", 2: "campaign"}


@open_to_all
def metrics() -> Response:
    """Return the numbers, to whoever may read them."""
    _admit(current_app.extensions["casework"])
    read_at, text = current_app.extensions.get(_KEPT, (0.0, b""))
    if time.monotonic() - read_at > KEPT_SECONDS or not text:
        registry = CollectorRegistry()
        registry.register(Numbers())
        text = generate_latest(registry)
        current_app.extensions[_KEPT] = (time.monotonic(), text)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


class Numbers(Collector):
    """Reads every number at the moment at which it is asked for; a database that is away is a number too."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each family of numbers."""
        try:
            found = [*_machinery(), *_delivery()]
            up = 1
        except SQLAlchemyError:
            found, up = [], 0
        finally:
            db.session.rollback()
        yield GaugeMetricFamily("casework_database_up", "Whether the database answered", value=up)
        yield from found


def _machinery() -> Iterator[GaugeMetricFamily]:
    now = clock.now()
    age = service.sweep_age(now)
    if age is not None:
        yield GaugeMetricFamily("casework_sweep_age_seconds", "Seconds since the sweep last ended", value=age)
    yield _family(
        "casework_heartbeat_age_seconds",
        "Seconds since a process or periodic task was last heard",
        ("name",),
        (((beat.name,), (now - beat.beat_at).total_seconds()) for beat in promises.beats()),
    )
    yield GaugeMetricFamily("casework_timers_overdue", "Timers past their time and not fired", value=overdue_timers())
    yield _family(
        "casework_jobs",
        "Promised jobs that are not done, by job and state; failed within a day",
        ("job", "state"),
        (
            ((each.name, state), getattr(each, state))
            for each in service.work(now)
            for state in ("waiting", "running", "failed")
        ),
    )
    open_ = [((alarm.code, alarm.subject), 1) for alarm in service.open_alarms()]
    yield _family("casework_alarm_open", "Alarms that are open now", ("code", "subject"), open_)


def _delivery() -> Iterator[GaugeMetricFamily]:
    now = clock.now()
    waiting = service.backlog(now)
    kinds = [(each.channel, CLASSES.get(each.message_class, "other")) for each in waiting]
    labels = ("channel", "class")
    yield _family(
        "casework_messages_ready",
        "Messages that may leave now",
        labels,
        zip(kinds, (each.now for each in waiting), strict=True),
    )
    yield _family(
        "casework_messages_later",
        "Messages that wait for their hour or their next attempt",
        labels,
        zip(kinds, (each.later for each in waiting), strict=True),
    )
    oldest = [
        (kind, (now - each.oldest).total_seconds()) for kind, each in zip(kinds, waiting, strict=True) if each.oldest
    ]
    yield _family("casework_messages_oldest_seconds", "How long the first of them has been due", labels, oldest)
    yield _family(
        "casework_due_to_submitted_seconds",
        "From due to handed to the carrier, of what left within the hour",
        (*labels, "quantile"),
        (
            ((lag.channel, CLASSES.get(lag.message_class, "other"), f"{part:g}"), seconds)
            for lag in service.lags(now)
            for part, seconds in zip(service.QUANTILES, lag.seconds, strict=True)
        ),
    )
    doubts = (((channel,), number) for channel, number in service.in_doubt(now).items())
    yield _family(
        "casework_messages_in_doubt", "Messages of which nobody knows whether they left", ("channel",), doubts
    )
    silent = (((channel,), number) for channel, number in service.without_receipt(now, service.REPORTING).items())
    yield _family(
        "casework_messages_without_receipt", "Taken by a carrier that has not reported yet", ("channel",), silent
    )
    yield GaugeMetricFamily("casework_messages_stuck", "Messages that wait for a person to look", value=service.stuck())


def _family(
    name: str, words: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels)
    for of, value in values:
        family.add_metric(of, value)
    return family


def _admit(settings: Settings) -> None:
    """Let pass whoever shows the token; without one, whoever is on this machine and was not passed on by a proxy."""
    if settings.metrics_token:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(shown.encode(), settings.metrics_token.encode()):
            raise Unauthorized
        return
    if any(request.headers.get(name) for name in _PASSED_ON) or not _is_here(request.remote_addr):
        raise Forbidden


def _is_here(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
