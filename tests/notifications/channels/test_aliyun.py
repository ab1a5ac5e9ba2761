"""Against a stand-in that checks the signature as the provider documents it and keeps a log of what it took."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.aliyun import Aliyun, Settings
from notifications.channels.aliyun_call import Signer
from notifications.errors import ChannelMisconfigured, NotYetKnown
from tests.notifications.channels.providers import (
    NUMBER,
    OTHER,
    addressed,
    number,
    said,
    says_nothing_personal,
    to,
)
from tests.support.aliyun import KEY_ID, KEY_SECRET, SIGN, AliyunStandIn
from tests.support.http_stand_in import Mood, running

TEMPLATES = {"template_case_escalated": "SMS_1:case,due", "template_test_message": "SMS_2"}
LONG_AGO = datetime.now(UTC) - timedelta(minutes=6)


@pytest.fixture
def carrier():
    with running(AliyunStandIn()) as provider:
        yield provider


def channel_to(provider, *, asked=(), at=None, **changed):
    given = {"key_id": KEY_ID, "key_secret": KEY_SECRET, "sign_name": SIGN, "endpoint": provider.url}
    settings = Settings.read(given | TEMPLATES | {"timeout": "5"} | changed)
    return Aliyun(settings, addressed=addressed(*asked, at=at))


def test_the_signature_is_that_of_the_published_example():
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    signer = Signer("YourAccessKeyId", "YourAccessKeySecret", "https://ecs.cn-shanghai.aliyuncs.com")
    assert signer.authorization(query=query, headers=headers).endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_one_call_carries_the_batch_with_the_words_of_each(carrier):
    batch = [to("m-1"), to("m-2", OTHER, case="LC24-0002")]
    submission = channel_to(carrier).send(batch, reference="a1")
    assert said(submission) == {"m-1": ("accepted", None), "m-2": ("accepted", None)}
    assert len(carrier.asked) == 1
    assert [row["params"] for row in carrier.carrier] == [
        {"case": "LC24-0417", "due": "2024年8月5日（周一）23:59（北京时间）"},
        {"case": "LC24-0002", "due": "2024年8月5日（周一）23:59（北京时间）"},
    ]
    assert {(row["OutId"], row["sign"], row["TemplateCode"]) for row in carrier.carrier} == {("a1", SIGN, "SMS_1")}
    assert len({outcome.provider_id for outcome in submission.outcomes}) == 2


@pytest.mark.parametrize("wrong", [{"key_secret": "another"}, {"key_id": "LTAIother"}])
def test_a_wrong_key_is_a_matter_of_the_account(carrier, wrong):
    assert said(channel_to(carrier, **wrong).send([to("m-1")], reference="a1")) == {"m-1": ("refused", "account")}
    assert carrier.carrier == []


def test_no_call_exceeds_what_the_provider_takes(carrier):
    batch = [to(f"m-{at}", number(at)) for at in range(250)]
    submission = channel_to(carrier).send(batch, reference="a1")
    assert Counter(said(submission).values()) == {("accepted", None): 250}
    assert [len(asked.form["PhoneNumberJson"].split(",")) for asked in carrier.asked] == [100, 100, 50]


@pytest.mark.parametrize(
    ("status", "code", "error_class", "of_two"),
    [
        (200, "isv.BUSINESS_LIMIT_CONTROL", "throttled", "transient"),
        (400, "Throttling.User", "throttled", "throttled"),
        (200, "isv.OUT_OF_SERVICE", "account", "account"),
        (200, "isv.DAY_LIMIT_CONTROL", "account", "account"),
        (404, "InvalidAccessKeyId.NotFound", "account", "account"),
        (200, "isv.SMS_SIGNATURE_ILLEGAL", "account", "account"),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", "template", "template"),
        (200, "isv.SMS_CONTENT_ILLEGAL", "template", "transient"),
        (200, "isv.MOBILE_NUMBER_ILLEGAL", "recipient", "transient"),
        (200, "isv.INVALID_JSON_PARAM", "bug", "bug"),
        (200, "isv.SOMETHING_NEW", "transient", "transient"),
        (200, "isp.SYSTEM_ERROR", "in_doubt", "in_doubt"),
        (503, "ServiceUnavailable", "in_doubt", "in_doubt"),
    ],
)
def test_a_refusal_has_the_class_that_says_what_to_do(carrier, status, code, error_class, of_two):
    """Of a batch nobody is blamed for what one row may have done."""
    carrier.refusals = [(status, code, "words")] * 2
    way = channel_to(carrier)
    (one,) = way.send([to("m-1")], reference="a1").outcomes
    two = way.send([to("m-1"), to("m-2", OTHER)], reference="a2").outcomes
    assert (one.error_class, {each.error_class for each in two}) == (error_class, {of_two})
    assert one.sentence.endswith("。")
    assert carrier.carrier == []


def test_the_bad_number_of_a_batch_is_found_by_halving(carrier):
    carrier.bad_numbers = {OTHER}
    way = channel_to(carrier)
    assert said(way.send([to("m-1"), to("m-2", OTHER)], reference="a1")) == {
        "m-1": ("refused", "transient"),
        "m-2": ("refused", "transient"),
    }
    assert said(way.send([to("m-1")], reference="a2")) == {"m-1": ("accepted", None)}
    assert said(way.send([to("m-2", OTHER)], reference="a3")) == {"m-2": ("refused", "recipient")}


def test_a_kind_without_a_template_is_refused_and_never_sent_as_text(carrier):
    submission = channel_to(carrier).send([to("m-1", kind="digest")], reference="a1")
    assert said(submission) == {"m-1": ("refused", "template")}
    assert "模板" in submission.outcomes[0].sentence
    assert carrier.asked == []


@pytest.mark.parametrize("address", ["", "010-12345678", "12345678901", "li@example.edu.cn", "+852 91234567"])
def test_what_is_no_mobile_number_is_refused_before_anything_is_said(carrier, address):
    assert said(channel_to(carrier).send([to("m-1", address)], reference="a1")) == {"m-1": ("refused", "recipient")}
    assert carrier.asked == []


@pytest.mark.parametrize("address", ["+8613900001111", "86 139 0000 1111", "0086-13900001111"])
def test_a_number_is_understood_as_people_write_it(carrier, address):
    channel_to(carrier).send([to("m-1", address)], reference="a1")
    assert carrier.carrier[0]["number"] == NUMBER


@pytest.mark.parametrize(
    ("mood", "taken"),
    [
        (Mood.RESETS_BEFORE, 0),
        (Mood.TAKES_THEN_RESETS, 1),
        (Mood.TAKES_LATE, 1),
        (Mood.DRIPS, 1),
        (Mood.BROKEN, 1),
    ],
)
def test_a_lost_answer_is_in_doubt_and_settled_by_asking(carrier, mood, taken):
    """The naive variant, which sends again, is counted twice by the carrier."""
    message = to("m-1")
    carrier.moods.append(mood)
    way = channel_to(carrier, asked=[message], at=LONG_AGO, timeout="0.6")
    assert said(way.send([message], reference="a1")) == {"m-1": ("in_doubt", "in_doubt")}
    assert [each.ref for each in way.ask("a1").outcomes] == ["m-1"][:taken]
    assert len(carrier.carrier) == taken
    way.send([message], reference="a2")
    assert len(carrier.carrier) == taken + 1


def test_absence_is_no_answer_until_the_records_are_written(carrier):
    message = to("m-1")
    carrier.moods.append(Mood.TAKES_THEN_RESETS)
    carrier.show_records = False
    young, old = (channel_to(carrier, asked=[message], at=at) for at in (datetime.now(UTC), LONG_AGO))
    young.send([message], reference="a1")
    with pytest.raises(NotYetKnown):
        young.ask("a1")
    assert old.ask("a1").outcomes == ()


def test_what_others_were_sent_on_that_day_is_not_taken_for_ours(carrier):
    message = to("m-1")
    way = channel_to(carrier, asked=[message], at=LONG_AGO)
    for at in range(60):
        way.send([to(f"x-{at}")], reference=f"b{at}")
    assert way.ask("a1").outcomes == ()
    way.send([message], reference="a1")
    assert [each.ref for each in way.ask("a1").outcomes] == ["m-1"]


def test_two_messages_to_one_number_are_told_apart(carrier):
    batch = [to("m-1"), to("m-2", case="LC24-0002"), to("m-3", OTHER)]
    carrier.moods.extend([Mood.TAKES, Mood.TAKES_THEN_RESETS])
    way = channel_to(carrier, asked=batch, at=LONG_AGO)
    assert said(way.send(batch, reference="a1")) == {
        "m-1": ("accepted", None),
        "m-2": ("in_doubt", "in_doubt"),
        "m-3": ("refused", "transient"),
    }
    assert {each.ref for each in way.ask("a1").outcomes} == {"m-1", "m-2"}


def test_after_a_provider_is_gone_no_further_call_is_made():
    with running(AliyunStandIn()) as provider:
        pass
    batch = [to("m-1"), to("m-2", kind="test_message")]
    assert set(said(channel_to(provider).send(batch, reference="a1")).values()) == {("refused", "transient")}


def test_pushed_receipts_find_their_messages(carrier):
    messages = [to("m-1"), to("m-2", OTHER)]
    way = channel_to(carrier, asked=messages)
    pushed = (
        '[{"phone_number":"13900001111","success":true,"err_code":"DELIVERED","biz_id":"9006^0","out_id":"a1"},'
        '{"phone_number":"13900002222","success":false,"err_code":"UNDELIVERED","biz_id":"9006^0","out_id":"a1"},'
        '{"phone_number":"13900003333","success":true,"err_code":"DELIVERED","biz_id":"9007^0","out_id":""}]'
    )
    found = way.read_receipts(pushed.encode())
    assert [(each.ref, each.status) for each in found] == [("m-1", "delivered"), ("m-2", "undelivered_temporary")]
    assert len({each.provider_id for each in found}) == 2
    with pytest.raises(ValueError, match="Expecting"):
        way.read_receipts(b"<html>")


def test_nothing_personal_is_written_down(carrier, caplog):
    caplog.set_level("DEBUG")
    way = channel_to(carrier)
    carrier.refusals = [(200, "isv.MOBILE_NUMBER_ILLEGAL", f"{NUMBER} is invalid")]
    submissions = [way.send([to("m-1")], reference="a1"), way.send([to("m-2")], reference="a2")]
    carrier.moods.append(Mood.TAKES_THEN_RESETS)
    submissions.append(way.send([to("m-3")], reference="a3"))
    assert says_nothing_personal(caplog.records, submissions, NUMBER, KEY_SECRET)
    assert KEY_SECRET not in repr(way._settings)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key_secret": ""},
        {"color": "red"},
        {"endpoint": "http://dysmsapi.aliyuncs.com"},
        {"timeout": "soon"},
        {"timeout": "120"},
        {"template_case_escalated": "SMS_1:name"},
        {"template_case_escalated": "SMS 1;"},
        {"template_nothing": "SMS_1"},
    ],
)
def test_settings_that_cannot_work_are_refused(carrier, wrong):
    with pytest.raises(ChannelMisconfigured):
        channel_to(carrier, **wrong)
