"""The catalogue of rules and its settings: read whole, tried on the data, then changed from a day on.

A change names the trial whose values are to hold. That is its version check: a
trial of other data or other rules than those of now is refused by the operation.
"""

import re

from flask_babel import gettext

from casework import clock
from casework.api import seen
from casework.api.jobs import get_job
from casework.api.jobs import shown as shown_job
from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.intake import JobOut
from casework.api.schemas.screening import (
    BackTestIn,
    BackTestOut,
    RoundQuery,
    RulesOut,
    SettingsIn,
    SettingsOut,
    SettingsPage,
)
from casework.db import db
from casework.doors.sessions import current_actor
from casework.errors import N_, Forbidden, NotFound
from casework.operations.back_test import BackTest, read_back_test
from casework.operations.change_screening_settings import change_screening_settings
from casework.operations.promise_screening import promise_back_test
from casework.promises import Promise
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from casework.screening.models import ScreeningSettings
from casework.screening.rule import STANDING_NOTE, Rule
from casework.screening.rules import RULES
from casework.screening.score import START
from casework.screening.settings import Given, plain, settings_of, versions_of
from workflows.access import scope_of

screening_rules = Resource("screening-rules", "The catalogue of screening rules, its settings and their trials")
READERS = ("screening:run", "round:settings", "funnel:read")
_PLACE = re.compile(r"%\((\w+)\)[a-z]")


@screening_rules.operation("GET", "/screening/rules", query=RoundQuery, out=RulesOut)
def list_rules(query: dict) -> object:
    """List every rule with what it says, what it needs, and its settings as they hold today."""
    round_ = _read(query)
    values, version = settings_of(round_, clock.today())
    return {
        "round": round_.code,
        "settings_version": version,
        "note": gettext(STANDING_NOTE),
        "items": [_rule(rule, values) for rule in RULES],
        "next": None,
    }


@screening_rules.operation("POST", "/screening/back-tests", body=BackTestIn, out=JobOut, status=202)
def try_settings(body: dict) -> object:
    """Promise to try other settings on the data as they are; nothing is stored but the answer."""
    actor = current_actor()
    organisation = seen.organisation(body["organisation"], actor, "round:settings")
    round_ = get_round(body["round"])
    promised = promise_back_test(organisation=organisation, round_=round_, values=body["values"], actor=actor)
    db.session.flush()  # the answer shows when it was promised
    return shown_job(promised)


@screening_rules.operation("GET", "/screening/back-tests/<name:ref>", query=Query, out=BackTestOut)
def read_trial(_query: dict, ref: str) -> object:
    """Read what would newly be flagged, and what no longer."""
    promised = _trial(ref)
    return {"job": shown_job(promised), "found": _found(promised)}


@screening_rules.operation("GET", "/screening/settings", query=RoundQuery, out=SettingsPage)
def list_settings(query: dict) -> object:
    """List every version of a round's settings, the newest first."""
    round_ = _read(query)
    _, present = settings_of(round_, clock.today())
    return {"present": present, "items": [_version(row, round_) for row in versions_of(round_)], "next": None}


@screening_rules.operation("POST", "/screening/settings", body=SettingsIn, out=SettingsOut, status=201)
def change_settings(body: dict) -> object:
    """Let the values of a trial hold from a day on; what was screened before stays as it is."""
    promised = _trial(body["back_test"])
    found, round_ = _found(promised), db.session.get_one(Round, promised.arguments["round"])
    added = change_screening_settings(
        round_,
        values=found.values if found else promised.arguments["values"],
        effective_from=body["effective_from"],
        reason=body["reason"],
        back_test=found,
        actor=current_actor(),
    )
    return _version(added, round_)


def _read(query: dict) -> Round:
    if not any(scope_of(current_actor(), action) for action in READERS):
        raise Forbidden(N_("您的角色不能查看筛查规则。"))
    return seen.round_(query["round"])


def _trial(ref: str) -> Promise:
    promised = get_job(ref)
    if promised.name != "back_test":
        raise NotFound(N_("没有找到这次试算，或不在您的权限范围内。"))
    return promised


def _found(promised: Promise) -> BackTest | None:
    stored = (promised.result or {}).get("back_test")
    return read_back_test(stored) if stored else None


def _rule(rule: Rule, values: Given) -> dict[str, object]:
    present = rule.settle(values.get(rule.code, {}))
    names = ("code", "version", "level", "output", "strength", "needs", "evidence", "eased_by", "violation", "sql")
    return {name: getattr(rule, name) for name in names} | {
        "name": gettext(rule.name),
        "start_ratio": START[rule.strength],
        "settings": [
            {
                "name": setting.name,
                "default": plain(setting.default),
                "present": plain(present[setting.name]),
                "origin": gettext(setting.origin),
            }
            for setting in rule.settings
        ],
        "tells": [_plainly(sentence.message) for sentence in rule.tells],
        "innocent": _plainly(rule.innocent),
        "asks": _plainly(rule.asks),
    }


def _plainly(message: str) -> str:
    """Return a sentence of an explanation with an ellipsis where facts go."""
    return _PLACE.sub("…", gettext(message)).replace("%%", "%")


def _version(row: ScreeningSettings, round_: Round) -> dict[str, object]:
    names = ("version", "effective_from", "values", "reason", "made_at")
    own = {name: getattr(row, name) for name in names}
    tried = read_back_test(row.back_test) if row.back_test else None
    return own | {"round": round_.code, "made_by": row.made_by, "back_test": tried}
