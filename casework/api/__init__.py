"""The API: every part of it in one list, each with its operations in a file of its name."""

from casework.api.audit import audit
from casework.api.batches import batches
from casework.api.campaigns import campaigns
from casework.api.case_actions import case_actions
from casework.api.case_work import case_work
from casework.api.cases import cases
from casework.api.channels import channels
from casework.api.deliveries import deliveries
from casework.api.drifts import drifts
from casework.api.employers import employers
from casework.api.evidence import evidence
from casework.api.filings import filings
from casework.api.funnel import funnel
from casework.api.jobs import jobs
from casework.api.lead_links import lead_links
from casework.api.leads import leads
from casework.api.mandates import mandates
from casework.api.me import me
from casework.api.organisations import organisations
from casework.api.overdue import overdue
from casework.api.oversight import oversight
from casework.api.own_notices import own_notices
from casework.api.precision import precision
from casework.api.rates import rates
from casework.api.referrals import referrals
from casework.api.reports import reports
from casework.api.resource import Resource
from casework.api.retention import retention
from casework.api.rounds import rounds
from casework.api.samples import samples
from casework.api.screening import screening
from casework.api.screening_rules import screening_rules
from casework.api.self_check import self_check
from casework.api.service import service
from casework.api.ties import ties

RESOURCES: tuple[Resource, ...] = (
    me,
    own_notices,
    ties,
    organisations,
    rounds,
    cases,
    case_work,
    evidence,
    case_actions,
    referrals,
    leads,
    lead_links,
    campaigns,
    batches,
    screening_rules,
    screening,
    precision,
    employers,
    samples,
    overdue,
    drifts,
    funnel,
    rates,
    jobs,
    self_check,
    reports,
    mandates,
    filings,
    oversight,
    deliveries,
    channels,
    service,
    audit,
    retention,
)
