"""The settings of a round as their form sends them; what is no number stays words, for the check to name its place."""

import json
import re
from collections.abc import Mapping

from flask import request

from casework.errors import N_, Invalid
from casework.rounds.settings import LEVELS, SEVERITIES, UNSAID
from casework.web.round_choices import STAGES


def sent_settings(now: Mapping[str, object]) -> dict[str, object]:
    """Return the settings as the form says them; what is no number stays words, for the check to name its place.

    What the form does not show stays as it is `now`: who changes a limit has said nothing about it.
    """
    form = request.form
    ladder = [
        {"code": code, "basis": basis, "offset": _number(offset), "audience": audience}
        for code, basis, offset, audience in zip(
            *(form.getlist(f"ladder.{part}") for part in ("code", "basis", "offset", "audience")), strict=False
        )
        if code.strip()
    ]
    sent = {
        "limits": {
            severity: {stage: _number(form.get(f"limits.{severity}.{stage}", "")) for stage, _ in STAGES}
            for severity in SEVERITIES
        },
        "internal_targets": {
            name: _number(form.get(f"internal_targets.{name}", "")) for name in ("accepted_before", "signed_before")
        },
        "ladder": ladder,
        "quiet_hours": {name: form.get(f"quiet_hours.{name}", "") for name in ("from", "to")},
        "signatories": _by_level("signatories"),
        "recipients": _by_level("recipients"),
        "signature_grade": _number(form.get("signature_grade", "")),
        "rate_version": form.get("rate_version", "").strip(),
        "checklist": form.get("checklist", "").split(),
        "screening": form.get("screening", ""),
    }
    chosen = {"signer_field": form.get("signer_field", ""), "digests": form.get("digests", "").split()}
    # what holds anyway need not be said
    said = {name: value for name, value in chosen.items() if value and (name in now or value != UNSAID[name])}
    return {**now, **sent, **said, **_local(now)}


def _local(now: Mapping[str, object]) -> dict[str, object]:
    """Return the local rules that are ticked; nothing where the form shows none, or where none held before either."""
    if not request.form.get("local_consequences.shown"):
        return {}
    ticked = sorted(set(request.form.getlist("local_consequences")))
    return {"local_consequences": ticked} if ticked or "local_consequences" in now else {}


def _by_level(name: str) -> dict[str, list[str]]:
    found = {level: request.form.getlist(f"{name}.{level}") for level in LEVELS}
    return {level: values for level, values in found.items() if values}


def decoded(sent: Mapping[str, object]) -> dict[str, object]:
    """Return the sent settings with the thresholds of screening read as JSON."""
    try:
        screening = json.loads(str(sent["screening"]) or "{}")
    except (ValueError, RecursionError):
        raise Invalid(
            N_("筛查参数不是有效的 JSON，没有保存。"), fields={"screening": N_("请检查引号、逗号和括号。")}
        ) from None
    return {**sent, "screening": screening}


def _number(text: str) -> int | str:
    return int(text) if re.fullmatch(r"\s*-?[0-9]{1,9}\s*", text) else text
