"""A statement is ours and unchanged, or it is refused; it says nothing of what was reported."""

import base64
import json

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from casework.leads import statements

SECRET, CODE = b"k" * 32, "7KQ4-M2XD-9T3F-HW6B"
WORDS = {"title": "标题", "content": "辅导员要求签约", "files": ["a" * 64, "b" * 64]}


def made(**changes):
    given = {
        "receipt_hash": "ab" * 16,
        "received_at": "2024-08-05T10:00:00+00:00",
        "content": statements.commitment(CODE, **WORDS),
        "position": statements.Position("LC", "main", 7, "cd" * 32),
        "secret": SECRET,
    }
    return statements.state(**(given | changes))


def genuine(statement, secret=SECRET):
    return statements.is_genuine(statement, statements.signing_key(secret).public_key())


def test_a_statement_is_genuine_after_a_journey_through_a_file():
    assert genuine(json.loads(json.dumps(made(), indent=3)))
    assert made() == made()


CHANGES = {
    "the moment": {"received_at": "2024-08-04T10:00:00+00:00"},
    "the receipt": {"receipt": "ee" * 16},
    "the place": {"journal": made()["journal"] | {"seq": 8}},
    "one word more": {"more": "words"},
    "no signature": {"signature": ""},
    "no text as signature": {"signature": 7},
    "a number that no JSON has": {"received_at": 2**80},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_statement_that_was_changed_is_refused(change):
    assert not genuine(made() | change)


def test_a_statement_of_another_installation_or_kind_is_refused():
    assert not genuine(made(), b"o" * 32)
    assert not genuine({})


def test_the_published_key_is_all_that_is_needed_to_check_one():
    published, statement = statements.public_key(SECRET), made()
    said = rfc8785.dumps({name: value for name, value in statement.items() if name != "signature"})
    signature = base64.b64decode(statement["signature"])
    Ed25519PublicKey.from_public_bytes(base64.b64decode(published["public_key"])).verify(signature, said)
    load_pem_public_key(published["pem"].encode()).verify(signature, said)
    assert published["key_id"] == statement["key_id"]


def test_only_whoever_holds_the_code_can_show_what_was_reported():
    commitment = made()["content"]
    assert commitment == statements.commitment("7kq4m2xd 9t3fhw6b", **WORDS)
    assert commitment != statements.commitment("7KQ4-M2XD-9T3F-HW6C", **WORDS)
    assert commitment != statements.commitment(CODE, **(WORDS | {"content": "辅导员要求签约。"}))
    assert "辅导员" not in json.dumps(made(), ensure_ascii=False)
