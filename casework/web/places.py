"""Where an address looks: the universities that its reader reaches, and the one of them that it names."""

from flask import request

from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.overview.unit_counts import universities
from casework.people.models import Organisation


def asked_universities(action: str) -> tuple[tuple[Organisation, ...], tuple[Organisation, ...]]:
    """Return the universities in which this person may do this, and those that are looked at: all, or the one named.

    Raises `NotFound` for a name that is none of them.
    """
    reached = tuple(universities(current_actor(), action))
    at = request.args.get("at", "")
    chosen = tuple(each for each in reached if each.code == at) if at else reached
    if at and not chosen:
        raise NotFound(N_("没有找到机构 %(code)s，或不在您的权限范围内。"), params={"code": at})
    return reached, chosen
