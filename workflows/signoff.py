"""Who may sign a report in which capacity, and when a signature lapses.

The slots come from the round (2024: the principal Party leader and the principal
administrative leader, N2.2). Each is filled by a natural person of their own,
and nobody signs for what they worked on or what is about them. Two exceptions
exist, both on paper first: a delegate under a recorded mandate, printed as 代 and
never in both slots; and one person who holds both offices (一肩挑), who signs
twice only with the appointment on file.

A signature belongs to one manifest. It is bound by its hash and lapses with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from workflows.access_actors import Actor, Role
from workflows.engine import Words
from workflows.errors import N_, Refusal, Refused

LONGEST_MANDATE = 92
"""So many days a mandate lasts at most, its first and its last included [P]: a power that never ends is an office."""


class Capacity(StrEnum):
    """In which capacity somebody signs."""

    OFFICE = "office"
    DELEGATE = "delegate"


@dataclass(frozen=True)
class Slot:
    """A place for one signature: the office that fills it."""

    name: str
    role: Role

    @property
    def label(self) -> str:
        """The office, as it is printed."""
        return self.role.label


@dataclass(frozen=True)
class Mandate:
    """A recorded power to sign one slot for its holder, between two dates, both included."""

    slot: str
    delegate_id: int
    principal_id: int
    valid_from: date
    valid_to: date
    document: str

    def covers(self, slot: Slot, delegate: Actor, on: date) -> bool:
        """Say whether this mandate lets the delegate fill the slot that day; without its document it is none."""
        named = self.slot == slot.name and self.delegate_id == delegate.id and self.principal_id != delegate.id
        return named and self.valid_from <= on <= self.valid_to and bool(self.document.strip())


@dataclass(frozen=True)
class Signature:
    """A filled slot."""

    slot: str
    signer_id: int
    capacity: Capacity
    manifest_hash: str


@dataclass(frozen=True)
class Signing:
    """A frozen report as the rules of signing see it.

    `owner_ids` worked on a case in it, `subject_ids` are what a case in it is about,
    `ties` are the words for what else bars a person from signing for one.
    `dual_office_documents` are persons whose appointment to both offices is on file.
    `drafted_by_id` is who drafted the report, who signs it for nobody else.
    """

    organisation_id: int
    report_state: str
    manifest_hash: str
    slots: tuple[Slot, ...]
    signatures: tuple[Signature, ...] = ()
    owner_ids: frozenset[int] = frozenset()
    subject_ids: frozenset[int] = frozenset()
    ties: Mapping[int, Words] = field(default_factory=dict)
    open_case_numbers: tuple[str, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    dual_office_documents: frozenset[int] = frozenset()
    drafted_by_id: int | None = None

    @property
    def valid_signatures(self) -> tuple[Signature, ...]:
        """The signatures that have not lapsed."""
        return tuple(each for each in self.signatures if not lapsed(self, each))

    @property
    def valid_slots(self) -> tuple[str, ...]:
        """The names of the slots that carry a valid signature."""
        return tuple(each.slot for each in self.valid_signatures)

    @property
    def waiting_slots(self) -> tuple[Slot, ...]:
        """The slots that still wait for one, in the round's order."""
        return tuple(slot for slot in self.slots if slot.name not in self.valid_slots)


def fill(
    signing: Signing, slot_name: str, signer: Actor, *, seen_hash: str, open_cases_confirmed: bool, today: date
) -> Signature:
    """Return the signature for this slot, or raise Refused with every reason."""
    refusals = fill_refusals(
        signing, slot_name, signer, seen_hash=seen_hash, open_cases_confirmed=open_cases_confirmed, today=today
    )
    if refusals:
        raise Refused(*refusals)
    slot = next(each for each in signing.slots if each.name == slot_name)
    capacity = _capacity(signing, slot, signer, today)
    if capacity is None:
        raise Refused(_office_not_held(slot, signer))
    return Signature(slot_name, signer.id, capacity, signing.manifest_hash)


def fill_refusals(
    signing: Signing, slot_name: str, signer: Actor, *, seen_hash: str, open_cases_confirmed: bool, today: date
) -> tuple[Refusal, ...]:
    """Return every reason why this person may not sign here now; `seen_hash` is the manifest that they were shown."""
    answers = (
        *person_refusals(signing, slot_name, signer, today=today),
        _shown_another_manifest(signing, seen_hash),
        _open_cases_unconfirmed(signing, confirmed=open_cases_confirmed),
    )
    return tuple(refusal for refusal in answers if refusal is not None)


def person_refusals(signing: Signing, slot_name: str, signer: Actor, *, today: date) -> tuple[Refusal, ...]:
    """Return why this person could not fill the slot whatever they confirm: for greyed-out buttons and empty slots."""
    slot = next((each for each in signing.slots if each.name == slot_name), None)
    if slot is None:
        return (Refusal("slot_unknown", N_("本轮没有“%(slot)s”这个签字位，请核对本轮设置。"), {"slot": slot_name}),)
    answers = (
        _not_frozen(signing),
        _already_signed(signing, slot),
        _office_not_held(slot, signer) if _capacity(signing, slot, signer, today) is None else None,
        _party_to_a_case(signing, signer),
        _second_signature(signing, slot, signer, today),
        _delegate_who_drafted(signing, slot, signer, today),
    )
    return tuple(refusal for refusal in answers if refusal is not None)


def lapsed(signing: Signing, signature: Signature) -> bool:
    """Say whether a signature counts no more: its manifest is not the report's, or the report is stale."""
    return signing.report_state in {"draft", "stale"} or signature.manifest_hash != signing.manifest_hash


def printed_name(name: str, capacity: Capacity) -> str:
    """Return the name as the report prints it: a delegate's with 代 before it."""
    return f"（代）{name}" if capacity is Capacity.DELEGATE else name


def _capacity(signing: Signing, slot: Slot, signer: Actor, on: date) -> Capacity | None:
    offices = ((each.role, each.organisation_id) for each in signer.appointments)
    if (slot.role, signing.organisation_id) in set(offices):
        return Capacity.OFFICE
    if any(mandate.covers(slot, signer, on) for mandate in signing.mandates):
        return Capacity.DELEGATE
    return None


def _not_frozen(signing: Signing) -> Refusal | None:
    if signing.report_state == "frozen":
        return None
    return Refusal("report_not_frozen", N_("报告当前不在待签字状态，不能签字；请先固定报告。"))


def _already_signed(signing: Signing, slot: Slot) -> Refusal | None:
    if slot.name not in signing.valid_slots:
        return None
    return Refusal("slot_already_signed", N_("“%(slot)s”已经签字，无需再签。"), {"slot": Words((slot.label,))})


def _office_not_held(slot: Slot, signer: Actor) -> Refusal:
    return Refusal(
        "office_not_held",
        N_("%(name)s 不是本单位的%(slot)s，也没有登记在案且在有效期内的授权，不能在此签字；请先登记授权文件。"),
        {"name": signer.name, "slot": Words((slot.label,))},
    )


def _party_to_a_case(signing: Signing, signer: Actor) -> Refusal | None:
    if signer.id in signing.owner_ids:
        return Refusal(
            "signer_owns_a_case",
            N_("%(name)s 是报告中案件的经办人，不能签字；请由有授权的其他负责同志代签。"),
            {"name": signer.name},
        )
    if signer.id in signing.subject_ids:
        return Refusal(
            "signer_is_a_subject",
            N_("报告中有案件涉及 %(name)s 本人，不能签字；请由有授权的其他负责同志代签。"),
            {"name": signer.name},
        )
    if signer.id in signing.ties:
        return Refusal(
            "signer_has_a_tie",
            N_("%(name)s 与报告中的案件有须回避的关系：%(ties)s，不能签字；请由有授权的其他负责同志代签。"),
            {"name": signer.name, "ties": signing.ties[signer.id]},
        )
    return None


def _second_signature(signing: Signing, slot: Slot, signer: Actor, today: date) -> Refusal | None:
    """Refuse a second slot to the same person, unless both offices are theirs and the appointment is on file."""
    earlier = _of_person(signing.valid_signatures, signer.id)
    if not earlier:
        return None
    capacities = {each.capacity for each in earlier} | {_capacity(signing, slot, signer, today)}
    if Capacity.DELEGATE in capacities:
        return Refusal(
            "delegate_in_both_slots",
            N_("%(name)s 已在本报告签过字；代签人不能同时签两个签字位，请由另一位负责同志签字。"),
            {"name": signer.name},
        )
    if signer.id not in signing.dual_office_documents:
        return Refusal(
            "dual_office_without_document",
            N_("%(name)s 已在本报告签过字；党政职务由一人担任（一肩挑）时，须先上传任职文件，才能以两种身份签字。"),
            {"name": signer.name},
        )
    return None


def _delegate_who_drafted(signing: Signing, slot: Slot, signer: Actor, today: date) -> Refusal | None:
    """Refuse the delegate who drafted what they would sign for somebody else: nobody else would have looked at it."""
    if signer.id != signing.drafted_by_id or _capacity(signing, slot, signer, today) is not Capacity.DELEGATE:
        return None
    return Refusal(
        "delegate_drafted_it",
        N_("%(name)s 起草了本报告，不能再代他人签字；请由另一位有授权的负责同志代签。"),
        {"name": signer.name},
    )


def _of_person(signatures: Iterable[Signature], person_id: int) -> tuple[Signature, ...]:
    return tuple(each for each in signatures if each.signer_id == person_id)


def _shown_another_manifest(signing: Signing, seen_hash: str) -> Refusal | None:
    if seen_hash and seen_hash == signing.manifest_hash:
        return None
    return Refusal("manifest_changed", N_("您看到的报告与现在固定的不是同一份，请重新打开报告，看过再签。"))


def _open_cases_unconfirmed(signing: Signing, *, confirmed: bool) -> Refusal | None:
    if confirmed or not signing.open_case_numbers:
        return None
    return Refusal(
        "open_cases_unconfirmed",
        N_("报告列有未办结案件：%(cases)s。签字前请确认这份清单。"),
        {"cases": Words(signing.open_case_numbers)},
    )
