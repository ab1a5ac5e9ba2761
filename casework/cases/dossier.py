"""The dossier of a case: what a second reviewer accepts and two leaders sign.

A dossier is a plain dict in JSON's own types. It holds what the conclusion
rests on and nothing else: notes, assignment and holds may change after
acceptance without anybody having to sign again, so they have no place in it and
are refused by name. Times are ISO 8601 text, money is text, digests are
lower-case hexadecimal.

    number         "LC24-0417"
    subject        {"kind": "record" | "employer" | "unit" | "conduct", "key": …, "label": …}
    facts          {"nature", "origin", "severity", "opened_at", …}  whatever describes the matter
    findings       [{"ref": "F1", "code", "rule_version", "sentence", "strength", …}]
    verifications  [{"ref": "V1", "method", "evidence_class", "result", "at", "by", "supplied_by", …}]
    corrections    [{"ref": "K1", "field", "old", "new", "evidence": [sha256 …], …}]
    evidence       [{"sha256": …, "name", "evidence_class", …}]
    conclusion     {"kind": "corrected" | "unfounded" | "rectified" | "unverifiable", "sentence", "at", "by",
                    "rectification": {…} where the kind is `rectified`}

`ref` is a name that stays with the item for its life; lists are put in the order
of their refs, so the order in which a database answers never changes a hash.
"""

from collections.abc import Mapping
from typing import Any

from casework.cases.canonical import canonical_hash, plain
from casework.errors import N_, Invalid
from workflows.engine import Words

SECTIONS = ("number", "subject", "facts", "findings", "verifications", "corrections", "evidence", "conclusion")
KEY_OF = {"findings": "ref", "verifications": "ref", "corrections": "ref", "evidence": "sha256"}
_MISSING = object()


class BadDossier(Invalid):
    """A dict that is no dossier: a section is missing, foreign, or an item of a list has no name of its own."""

    code = "bad_dossier"


def ordered(dossier: Mapping[str, object]) -> dict:
    """Return the dossier with its lists in the order of their refs; raise `BadDossier` if its shape is wrong."""
    _check_sections(dossier)
    copy = plain(dossier)
    for section, key in KEY_OF.items():
        copy[section] = _in_order(copy[section], section=section, key=key, number=copy["number"])
    return copy


def dossier_hash(dossier: Mapping[str, object]) -> str:
    """Return the hash that a manifest holds for this case: it changes exactly when the dossier's words do."""
    return canonical_hash(ordered(dossier))


def differing_field(old: Mapping[str, object], new: Mapping[str, object]) -> str | None:
    """Return where the two dossiers first differ, as `corrections[K1].new`, or None if they say the same."""
    before, after = ordered(old), ordered(new)
    for section in SECTIONS:
        found = _difference(before[section], after[section], path=section, key=KEY_OF.get(section))
        if found:
            return found
    return None


def _check_sections(dossier: Mapping[str, object]) -> None:
    absent = [name for name in SECTIONS if name not in dossier]
    foreign = sorted(set(dossier) - set(SECTIONS))
    if absent or foreign:
        raise BadDossier(
            N_("案件 %(number)s 的卷宗结构不符：缺少 %(absent)s，不应有 %(foreign)s。"),
            params={
                "number": dossier.get("number", "—"),
                "absent": Words(absent or ["—"]),
                "foreign": Words(foreign or ["—"]),
            },
        )


def _in_order(items: Any, *, section: str, key: str, number: object) -> list[dict]:
    names = [item.get(key) for item in items if isinstance(item, dict)] if isinstance(items, list) else None
    if names is None or len(names) != len(items) or not all(isinstance(name, str) and name for name in names):
        raise BadDossier(
            N_("案件 %(number)s 的卷宗中，%(section)s 的每一项都应有 %(key)s。"),
            params={"number": number, "section": section, "key": key},
        )
    if len(set(names)) != len(names):
        raise BadDossier(
            N_("案件 %(number)s 的卷宗中，%(section)s 有重复的 %(key)s。"),
            params={"number": number, "section": section, "key": key},
        )
    return sorted(items, key=lambda item: item[key])


def _difference(old: object, new: object, *, path: str, key: str | None = None) -> str | None:
    if isinstance(old, dict) and isinstance(new, dict):
        return _first(old, new, place=f"{path}.%s")
    if not (isinstance(old, list) and isinstance(new, list)):
        return None if _same(old, new) else path
    if key:
        return _first({item[key]: item for item in old}, {item[key]: item for item in new}, place=f"{path}[%s]")
    return _first(dict(enumerate(old)), dict(enumerate(new)), place=f"{path}[%s]")


def _first(old: dict, new: dict, *, place: str) -> str | None:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, _MISSING), new.get(name, _MISSING)
        if before is _MISSING or after is _MISSING:
            return place % name
        found = _difference(before, after, path=place % name)
        if found:
            return found
    return None


def _same(old: object, new: object) -> bool:
    """Compare as the hash does: 1 and 1.0 are spelt alike, True and 1 are not."""
    return canonical_hash([old]) == canonical_hash([new])
