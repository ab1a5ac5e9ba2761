"""What the answers of the public form become: a title, a text and what else a lead holds."""

from typing import Any

from casework.people.models import Organisation
from casework.web.public_lead_screens import CONTACT, Answers
from casework.web.public_lead_words import REPORT_CONCERNS, REPORT_KINDS

EXCERPT = 24
TO_THE_LEVEL_ABOVE = "office"


def report_of(answers: Answers, body: Organisation) -> dict[str, Any]:
    """Return the words of a report as `report_lead` takes them; they are kept in Chinese, as the office reads them."""
    named = bool(answers.get("named"))
    above = answers.get("concerns") == TO_THE_LEVEL_ABOVE and answers.get("school") == body.code
    return {
        "title": title_of(answers),
        "content": content_of(answers),
        "about": {"places": [answers["place"]]} if answers.get("place") else {},
        "violations": answers.get("violations", []) if answers.get("kind") == "conduct" else [],
        "named": named,
        "reporter": {name: answers.get(name, "") for name in CONTACT} if named else None,
        "concerns": body if above else None,
    }


def title_of(answers: Answers) -> str:
    """Return one line: the kind of what is reported, to be verified, and how the text begins."""
    label, _ = REPORT_KINDS[answers["kind"]]
    flat = " ".join(str(answers["what"]).split())
    return f"{label}（待核）：{flat[:EXCERPT]}{'…' if len(flat) > EXCERPT else ''}"


def content_of(answers: Answers) -> str:
    """Return everything that was written, each part with its heading; what was left empty is left out."""
    concerns = REPORT_CONCERNS.get(answers.get("concerns", ""), ("", ""))[0]
    school = answers.get("school_words") or ""
    parts = (
        ("学校", school),
        ("经过", answers["what"]),
        ("时间", answers.get("when")),
        ("地点", answers.get("place")),
        ("涉及", concerns),
        ("人员或单位", answers.get("who")),
    )
    return "\n\n".join(f"{heading}：{words}" for heading, words in parts if words)
