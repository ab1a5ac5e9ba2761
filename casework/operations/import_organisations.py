"""Bring in the tree of organisations: parents first, short codes from the pinyin of their names."""

from collections.abc import Iterable, Mapping, Sequence

from pypinyin import Style, lazy_pinyin
from sqlalchemy import select

from casework import journal
from casework.db import db
from casework.errors import N_, Conflict, Forbidden
from casework.operations.permit import permit, permit_settings
from casework.people.models import Organisation
from workflows.access import SYSTEM, Actor, Level


def import_organisations(rows: Iterable[Mapping[str, str]], *, actor: Actor) -> int:
    """Create or rename organisations; `rows` have org_id, type, name, parent_id, code. Returns how many rows.

    Raises `Conflict` naming the row whose parent is unknown or whose type is none of ours.
    """
    permit_settings(actor, "people:manage")
    known = {found.code: found for found in db.session.scalars(select(Organisation))}
    short = {found.short_code for found in known.values()}
    given = list(rows)
    waiting, total = given, len(given)
    while waiting:
        ready = [row for row in waiting if not row["parent_id"] or row["parent_id"] in known]
        if not ready:
            raise Conflict(
                N_("机构 %(code)s 的上级 %(parent)s 不存在，没有导入任何机构。"),
                params={"code": waiting[0]["org_id"], "parent": waiting[0]["parent_id"]},
            )
        for row in ready:
            _permit_row(row, known, actor)
            _take(row, known, short)
        waiting = [row for row in waiting if row["org_id"] not in known]
    _say(given, known, actor)
    return total


def _say(rows: Sequence[Mapping[str, str]], known: Mapping[str, Organisation], actor: Actor) -> None:
    """Journal the import once, in the chain of the highest organisation that it touched."""
    if not rows:
        return
    highest = min((known[row["org_id"]] for row in rows), key=lambda each: (each.path.count("/"), each.id))
    journal.record(
        organisation_id=highest.id,
        action="people:organisations",
        actor=str(actor.id),
        subject=highest.code,
        facts={"rows": len(rows)},
    )


def _permit_row(row: Mapping[str, str], known: Mapping[str, Organisation], actor: Actor) -> None:
    """Refuse what lies outside of what the actor administers; the root of the tree is made by the service alone."""
    place = known.get(row["org_id"]) or known.get(row["parent_id"] or "")
    if place is not None:
        permit(actor, "people:manage", organisation=place)
    elif actor is not SYSTEM:
        raise Forbidden(N_("最上级机构只能在安装时建立。"))


def _take(row: Mapping[str, str], known: dict[str, Organisation], short: set[str]) -> None:
    if row["type"] not in set(Level):
        raise Conflict(
            N_("机构 %(code)s 的类型“%(kind)s”无法识别，没有导入任何机构。"),
            params={"code": row["org_id"], "kind": row["type"]},
        )
    found = known.get(row["org_id"])
    if found:
        found.name, found.official_code = row["name"], row["code"] or ""
        return
    parent = known.get(row["parent_id"] or "")
    made = Organisation(
        code=row["org_id"],
        kind=row["type"],
        name=row["name"],
        official_code=row["code"] or "",
        parent_id=parent.id if parent else None,
        short_code=_short_code(row["name"], short),
    )
    db.session.add(made)
    db.session.flush()  # the path holds its own id
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    known[made.code] = made


def _short_code(name: str, taken: set[str]) -> str:
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="ignore")).upper() or "X"
    candidates = [initials[:length] for length in range(2, len(initials) + 1)] or [initials]
    code = next((code for code in candidates if code not in taken), None)
    number = 2
    while code is None:
        code = f"{initials[:2]}{number}" if f"{initials[:2]}{number}" not in taken else None
        number += 1
    taken.add(code)
    return code
