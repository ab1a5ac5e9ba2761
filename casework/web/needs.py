"""What a rule needs, in the words of the people who hand it in: a file, or a column of it."""

from functools import lru_cache

from casework.errors import N_
from casework.intake.importers.headers import importer_of
from casework.screening.engine import lacks
from casework.screening.files import KINDS
from casework.web.wording import said
from casework.web.words import FILE_KINDS

FRAMES = {
    **{frame: FILE_KINDS[kind] for frame, (kind, _) in KINDS.items()},
    "codes": N_("本届编码表"),
    "working_days": N_("工作日历"),
    "closings": N_("报告或案件的办结时间"),
    "history": N_("历年录用人数"),
    "leads": N_("问题线索"),
    "aliases": N_("已认定为同一单位的代码"),
}


def need_words(needs: list[str] | tuple[str, ...]) -> list[str]:
    """Return each need in the reader's language; the columns of a file that is missing as a whole are not named."""
    return list(dict.fromkeys(_words(need) for need in lacks(needs)))


def _words(need: str) -> str:
    frame, _, column = need.partition(".")
    label = said(FRAMES.get(frame, frame))
    return f"{label}：{said(_label(frame, column))}" if column else label


@lru_cache
def _label(frame: str, column: str) -> str:
    if frame not in KINDS:
        return column
    kind, other_names = KINDS[frame]
    name = other_names.get(column, column)
    return next((each.label for each in importer_of(kind).columns if each.name == name), column)
