"""Add a key, say that everything was sealed anew, and let an old key go; each with an entry in the journal.

A new key opens at once and seals within seconds in every process. An old one may
go when nothing is sealed by it any more, and not within an hour after its
successor came: a process that has not looked yet, or a long transaction, could
still write something that nobody could open.
"""

from dataclasses import dataclass
from datetime import timedelta

from casework import clock, journal
from casework.config import Settings
from casework.errors import N_, Conflict, NotFound
from casework.keys import FileKeys, new_key
from casework.operations import sealed_places
from casework.operations.permit_service import permit_service
from casework.sealing import ring
from workflows.access import Actor, scope_of

CHANGE = "keys:change"
SETTLED = timedelta(hours=1)


@dataclass(frozen=True)
class Held:
    """A key, and how much it has sealed, by place; places with nothing are left out."""

    name: str
    newest: bool
    values: dict[str, int]
    files: int
    pushes: int

    @property
    def total(self) -> int:
        """Return how much it is altogether."""
        return sum(self.values.values()) + self.files + self.pushes


def held_by_keys(settings: Settings) -> list[Held]:
    """Return every key with what it has sealed, the oldest first."""
    ring().refresh()
    names = ring().names
    counts = {place.name: sealed_places.count_by_key(place, names) for place in sealed_places.columns()}
    return [
        Held(
            name,
            name == ring().newest,
            {place: found[name] for place, found in counts.items() if name in found},
            sealed_places.count_files(settings, name),
            sealed_places.count_pushes(name),
        )
        for name in names
    ]


def add_key(*, settings: Settings, actor: Actor) -> str:
    """Make a sealing key, which seals from now on, and return its name; raise `Conflict` where keys stand elsewhere."""
    permit_service(actor, CHANGE)
    if not isinstance(settings.key_source, FileKeys):
        raise Conflict(
            N_("密钥由 %(source)s 提供，不在这里添加：请在该处把新密钥排在最后，再运行 casework keys reseal。"),
            code="keys_elsewhere",
            params={"source": settings.key_source.name if settings.key_source else "-"},
        )
    name = settings.key_source.add(new_key(), at=clock.now())
    _say("keys:add", name, actor, {})
    ring().refresh()
    return name


def note_reseal(*, resealed: int, broken: int, actor: Actor) -> None:
    """Say that all places were gone through, and how much was sealed anew."""
    permit_service(actor, CHANGE)
    _say("keys:reseal", ring().newest, actor, {"resealed": resealed, "broken": broken})


def retire_key(name: str, *, settings: Settings, actor: Actor) -> None:
    """Let a key go that has sealed nothing any more.

    Raises `NotFound` for an unknown key, `Conflict` for the one that seals, while anything is sealed by it, and within
    an hour after its successor was added.
    """
    permit_service(actor, CHANGE)
    held = held_by_keys(settings)
    found = next((each for each in held if each.name == name), None)
    if found is None:
        raise NotFound(N_("没有密钥 %(key)s。"), params={"key": name})
    if found.newest:
        raise Conflict(N_("密钥 %(key)s 正在使用，不能停用。请先添加新密钥。"), code="key_in_use", params={"key": name})
    if found.total:
        raise Conflict(
            N_("还有 %(count)d 项内容由密钥 %(key)s 加密，不能停用。请先运行 casework keys reseal。"),
            code="key_needed",
            params={"key": name, "count": found.total},
        )
    source = settings.key_source
    added = source.read().added_at.get(held[-1].name) if source else None
    if added is not None and clock.now() < added + SETTLED:
        raise Conflict(
            N_("新密钥 %(newest)s 添加还不到一小时，可能有尚未提交的内容仍由 %(key)s 加密。请稍后再停用。"),
            code="key_not_settled",
            params={"key": name, "newest": held[-1].name},
        )
    _say("keys:retire", name, actor, {"newest": held[-1].name})
    if isinstance(source, FileKeys):
        source.remove(name)
        ring().refresh()


def _say(action: str, name: str, actor: Actor, facts: dict[str, object]) -> None:
    seat = scope_of(actor, CHANGE)[0].organisation_id
    journal.record(organisation_id=seat, action=action, actor=str(actor.id), subject=name, facts=facts)
