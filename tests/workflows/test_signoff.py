from dataclasses import replace
from datetime import date

import pytest

from tests.workflows.makers import (
    ADMIN_LEADER,
    COLLEAGUE,
    LEADER,
    OTHER_UNIVERSITY,
    PROVINCE,
    TODAY,
    UNIVERSITY,
    make_actor,
)
from workflows.access import Role
from workflows.errors import Refused
from workflows.signoff import (
    Capacity,
    Mandate,
    Signature,
    Signing,
    Slot,
    fill,
    fill_refusals,
    lapsed,
    person_refusals,
    printed_name,
)

PARTY, ADMIN = Slot("party", Role.PARTY_LEADER), Slot("admin", Role.ADMIN_LEADER)
VICE = make_actor(28, (Role.VICE_LEADER, UNIVERSITY))
BOTH_OFFICES = make_actor(30, (Role.PARTY_LEADER, UNIVERSITY), (Role.ADMIN_LEADER, UNIVERSITY))
SIGNING = Signing(UNIVERSITY, "frozen", "m1", (PARTY, ADMIN), open_case_numbers=("LC24-0002",))
FOR_ADMIN = Mandate("admin", VICE.id, ADMIN_LEADER.id, TODAY, TODAY, "授权书第3号")
FOR_PARTY = replace(FOR_ADMIN, slot="party", principal_id=LEADER.id)
FOR_ADMIN_BY_PARTY = replace(FOR_ADMIN, delegate_id=LEADER.id)


def signed(slot, person, capacity=Capacity.OFFICE, manifest="m1"):
    return Signature(slot, person.id, capacity, manifest)


def with_facts(**facts):
    return replace(SIGNING, **facts)


ALLOWED = [
    (SIGNING, "party", LEADER, Capacity.OFFICE),
    (SIGNING, "admin", ADMIN_LEADER, Capacity.OFFICE),
    (with_facts(signatures=(signed("party", LEADER),)), "admin", ADMIN_LEADER, Capacity.OFFICE),
    (with_facts(mandates=(FOR_ADMIN,)), "admin", VICE, Capacity.DELEGATE),
    (SIGNING, "party", BOTH_OFFICES, Capacity.OFFICE),
    (
        with_facts(signatures=(signed("party", BOTH_OFFICES),), dual_office_documents=frozenset({30})),
        "admin",
        BOTH_OFFICES,
        Capacity.OFFICE,
    ),
    (with_facts(signatures=(signed("party", LEADER, manifest="m0"),)), "party", LEADER, Capacity.OFFICE),
]

REFUSED = [
    ("slot_unknown", SIGNING, "vice", LEADER),
    ("report_not_frozen", with_facts(report_state="draft"), "party", LEADER),
    ("report_not_frozen", with_facts(report_state="filed"), "party", LEADER),
    ("slot_already_signed", with_facts(signatures=(signed("admin", ADMIN_LEADER),)), "admin", VICE),
    ("office_not_held", SIGNING, "party", ADMIN_LEADER),
    ("office_not_held", SIGNING, "party", make_actor(5, (Role.PARTY_LEADER, OTHER_UNIVERSITY))),
    ("office_not_held", SIGNING, "party", make_actor(5, (Role.PARTY_LEADER, PROVINCE))),
    ("office_not_held", SIGNING, "admin", VICE),
    ("office_not_held", with_facts(mandates=(FOR_ADMIN,)), "party", VICE),
    ("office_not_held", with_facts(mandates=(FOR_ADMIN,)), "admin", COLLEAGUE),
    ("office_not_held", with_facts(mandates=(replace(FOR_ADMIN, document=" "),)), "admin", VICE),
    ("office_not_held", with_facts(mandates=(replace(FOR_ADMIN, valid_to=date(2024, 8, 1)),)), "admin", VICE),
    ("office_not_held", with_facts(mandates=(replace(FOR_ADMIN, principal_id=VICE.id),)), "admin", VICE),
    ("signer_owns_a_case", with_facts(owner_ids=frozenset({LEADER.id})), "party", LEADER),
    ("signer_is_a_subject", with_facts(subject_ids=frozenset({LEADER.id})), "party", LEADER),
    ("signer_has_a_tie", with_facts(ties={LEADER.id: ("近亲属",)}), "party", LEADER),
    ("delegate_drafted_it", with_facts(mandates=(FOR_ADMIN,), drafted_by_id=VICE.id), "admin", VICE),
    (
        "delegate_in_both_slots",
        with_facts(mandates=(FOR_ADMIN, FOR_PARTY), signatures=(signed("party", VICE, Capacity.DELEGATE),)),
        "admin",
        VICE,
    ),
    (
        "delegate_in_both_slots",
        with_facts(mandates=(FOR_ADMIN_BY_PARTY,), signatures=(signed("party", LEADER),)),
        "admin",
        LEADER,
    ),
    (
        "dual_office_without_document",
        with_facts(signatures=(signed("party", BOTH_OFFICES),)),
        "admin",
        BOTH_OFFICES,
    ),
]


@pytest.mark.parametrize(("signing", "slot", "signer", "capacity"), ALLOWED)
def test_a_slot_is_filled_in_the_right_capacity(signing, slot, signer, capacity):
    signature = fill(signing, slot, signer, seen_hash="m1", open_cases_confirmed=True, today=TODAY)
    assert signature == Signature(slot, signer.id, capacity, "m1")


@pytest.mark.parametrize(("code", "signing", "slot", "signer"), REFUSED)
def test_whoever_may_not_sign_is_told_why(code, signing, slot, signer):
    refusals = person_refusals(signing, slot, signer, today=TODAY)
    assert code in [refusal.code for refusal in refusals]
    assert all(str(refusal).endswith("。") and "%(" not in str(refusal) for refusal in refusals)
    with pytest.raises(Refused):
        fill(signing, slot, signer, seen_hash="m1", open_cases_confirmed=True, today=TODAY)


@pytest.mark.parametrize(
    ("seen", "confirmed", "expected"),
    [
        ("m1", True, []),
        ("m0", True, ["manifest_changed"]),
        ("", True, ["manifest_changed"]),
        ("m1", False, ["open_cases_unconfirmed"]),
    ],
)
def test_one_signs_what_one_was_shown_and_confirms_the_open_cases(seen, confirmed, expected):
    found = fill_refusals(SIGNING, "party", LEADER, seen_hash=seen, open_cases_confirmed=confirmed, today=TODAY)
    assert [refusal.code for refusal in found] == expected


@pytest.mark.parametrize(
    ("state", "manifest", "expected"),
    [
        ("frozen", "m1", False),
        ("signed", "m1", False),
        ("filed", "m1", False),
        ("frozen", "m0", True),
        ("stale", "m1", True),
        ("draft", "m1", True),
    ],
)
def test_a_signature_lapses_with_its_manifest(state, manifest, expected):
    signature = signed("party", LEADER, manifest=manifest)
    signing = with_facts(report_state=state, signatures=(signature,))
    assert lapsed(signing, signature) is expected
    assert signing.valid_slots == (() if expected else ("party",))
    assert signing.waiting_slots == ((PARTY, ADMIN) if expected else (ADMIN,))


def test_a_delegate_is_printed_as_one():
    assert printed_name("王贞", Capacity.DELEGATE) == "（代）王贞"
    assert printed_name("何诚航", Capacity.OFFICE) == "何诚航"
