"""How samples are said: strata by the names of the round's tables, shares as percentages, what was asked for."""

from collections.abc import Mapping

from flask_babel import gettext

from casework.cases.samples import Sample
from casework.errors import N_
from casework.rounds import queries as rounds
from casework.screening.sampling import ALL
from casework.web.wording import english

STAGES = {
    "doctor": N_("博士"),
    "master": N_("硕士"),
    "second_bachelor": N_("第二学士学位"),
    "bachelor": N_("本科"),
    "junior_college": N_("专科"),
    "": N_("未注明学历"),
}
DESIGNS = {
    "margin": N_("误差不超过±%(margin)s个百分点，置信水平%(confidence)s"),
    "size": N_("抽取%(size)s件"),
    "discovery": N_("若有%(rate)s登记有误，至少遇到一件的把握为%(confidence)s"),
    "plan": N_("核对声称的有误比例%(declared)s：不可接受的比例为%(rate)s，允许有误%(limit)s件"),
    "watch": N_("筛查立案%(cases)s件的%(share)s"),
}


def classes_of(round_id: int) -> dict[str, str]:
    """Return the names of destination classes in the reader's language."""
    table = rounds.table(round_id, "destination_code")
    return {code: (entry.name_en if english() else entry.name_zh) or code for code, entry in table.items()}


def stratum_label(name: str, classes: Mapping[str, str]) -> str:
    """Return the name of a stratum, as 签就业协议形式就业 · 本科."""
    family, _, degree = name.partition("/")
    if family == ALL:
        return gettext("其余各类（人数少的合为一层）")
    stage = gettext("其他学历") if degree == ALL else gettext(STAGES[degree]) if degree in STAGES else degree
    return f"{classes.get(family, family)} · {stage}"


def percent(share: float | None) -> str:
    """Return 3.3%, or a dash where nothing is known."""
    return "—" if share is None else f"{share * 100:.1f}%"


def points(share: float) -> str:
    """Return a margin in percentage points, as 4.9."""
    return f"{share * 100:.1f}".removesuffix(".0")


def design_of(sample: Sample) -> tuple[str, dict[str, object]]:
    """Return the sentence that says what was asked for, with its parameters."""
    asked = sample.design
    params: dict[str, object] = {
        "margin": points(float(asked.get("margin", 0))),
        "confidence": percent(float(asked.get("confidence", 0))),
        "size": asked.get("size", 0),
        "rate": percent(float(asked.get("rate", 0))),
        "declared": percent(float(asked.get("declared", 0))),
        "limit": asked.get("plan", {}).get("c", 0),
        "cases": asked.get("cases", 0),
        "share": percent(float(asked.get("share", 0))),
    }
    return DESIGNS.get(str(asked.get("kind")), DESIGNS["size"]), params
