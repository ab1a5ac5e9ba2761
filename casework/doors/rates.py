"""How often each address may be asked: one table for all doors, and one answer, 429 with when to come back.

What can be guessed (a password, a code) is counted by the part of the network that
asks, what takes much away or costs much by the person. The buckets are wide: people
in an office share one address and come at the same hour; a program that tries
passwords or carries off case after case is stopped. Public forms count their own
steps and answer with a page of their own; they are named here too, so that no
address that is open to all is forgotten.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Flask, g, request
from werkzeug.wrappers import Response

from casework.config import Settings
from casework.doors import problems
from casework.doors.languages import gettext
from casework.doors.limits import Limit, wait_here, wait_of
from casework.errors import N_

WAIT = N_("操作过于频繁，这一次没有办理。请在 %(seconds)s 秒后再试。")
EVERY_POST = frozenset({"POST"})
EITHER = frozenset({"GET", "POST"})


@dataclass(frozen=True)
class Rate:
    """What is limited by one bucket: addresses by the names of their endpoints, and the methods that count.

    `by_person`: whoever is signed in has a bucket each; else, and for visitors, each place has one.
    """

    limit: Limit
    endpoints: tuple[str, ...]
    methods: frozenset[str] = EITHER
    by_person: bool = True


RATES: tuple[Rate, ...] = (
    Rate(
        Limit("sign_in", an_hour=1200, at_once=120),
        (
            "web.login",
            "web.second",
            "web.passkey",
        ),
        EVERY_POST,
        by_person=False,
    ),
    Rate(Limit("elsewhere", an_hour=1200, at_once=120), ("web.elsewhere", "web.elsewhere_back"), by_person=False),
    Rate(Limit("welcome", an_hour=600, at_once=60), ("web.welcome",), by_person=False),
    Rate(Limit("own_password", an_hour=30, at_once=10), ("web.me", "web.proof", "web.factor_change"), EVERY_POST),
    Rate(Limit("sign", an_hour=120, at_once=30), ("web.cosign", "api_reports.sign_report"), EVERY_POST),
    Rate(
        Limit("public", an_hour=7200, at_once=600),
        ("web.unsubscribe", "web.unsubscribe_end", "web.calendar", "web.demo_phones"),
        by_person=False,
    ),
    Rate(
        Limit("search", an_hour=1800, at_once=90),
        ("web.search", "web.delivery_search", "web.subjects", "api_campaigns.find_told"),
    ),
    Rate(
        Limit("full_look", an_hour=300, at_once=60),
        (
            "web.look",
            "web.subject",
            "web.lead_words",
            "web.lead_reporter",
            "web.campaign_look",
            "api_case-work.unmask",
            "api_leads.look",
            "api_leads.look_at_text",
            "api_deliveries.read_sent_text",
        ),
        EVERY_POST,
    ),
    Rate(
        Limit("taken_away", an_hour=360, at_once=60),
        (
            "web.batch_problems",
            "web.admin_moves_file",
            "web.sample_strata",
            "web.sample_cases",
            "web.funnel_data",
            "web.rates_file",
            "web.rate_rows_file",
            "web.report_document",
            "web.plan_file",
            "web.report_preview",
            "web.report_preview_file",
            "web.filing_document",
            "web.filing_package",
            "web.events",
            "web.campaign_file",
            "web.case_file",
            "web.subject_file",
            "web.retention_paper",
            "web.lead_file",
            "web.cosign_seen",
            "api_evidence.download_evidence",
            "api_filings.download_report_document",
            "api_filings.download_package",
            "api_drifts.export_event_log",
        ),
    ),
    Rate(
        Limit("brought", an_hour=600, at_once=90),
        (
            "web.imports",
            "web.cosign_paper",
            "web.lead_new",
            "web.changes_ahead",
            "api_batches.upload_batch",
            "api_evidence.add_evidence",
            "api_reports.hand_in_paper",
            "api_drifts.justify_found",
            "api_drifts.justify_ahead",
        ),
        EVERY_POST,
    ),
    Rate(
        Limit("reckoned", an_hour=240, at_once=30),
        (
            "web.start_screening",
            "web.rules",
            "web.precision_refit",
            "web.journal",
            "api_screening-rules.try_settings",
            "api_screening.start_run",
            "api_precision.weigh_anew",
            "api_organisations.verify_journal",
        ),
    ),
)
BY_ENDPOINT: Mapping[str, Rate] = MappingProxyType({each: rate for rate in RATES for each in rate.endpoints})
API = Rate(Limit("api", an_hour=36_000, at_once=900), ())
"""All that one token asks, or a place that has none: ten a second, and a burst."""
API_PATH = "/api/"
COUNT_THEMSELVES = frozenset(
    {
        "web.answer",
        "web.answer_take",
        "web.report_public",
        "web.report_key",
        "web.report_step",
        "web.report_answer",
        "web.receipt_public",
        "web.receipt_again",
        "web.receipt_act",
        "receipts.take",
    }
)
"""Open to all, each with buckets of its own for its steps (`doors.limits`), or made once a process."""
COST_NOTHING = frozenset({"web.home", "health.live", "health.ready", "health.metrics", "static"})


def attach(app: Flask) -> None:
    """Count every request, once it is known who asks; not where the settings lift the limits."""
    settings: Settings = app.extensions["casework"]
    if settings.rate_limits:
        app.before_request(refuse_haste)


def refuse_haste() -> Response | None:
    """Return 429 with a sentence and `Retry-After` when a bucket of this request is empty; nothing is done then."""
    person = g.get("person")
    for rate in _rates_of(request.endpoint, request.path):
        known = person is not None and rate.by_person
        wait = wait_of(rate.limit, f"person {person.id}") if known else wait_here(rate.limit)
        if wait:
            return _answer(math.ceil(wait))
    return None


def _rates_of(endpoint: str | None, path: str) -> Iterator[Rate]:
    if path.startswith(API_PATH):
        yield API
    found = BY_ENDPOINT.get(endpoint or "")
    asked = "GET" if request.method == "HEAD" else request.method  # a head costs as much as the whole
    if found is not None and asked in found.methods:
        yield found


def _answer(seconds: int) -> Response:
    answer = problems.problem(429, "too_many_requests", gettext(WAIT, seconds=seconds))
    answer.headers["Retry-After"] = str(seconds)
    return answer
