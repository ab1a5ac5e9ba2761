"""A signed PDF stands, or the first thing that is wrong with it has a sentence of its own."""

import io
import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from casework.reports.signing.apart import apart
from casework.reports.signing.authority import Authority
from casework.reports.signing.certificates import SUBJECT, Trust, names_person, same_key
from casework.reports.signing.pdf_signatures import SignatureRefused, verify_signed
from tests.casework.reports.signing.papers import (
    ADMIN,
    DAY,
    NOW,
    PARTY,
    certificate,
    certificate_of,
    desk,
    issuing,
    page,
)


def verify(content, *, trust=None, at=NOW, base=None):
    made = desk()
    return verify_signed(
        content, base=base or made.base, trust=trust or made.trust(), at=at, frozen_at=NOW - DAY, name="报告.pdf"
    )


def painted(pdf):
    """Cover a corner of the first page, as an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=b"0 0 200 200 re f")))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_one_signature_stands_with_its_certificate_time_and_level():
    (found,) = verify(desk().signed())
    assert (found.facts()["subject"], found.signed_at, found.level) == ("何诚航", NOW, "B-B")
    assert found.facts()["issuer"] == "湖北数字证书测试机构"
    assert int(found.facts()["serial"], 16) == desk().party.certificate.serial_number
    assert found.field == PARTY


CN = "COMMON_NAME"
NAMES = (
    ("李明", [(CN, "李明")], True, True),
    ("李明", [(CN, "李明华")], False, False),
    ("明华", [(CN, "李明华")], False, False),
    ("李明", [(CN, "051@4201@李明@01")], True, True),
    ("李明", [(CN, "李明420101199001011234")], True, True),
    ("买买提", [(CN, "阿依古丽·买买提")], False, False),
    ("阿依古丽·买买提", [(CN, "阿依古丽•买买提")], True, True),
    ("李明", [(CN, "签名证书01"), ("SURNAME", "李"), ("GIVEN_NAME", "明")], False, True),
    ("李明", [(CN, "签名证书01"), ("ORGANIZATION_NAME", "李明科技有限公司")], False, False),
    ("李明", [(CN, "签名证书01"), ("ORGANIZATIONAL_UNIT_NAME", "李明")], False, False),
    ("康莹蕾", [(CN, "何诚航")], False, False),
    (" ", [(CN, "何诚航")], False, False),
)


@pytest.mark.parametrize(("name", "subject", "in_common_name", "in_subject"), NAMES)
def test_a_certificate_names_a_person_by_the_whole_name_alone(name, subject, in_common_name, in_subject):
    held = certificate_of(subject)
    asked = (names_person(held, name), names_person(held, name, where=SUBJECT))
    assert asked == (in_common_name, in_subject)


def test_a_key_is_known_again_under_a_new_certificate():
    key, holder = desk().party.key, [(CN, "何诚航")]
    one, renewed, other = (certificate_of(holder, key=each) for each in (key, key, desk().admin.key))
    assert [same_key(one, each) for each in (one, renewed, other)] == [True, True, False]


def test_two_persons_sign_the_same_pdf_one_after_the_other():
    both = desk().signed(desk().signed(), field=ADMIN, holder=desk().admin, at=NOW + timedelta(minutes=3))
    assert [each.facts()["subject"] for each in verify(both)] == ["何诚航", "康莹蕾"]


def test_where_revocation_data_is_at_hand_the_signature_carries_it():
    made = desk()
    stamps = made.authority.certify("时间戳", since=NOW - DAY, time_stamps=True)
    lasting = made.signed(time_stamps=stamps, lists=(made.list_of(),))
    assert [each.level for each in verify(lasting, trust=made.trust(made.list_of()))] == ["B-LT"]
    assert [each.level for each in verify(made.signed(time_stamps=stamps))] == ["B-T"]


def test_a_stamp_of_nobody_known_or_the_list_of_another_authority_lifts_no_level():
    made, other = desk(), Authority.begin(at=NOW, name="别家机构")
    stamps, strange = (each.certify("时间戳", since=NOW - DAY, time_stamps=True) for each in (made.authority, other))
    foreign = made.list_of(authority=other)
    assert [each.level for each in verify(made.signed(time_stamps=strange))] == ["B-B"]
    assert [each.level for each in verify(made.signed(time_stamps=stamps, lists=(foreign,)))] == ["B-T"]


def test_each_authority_of_a_chain_is_asked_by_the_list_at_hand_and_by_no_other():
    made = desk()
    below = issuing(made.authority)
    above = certificate(below.root)
    signed = made.signed(holder=below.certify("何诚航", since=NOW - DAY), chain=(above,))
    signers = made.list_of(authority=below)
    good = ((), (signers,), (signers, made.list_of()))
    assert [len(verify(signed, trust=made.trust(*lists))) for lists in good] == [1, 1, 1]
    rows = (
        (made.list_of([(above.serial_number, NOW - DAY)]), "“湖北数字证书签发机构”的证书已于 2024-07-31 吊销"),
        (made.list_of(until=NOW - timedelta(hours=1)), "“湖北数字证书测试机构”的吊销名单已于 2024-08-01 过期"),
    )
    for roots, sentence in rows:
        with pytest.raises(SignatureRefused, match=sentence):
            verify(signed, trust=made.trust(signers, roots))


def test_a_field_that_the_signing_software_makes_for_itself_is_as_good_as_ours():
    assert len(verify(desk().signed(field="Signature1"))) == 1


def other_holder(**validity):
    return desk().authority.certify("何诚航", **validity)


def stranger():
    authority = Authority.begin(at=NOW, name="无名机构")
    return authority.certify("何诚航", since=NOW - DAY)


def demonstration():
    return Authority.begin(at=NOW).certify("何诚航", since=NOW - DAY)


def without_zone():
    """The signer's time as a signing software writes it that forgets where it stands."""
    return re.sub(rb"(/M \(D\\072\d{14})Z\)", rb"\1 )", desk().signed_once)


def with_form(form):
    """A stranger's update that puts something else in the place of the form."""
    writer = IncrementalPdfFileWriter(io.BytesIO(desk().base))
    writer.root["/AcroForm"] = form(writer) if callable(form) else form
    writer.update_root()
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def field_that_holds(value):
    names = {"/T": TextStringObject("x"), "/FT": NameObject("/Sig"), "/V": value}
    field = DictionaryObject({NameObject(name): each for name, each in names.items()})
    return lambda writer: DictionaryObject({NameObject("/Fields"): ArrayObject([writer.add_object(field)])})


def nested():
    words = "N" * (2 * DEEP - 2)
    return with_form(TextStringObject(words)).replace(f"({words})".encode(), b"[" * DEEP + b"]" * DEEP)


DEEP = 20_000
SERIAL = lambda: desk().party.certificate.serial_number  # noqa: E731
FAULTS = {
    "no PDF": (lambda: b"PK\x03\x04 nothing", {}, "another_document", "不是本报告的 PDF"),
    "not signed": (lambda: desk().base, {}, "not_signed", "没有数字签名"),
    "cut off": (lambda: desk().signed()[:-900], {}, "pdf_broken", "不是完整的 PDF"),
    "another report": (lambda: desk().signed(page("另一份报告")), {}, "another_document", "不是本报告的 PDF"),
    "a form that is a number": (lambda: with_form(NumberObject(5)), {}, "pdf_broken", "不是完整的 PDF"),
    "a signature that is a number": (
        lambda: with_form(field_that_holds(NumberObject(5))),
        {},
        "pdf_broken",
        "不是完整",
    ),
    "a form without a bottom": (nested, {}, "pdf_broken", "不是完整的 PDF"),
    "a time without its zone": (without_zone, {}, "no_time", "没有注明时间"),
    "expired": (
        lambda: desk().signed(holder=other_holder(since=NOW - 400 * DAY, until=NOW - 200 * DAY)),
        {},
        "certificate_expired",
        "已于 2024-01-14 到期",
    ),
    "not yet valid": (
        lambda: desk().signed(holder=other_holder(since=NOW + 9 * DAY)),
        {},
        "certificate_not_yet_valid",
        "自 2024-08-10 起才有效",
    ),
    "revoked": (
        lambda: desk().signed(),
        {"trust": lambda: desk().trust(desk().list_of([(SERIAL(), NOW - DAY)]))},
        "certificate_revoked",
        "已于 2024-07-31 吊销",
    ),
    "list out of date": (
        lambda: desk().signed(),
        {"trust": lambda: desk().trust(desk().list_of(until=NOW - timedelta(hours=1)))},
        "revocation_list_outdated",
        "吊销名单已于 2024-08-01 过期",
    ),
    "issuer unknown": (lambda: desk().signed(holder=stranger()), {}, "issuer_unknown", "由“无名机构”签发"),
    "no root is believed": (lambda: desk().signed(), {"trust": Trust}, "issuer_unknown", "不在受信任"),
    "demonstration": (
        lambda: desk().signed(holder=demonstration()),
        {},
        "demonstration_certificate",
        "演示用的证书机构",
    ),
    "an authority that took the name": (
        lambda: desk().signed(
            holder=Authority.begin(at=NOW, name="湖北数字证书测试机构").certify("何诚航", since=NOW - DAY)
        ),
        {},
        "certificate_not_trusted",
        "无法核验到受信任的证书机构",
    ),
    "weak digest": (lambda: desk().signed(digest="sha1"), {}, "weak_digest", "SHA1 摘要算法"),
    "clock ahead": (lambda: desk().signed(at=NOW + timedelta(minutes=6)), {}, "signed_in_future", "晚 5 分钟以上"),
    "clock behind": (lambda: desk().signed(at=NOW - 2 * DAY), {}, "signed_before_freeze", "早于报告定稿"),
    "changed before signing": (lambda: desk().signed(painted(desk().base)), {}, "altered", "还有改动"),
    "changed after signing": (lambda: painted(desk().signed()), {}, "altered", "还有改动"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_named_and_nothing_stands(fault):
    make, changes, code, sentence = FAULTS[fault]
    with pytest.raises(SignatureRefused, match=sentence) as refused:
        verify(make(), **{name: value() for name, value in changes.items()})
    assert refused.value.code == code


def test_the_signature_alone_does_not_see_that_the_page_was_changed_before():
    """What a naive check asks is true of the very file that is refused above."""
    forged = desk().signed(painted(desk().base))
    context = ValidationContext(trust_roots=[desk().root], allow_fetching=False, moment=NOW)
    (signature,) = PdfFileReader(io.BytesIO(forged)).embedded_signatures
    assert apart(validate_pdf_signature, signature, context).bottom_line


def attested(pdf):
    """Return what a signature proves: the bytes that it covers, what the signer said about them, and its value."""
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    begin, length, then, rest = signature.byte_range
    said = signature.signer_info
    return pdf[begin:length] + pdf[then : then + rest], said["signed_attrs"].dump(), said["signature"].native


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_signed_pdf_with_one_bit_changed_never_stands(data):
    signed = bytearray(desk().signed_once)
    place = data.draw(st.integers(0, len(signed) - 1))
    signed[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = verify(bytes(signed))
    except SignatureRefused:
        return
    # an envelope can be written in more than one way (letters of either case, its version); what it proves cannot
    assert [certificate(desk().party).dump()] == [each.certificate.dump() for each in found]
    assert attested(bytes(signed)) == attested(desk().signed_once)
