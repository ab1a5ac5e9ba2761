"""Open a round: from the files that ship with the service, or as a copy of an earlier one with other dates."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert

from casework import journal
from casework.db import db
from casework.errors import N_, Conflict, Invalid, NotFound
from casework.operations.change_wording import copy_wordings
from casework.operations.permit import permit_settings
from casework.rounds import settings, tables
from casework.rounds.models import CodeEntry, Round, StatutoryDate
from workflows.access import Actor
from workflows.engine import Words


def open_round(*, shipped: str, actor: Actor) -> Round:
    """Open a round from the folder of this name that ships with the service."""
    permit_settings(actor)
    folder = tables.SHIPPED / shipped
    if not (folder / "round.json").exists():
        raise NotFound(N_("没有随系统提供的轮次 %(code)s。"), params={"code": shipped})
    content = json.loads((folder / "round.json").read_text(encoding="utf-8"))
    opened = _new(content["code"], content["name"], content["cohort"], settings.checked(content["settings"]))
    opened.dates = [
        StatutoryDate(level=row["level"], on=date.fromisoformat(row["on"]), clause=row["clause"], label=row["label"])
        for row in content["dates"]
    ]
    _add(opened, [*tables.rows(folder)], actor=actor)
    return opened


def copy_round(source: Round, *, code: str, name: str, cohort: int, dates: Mapping[str, date], actor: Actor) -> Round:
    """Open a round as a copy of an earlier one; every level must be given its new date."""
    permit_settings(actor)
    national = [row for row in source.dates if row.organisation_id is None]
    missing = [row.label for row in national if row.level not in dates]
    if missing:
        raise Conflict(N_("新轮次缺少期限：%(missing)s。请逐级填写。"), params={"missing": Words(missing)})
    opened = _new(code, name, cohort, settings.checked(source.settings))
    opened.copied_from_id = source.id
    opened.dates = [
        StatutoryDate(level=row.level, on=dates[row.level], clause=row.clause, label=row.label) for row in national
    ]
    entries = [
        {
            "table": row.table,
            "code": row.code,
            "name_zh": row.name_zh,
            "name_en": row.name_en,
            "parent_code": row.parent_code,
            "attributes": dict(row.attributes),
        }
        for row in db.session.query(CodeEntry).filter_by(round_id=source.id)
    ]
    _add(opened, entries, actor=actor)
    copy_wordings(source, opened, actor=actor)
    return opened


def _new(code: str, name: str, cohort: int, values: dict) -> Round:
    if not re.fullmatch(r"[\w-]{1,32}", code) or not name.strip():
        raise Invalid(
            N_("轮次须有编号（32 个字以内的字母、数字）和名称，没有建立。"),
            fields={"code": N_("须为字母、数字。"), "name": N_("必填。")},
        )
    if db.session.query(Round).filter_by(code=code).count():
        raise Conflict(N_("轮次 %(code)s 已经存在，没有重复建立。"), params={"code": code})
    return Round(code=code, name=name, cohort=cohort, settings=values)


def _add(opened: Round, entries: list[dict[str, Any]], *, actor: Actor) -> None:
    db.session.add(opened)
    db.session.flush()  # the entries need its id
    if entries:  # of none the statement would make a row of defaults
        db.session.execute(insert(CodeEntry), [values | {"round_id": opened.id} for values in entries])
    journal.record(
        organisation_id=actor.appointments[0].organisation_id if actor.appointments else 0,
        action="round:open",
        actor=str(actor.id),
        subject=opened.code,
        facts={"dates": {row.level: row.on.isoformat() for row in opened.dates}, "entries": len(entries)},
    )
