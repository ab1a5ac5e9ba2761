"""Valid parameters for every kind, and messages made from them."""

from datetime import UTC, date, datetime

from notifications.compose import compose
from notifications.kinds import KINDS

VALUES = {
    "about": "smtp",
    "advice": "canary_lost",
    "alarm": "canary_lost",
    "assigned": 100,
    "at": datetime(2024, 8, 1, 1, 0, tzinfo=UTC),
    "because": "arrears",
    "case": "LC24-0417",
    "cases": 812,
    "code": "042137",
    "due": datetime(2024, 8, 5, 15, 59, 59, tzinfo=UTC),
    "due_soon": 7,
    "escalated": 2,
    "graduates": 1200,
    "heads": [["LC", 7, "0123456789abcdef" * 4]],
    "lead": "LC24-L12",
    "leads": 2,
    "link": "https://casework.example.edu.cn/cases/LC24-0417",
    "minutes": 10,
    "missed": 0,
    "next": ("supervisor", date(2024, 8, 6)),
    "on": date(2024, 8, 31),
    "open": 120,
    "organisation": "东江大学",
    "others": 1,
    "overdue": 3,
    "pace": 21.5,
    "recipient_body": "省教育厅",
    "cited": "LC24-R1",
    "report": "LC24-R1",
    "role": ["party_leader", "admin_leader"],
    "step": "conclude",
}


def params_of(kind, **changed):
    return {name: VALUES[name] for name in KINDS[kind].parameters} | changed


def make_message(ref="m-1", recipient="li@example.edu.cn", kind="case_due", language="zh", **changed):
    return compose(kind, language=language, params=params_of(kind, **changed), ref=ref, recipient=recipient)
