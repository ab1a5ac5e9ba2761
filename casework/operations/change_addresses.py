"""Where a person is reached: mobile number, WeCom id, mail; changed by themselves or by who administers them.

The journal says that an address was changed, never to what. A new address is
innocent: what was known of the old one, that it bounced, is forgotten.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import delete

from casework.db import db
from casework.errors import N_, Forbidden, Invalid
from casework.intake.importers.contacts import read_email, read_mobile
from casework.intake.importers.shapes import Flaw
from casework.notices.models import ContactPoint
from casework.notices.ways import SMS
from casework.operations.change_person import permit_person
from casework.operations.note_account import note_account
from casework.people.models import Person
from workflows.access import Actor

_WECOM = re.compile(r"[0-9A-Za-z][0-9A-Za-z_@.\-]{0,63}")
_FAULTS = MappingProxyType(
    {
        "mobile": N_("手机号应为11位数字，如13900000000。"),
        "wecom": N_("企业微信账号只能有字母、数字和 _ - @ .，以字母或数字开头，最多64位。"),
        "email": N_("邮箱地址写法不对，如 name@example.edu.cn。"),
    }
)
CHANNELS: Mapping[str, tuple[str, ...]] = MappingProxyType({"mobile": SMS, "wecom": ("wecom",), "email": ("smtp",)})
"""By which channels each address is reached."""


def change_addresses(person: Person, *, changes: Mapping[str, str], actor: Actor) -> tuple[str, ...]:
    """Set those addresses that are given (`mobile`, `wecom`, `email`), remove those given empty; return what changed.

    Raises `Invalid` naming each one that is not of its shape; nothing is changed then. One's own mail address is
    given by the administrator: it is where passwords and escalations go.
    """
    if actor.id != person.id:
        permit_person(person, actor)
    elif "email" in changes:
        raise Forbidden(N_("自己的邮箱由系统管理员登记，没有保存。"))
    held = {name: getattr(person, name) or "" for name in changes}  # an import may have kept what is no address
    values = {name: given if given == held[name] else _READERS[name](given.strip()) for name, given in changes.items()}
    faulty = {name: _FAULTS[name] for name, value in values.items() if value is None}
    if faulty:
        raise Invalid(N_("联系方式写法不对，没有保存。"), fields=faulty)
    changed = tuple(name for name, value in values.items() if value != held[name])
    for name in changed:
        setattr(person, name, values[name] or (None if name == "mobile" else ""))
        _forget_faults(person, CHANNELS[name])
        facts = {"address": name, "how": "set" if values[name] else "removed"}
        note_account(person, "people:address", actor=actor, facts=facts)
    return changed


def _mobile(given: str) -> str | None:
    read = read_mobile(given) if given else ""
    return None if isinstance(read, Flaw) else read


def _wecom(given: str) -> str | None:
    return given if not given or _WECOM.fullmatch(given) else None


def _email(given: str) -> str | None:
    read = read_email(given) if given else ""
    return None if isinstance(read, Flaw) else read


_READERS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {"mobile": _mobile, "wecom": _wecom, "email": _email}
)
"""How each address is read; None where what was given is none."""


def _forget_faults(person: Person, channels: tuple[str, ...]) -> None:
    db.session.flush()  # somebody new needs an id
    known = delete(ContactPoint).where(ContactPoint.person_id == person.id, ContactPoint.channel.in_(channels))
    db.session.execute(known)
