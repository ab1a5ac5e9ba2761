"""Every address of the web interface, in one table that can be read whole."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, CSRFProtect

from casework.doors import problems
from casework.web import (
    absences,
    access_review,
    admin_people,
    admin_rounds,
    admin_tokens,
    answer_page,
    appearance,
    audit_pages,
    below,
    bulk,
    calendar_feed,
    campaigns,
    campaigns_told,
    case_actions,
    case_page,
    channels,
    cosign,
    cosign_papers,
    deliveries,
    demo_phones,
    drifts,
    drifts_ahead,
    elsewhere,
    employers,
    entry,
    factors,
    filing_pages,
    funnel,
    imports,
    jobs,
    journal_pages,
    kept_form,
    leads,
    leads_actions,
    leads_looks,
    leads_mails,
    leads_new,
    leads_page,
    leads_pairs,
    mandates,
    messages,
    overdue,
    overdue_acts,
    own_notices,
    precision,
    proofs,
    public_lead,
    public_lead_receipt,
    queue,
    rate_files,
    rates,
    reading_pages,
    referrals,
    report_figures,
    report_preview,
    report_wording,
    reports,
    reprojections,
    rules,
    samples,
    screening,
    second,
    shell,
    spot_checks,
    ties,
    unsubscribe,
    uploads,
    webhooks,
    welcome,
    wording,
    words,
)
from casework.web.sign_in_page import sign_in_page

YEAR = 365 * 24 * 3600
NO_FORMS = ("/api/", "/unsubscribe/", "/receipts/", "/report/", "/receipt/", "/c/")
"""What no page of ours asks for: programs have a token of their own, or an address that holds a secret of ours.

Visitors of the public pages have no session; their cookies never go along with a form of another site.
"""
GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")
ROUTES: tuple[tuple[str, str, Callable, tuple[str, ...]], ...] = (
    ("/", "home", entry.home, GET),
    ("/login", "login", entry.login, BOTH),
    ("/login/<house>", "elsewhere", elsewhere.leave, GET),
    ("/login/<house>/back", "elsewhere_back", elsewhere.back, GET),
    ("/login/second", "second", second.second, BOTH),
    ("/login/passkey", "passkey", second.passkey, POST),
    ("/welcome/<token>", "welcome", welcome.welcome, BOTH),
    ("/logout", "logout", entry.logout, POST),
    ("/me", "me", entry.me, BOTH),
    ("/me/proof", "proof", proofs.proof, BOTH),
    ("/me/factors", "factors", factors.factors, GET),
    ("/me/factors/<verb>", "factor_change", factors.change, POST),
    ("/me/sessions/<ref>/end", "session_end", factors.end_session, POST),
    ("/me/stay", "stay", factors.stay, POST),
    ("/me/notices", "notices", own_notices.shown, GET),
    ("/me/notices/calendar/new", "notices_calendar", own_notices.new_calendar, POST),
    ("/me/notices/<verb>", "notices_change", own_notices.change, POST),
    ("/me/ties", "ties", ties.own, BOTH),
    ("/ties", "ties_of_others", ties.others, BOTH),
    ("/ties/<ref>/withdraw", "tie_withdraw", ties.withdraw, POST),
    ("/absences", "absences", absences.absences, BOTH),
    ("/c/<token>", "answer", answer_page.shown, GET),
    ("/demo/phones", "demo_phones", demo_phones.phones, GET),
    ("/c/<token>", "answer_take", answer_page.answered, POST),
    ("/calendar/<key>.ics", "calendar", calendar_feed.feed, GET),
    ("/unsubscribe/<token>", "unsubscribe", unsubscribe.asked, GET),
    ("/unsubscribe/<token>", "unsubscribe_end", unsubscribe.ended, POST),
    ("/report", "report_public", public_lead.report, GET),
    ("/report/key", "report_key", public_lead_receipt.key, GET),
    ("/report/<name>", "report_step", public_lead.step, GET),
    ("/report/<name>", "report_answer", public_lead.answer, POST),
    ("/receipt", "receipt_public", public_lead_receipt.receipt, GET),
    ("/receipt/<verb>", "receipt_again", public_lead_receipt.again, GET),
    ("/receipt/<verb>", "receipt_act", public_lead_receipt.act, POST),
    ("/queue", "queue", queue.queue, GET),
    ("/cases", "cases", queue.cases, GET),
    ("/search", "search", queue.search, POST),
    ("/cases/<number>", "case", case_page.show, GET),
    ("/cases/<number>/actions/<verb>", "action", case_actions.act, BOTH),
    ("/cases/<number>/parts/<what>/<ref>", "case_part", case_actions.part, BOTH),
    ("/cases/<number>/people/<ref>", "look", case_actions.look, BOTH),
    ("/files/cases/<number>/<ref>", "case_file", case_page.file, GET),
    ("/cases/<number>/changes", "changes_ahead", drifts_ahead.ahead, BOTH),
    ("/cases/<number>/changes/<ref>/<verb>", "change_ahead_decide", drifts_ahead.decide, POST),
    ("/leads", "leads", leads.desk, GET),
    ("/leads/new", "lead_new", leads_new.new, BOTH),
    ("/leads/mails", "lead_mails", leads_mails.mails, GET),
    ("/leads/<number>", "lead", leads_page.show, GET),
    ("/leads/<number>/after", "lead_after", leads_actions.after, GET),
    ("/leads/<number>/actions/<verb>", "lead_action", leads_actions.act, BOTH),
    ("/leads/<number>/words", "lead_words", leads_looks.words, BOTH),
    ("/leads/<number>/reporter", "lead_reporter", leads_looks.reporter, BOTH),
    ("/leads/<number>/same", "lead_alike", leads_pairs.alike, GET),
    ("/leads/<number>/same/<other>", "lead_pair", leads_pairs.pair, BOTH),
    ("/leads/<number>/cases/<case>/unlink", "lead_unlink", leads_pairs.unlink, BOTH),
    ("/files/leads/<number>/<ref>", "lead_file", leads_actions.file, GET),
    ("/campaigns", "campaigns", campaigns.campaigns, BOTH),
    ("/campaigns/tasks", "contact_tasks", campaigns_told.tasks, GET),
    ("/campaigns/tasks/<ref>", "contact_task_end", campaigns_told.end, POST),
    ("/campaigns/<ref>", "campaign", campaigns.campaign, GET),
    ("/campaigns/<ref>/progress", "campaign_progress", campaigns.progress, GET),
    ("/campaigns/<ref>/edit/<what>", "campaign_edit", campaigns.edit, BOTH),
    ("/campaigns/<ref>/look/<what>", "campaign_look", campaigns.look, POST),
    ("/campaigns/<ref>/act/<verb>", "campaign_act", campaigns.act, POST),
    ("/campaigns/<ref>/told", "campaign_told", campaigns_told.told, BOTH),
    ("/campaigns/<ref>/told.csv", "campaign_file", campaigns_told.file, POST),
    ("/unconfirmed", "unconfirmed", campaigns_told.open_ones, GET),
    ("/assign", "assign", bulk.assign, BOTH),
    ("/bulk-note", "bulk_note", bulk.note, BOTH),
    ("/messages", "messages", messages.messages, BOTH),
    ("/messages/<ref>", "message", messages.opened, GET),
    ("/import", "imports", imports.imports, BOTH),
    ("/import/<ref>", "batch", imports.batch, GET),
    ("/import/<ref>/progress", "batch_progress", imports.progress, GET),
    ("/import/<ref>/problems.csv", "batch_problems", imports.problems, GET),
    ("/import/<ref>/<what>", "batch_change", imports.change, POST),
    ("/screening", "start_screening", screening.start, POST),
    ("/screening/precision", "precision", precision.shown, GET),
    ("/screening/precision/refit", "precision_refit", precision.refit, POST),
    ("/screening/rules", "rules", rules.rules, BOTH),
    ("/screening/rules/tried/<ref>", "rules_tried", rules.tried, BOTH),
    ("/screening/<ref>", "screening", screening.watch, GET),
    ("/screening/<ref>/stop", "screening_stop", screening.stop, POST),
    ("/screening/runs/<ref>", "run", screening.run, BOTH),
    ("/employers", "employers", employers.employers, BOTH),
    ("/overdue", "overdue", overdue.overdue, GET),
    ("/overdue/press", "overdue_press", overdue_acts.press, BOTH),
    ("/overdue/raise", "overdue_raise", overdue_acts.raise_, BOTH),
    ("/samples", "samples", samples.samples, BOTH),
    ("/samples/watch", "watch_sample", samples.watch, POST),
    ("/samples/<ref>", "sample", samples.sample, GET),
    ("/samples/<ref>/strata.csv", "sample_strata", samples.strata_file, GET),
    ("/samples/<ref>/cases.csv", "sample_cases", samples.cases_file, GET),
    ("/funnel", "funnel", funnel.funnel, GET),
    ("/funnel/data.csv", "funnel_data", funnel.data, GET),
    ("/rates", "rates", rates.shown, GET),
    ("/rates/data.csv", "rates_file", rate_files.table_file, GET),
    ("/rates/rows", "rate_rows", rates.rows, GET),
    ("/rates/rows.csv", "rate_rows_file", rate_files.rows_file, GET),
    ("/reports", "reports", reports.reports, GET),
    ("/reports/change/<what>", "reports_change", reports.change, POST),
    ("/reports/wording", "report_wording", report_wording.wording, BOTH),
    ("/reports/plans/<version>/<form>", "plan_file", report_preview.plan_file, GET),
    ("/reports/<ref>", "report", reports.report, GET),
    ("/reports/<ref>/preview", "report_preview", report_preview.preview, GET),
    ("/reports/<ref>/preview/<form>", "report_preview_file", report_preview.preview_file, GET),
    ("/reports/<ref>/figures", "report_figures", report_figures.shown, GET),
    ("/reports/<ref>/figures/rows", "report_figure", report_figures.behind, GET),
    ("/reports/<ref>/documents/<kind>", "report_document", reports.document, GET),
    ("/mandates", "mandates", mandates.mandates, BOTH),
    ("/mandates/<ref>/paper", "mandate_paper", mandates.paper, GET),
    ("/mandates/<ref>/revoke", "mandate_revoke", mandates.revoke, POST),
    ("/cosign", "cosign_list", cosign.cosign_list, GET),
    ("/cosign/<ref>", "cosign", cosign.cosign, BOTH),
    ("/cosign/<ref>/refuse", "cosign_refuse", cosign.refuse, POST),
    ("/cosign/<ref>/papers", "cosign_paper", cosign_papers.hand_in, POST),
    ("/files/papers/<ref>/<paper>", "cosign_seen", cosign_papers.show, GET),
    ("/cosign/<ref>/demonstration", "cosign_demonstration", cosign_papers.demonstrate, POST),
    ("/filing", "filings", filing_pages.listed, GET),
    ("/filing/<ref>", "filing", filing_pages.show, GET),
    ("/below", "below", below.below, GET),
    ("/below/referrals", "referrals", referrals.listed, GET),
    ("/below/referrals/<ref>/return", "referral_back", referrals.back, POST),
    ("/below/spot-checks", "spot_checks", spot_checks.spot_checks, BOTH),
    ("/below/spot-checks/<ref>/<number>", "spot_check_decide", spot_checks.decide, POST),
    ("/filing/<ref>/withdraw", "filing_withdraw", filing_pages.withdraw, POST),
    ("/filing/<ref>/uploads", "filing_upload", uploads.make, POST),
    ("/filing/<ref>/uploads/<upload>", "filing_uploaded", uploads.record, POST),
    ("/filing/<ref>/send", "filing_send", filing_pages.send, POST),
    ("/filing/<ref>/deliveries/<delivery>/<verb>", "filing_act", filing_pages.act, POST),
    ("/filing/<ref>/documents/<kind>", "filing_document", filing_pages.document, GET),
    ("/filing/<ref>/package", "filing_package", filing_pages.package, POST),
    ("/drifts", "drifts", drifts.drifts, GET),
    ("/drifts/<ref>", "drift", drifts.drift, GET),
    ("/drifts/<ref>/<verb>", "drift_act", drifts.act, POST),
    ("/events", "events", drifts.events, POST),
    ("/journal", "journal", journal_pages.verified, GET),
    ("/journal/audit", "audit", audit_pages.shown, GET),
    ("/journal/audit.csv", "audit_file", audit_pages.file, POST),
    ("/journal/questions", "questions", reading_pages.questions, GET),
    ("/journal/questions/<ref>", "question_answer", reading_pages.answer, POST),
    ("/me/audit", "own_audit", audit_pages.own, GET),
    ("/admin", "admin", admin_people.people, GET),
    ("/admin/people/new", "admin_new_person", admin_people.new_person, BOTH),
    ("/admin/review", "admin_review", access_review.access_review, BOTH),
    ("/admin/people/<ref>", "admin_person", admin_people.person, GET),
    ("/admin/people/<ref>/<verb>", "admin_change", admin_people.change, POST),
    ("/admin/organisations", "admin_organisations", admin_people.organisations, GET),
    ("/admin/rounds", "admin_rounds", admin_rounds.rounds, GET),
    ("/admin/rounds/<code>", "admin_round", admin_rounds.show, GET),
    ("/admin/rounds/<code>/dates", "admin_dates", admin_rounds.dates, BOTH),
    ("/admin/rounds/<code>/moves/<ref>", "admin_moves", reprojections.watch, GET),
    ("/admin/rounds/<code>/moves/<ref>/all.csv", "admin_moves_file", reprojections.file, GET),
    ("/admin/rounds/<code>/settings", "admin_settings", admin_rounds.settings, BOTH),
    ("/admin/rounds/<code>/copy", "admin_copy", admin_rounds.copy, BOTH),
    ("/admin/jobs", "jobs", jobs.jobs, GET),
    ("/admin/jobs/<task>/run", "job_run", jobs.run, POST),
    ("/admin/jobs/release", "release", jobs.release, POST),
    ("/admin/deliveries", "deliveries", deliveries.stuck, GET),
    ("/admin/deliveries/act", "deliveries_act", deliveries.act_on_ticked, POST),
    ("/admin/deliveries/search", "delivery_search", deliveries.search, GET),
    ("/admin/deliveries/<ref>", "delivery", deliveries.one, GET),
    ("/admin/deliveries/<ref>/<verb>", "delivery_act", deliveries.act, POST),
    ("/admin/channels", "channels", channels.channels, GET),
    ("/admin/channels/<code>/<verb>", "channel_change", channels.change, POST),
    ("/admin/webhooks", "webhooks", webhooks.webhooks, GET),
    ("/admin/webhooks/<name>", "webhook", webhooks.log, GET),
    ("/admin/webhooks/<name>/replay", "webhook_replay", webhooks.replay, POST),
    ("/me/tokens", "tokens", admin_tokens.tokens, BOTH),
    ("/me/tokens/<ref>/revoke", "token_revoke", admin_tokens.revoke, POST),
)


def attach(app: Flask) -> None:
    """Add the pages to the application: addresses, filters, shell, and the token against forged forms."""
    web = Blueprint("web", __name__)
    for rule, endpoint, view, methods in ROUTES:
        web.add_url_rule(rule, endpoint, view, methods=methods)
    app.config.update(SEND_FILE_MAX_AGE_DEFAULT=YEAR, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=False)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    csrf = CSRFProtect(app)

    @app.before_request
    def protect() -> None:
        if not request.path.startswith(NO_FORMS):
            csrf.protect()

    @app.url_defaults
    def name_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values["v"] = _version(Path(app.static_folder or "") / values["filename"])

    app.register_error_handler(CSRFError, answer_forged)
    app.context_processor(lambda: {"words": words})
    wording.attach(app)
    shell.attach(app)
    appearance.attach(app)
    app.register_blueprint(web)


@lru_cache
def _version(file: Path) -> str:
    """Return a name for what a static file holds, so that browsers may keep it until it changes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else ""


def answer_forged(_error: CSRFError) -> Response:
    """Answer a form that does not carry this session's token: mostly one that was left open too long.

    Where the session has ended meanwhile, what was typed is kept until its sender has signed in again.
    """
    kept = kept_form.keep() if g.get("actor") is None and request.endpoint != "web.login" else ""
    if kept:
        answer = sign_in_page("", kept=kept)
        answer.status_code = 401
        return answer
    return problems.problem(
        400, "form_expired", gettext("这个页面打开得太久，已经失效，没有保存任何内容。请返回上一页，刷新后重新提交。")
    )
