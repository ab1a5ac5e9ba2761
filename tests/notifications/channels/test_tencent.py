"""Against a stand-in that checks the signature as the provider documents it and keeps a log of what it took."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.tencent import Settings, Tencent
from notifications.channels.tencent_call import Signer
from notifications.errors import ChannelMisconfigured, NotYetKnown
from tests.notifications.channels.providers import NUMBER, OTHER, addressed, number, said, says_nothing_personal, to
from tests.support.http_stand_in import Mood, running
from tests.support.tencent import APP, SECRET_ID, SECRET_KEY, SIGN, TencentStandIn

TEMPLATES = {"template_case_escalated": "1110:case,due", "template_test_message": "1111"}
LONG_AGO = datetime.now(UTC) - timedelta(hours=7)


@pytest.fixture
def carrier():
    with running(TencentStandIn()) as provider:
        yield provider


def channel_to(provider, *, asked=(), at=None, **changed):
    given = {"secret_id": SECRET_ID, "secret_key": SECRET_KEY, "app_id": APP, "sign_name": SIGN}
    settings = Settings.read(given | TEMPLATES | {"endpoint": provider.url, "timeout": "5"} | changed)
    return Tencent(settings, addressed=addressed(*asked, at=at))


def test_the_signature_is_that_of_the_published_example():
    signer = Signer("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "", "")
    authorization = signer.authorization(
        service="cvm",
        at=datetime.fromtimestamp(1551113065, UTC),
        headers={"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"},
        body=rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}',
    )
    assert authorization == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_those_who_hear_the_same_words_share_a_call(carrier):
    batch = [to("m-1"), to("m-2", OTHER), to("m-3", number(3), case="LC24-0002")]
    submission = channel_to(carrier).send(batch, reference="a1")
    assert set(said(submission).values()) == {("accepted", None)}
    assert [asked.json["PhoneNumberSet"] for asked in carrier.asked] == [
        [f"+86{NUMBER}", f"+86{OTHER}"],
        [f"+86{number(3)}"],
    ]
    assert carrier.asked[1].json["TemplateParamSet"] == ["LC24-0002", "2024年8月5日（周一）23:59（北京时间）"]
    assert [outcome.provider_id for outcome in submission.outcomes] == [row["serial"] for row in carrier.carrier]


@pytest.mark.parametrize("wrong", [{"secret_key": "another"}, {"secret_id": "AKIDother"}, {"app_id": "1"}])
def test_a_wrong_key_is_a_matter_of_the_account(carrier, wrong):
    assert said(channel_to(carrier, **wrong).send([to("m-1")], reference="a1")) == {"m-1": ("refused", "account")}
    assert carrier.carrier == []


def test_no_call_exceeds_what_the_provider_takes(carrier):
    batch = [to(f"m-{at}", number(at)) for at in range(450)]
    submission = channel_to(carrier).send(batch, reference="a1")
    assert Counter(said(submission).values()) == {("accepted", None): 450}
    assert [len(asked.json["PhoneNumberSet"]) for asked in carrier.asked] == [200, 200, 50]


CODES = [
    ("RequestLimitExceeded.UinLimitExceeded", "throttled"),
    ("LimitExceeded.PhoneNumberThirtySecondLimit", "throttled"),
    ("AuthFailure.SignatureExpire", "account"),
    ("FailedOperation.InsufficientBalanceInSmsPackage", "account"),
    ("FailedOperation.SignatureIncorrectOrUnapproved", "account"),
    ("FailedOperation.TemplateIncorrectOrUnapproved", "template"),
    ("InvalidParameterValue.IncorrectPhoneNumber", "recipient"),
    ("FailedOperation.PhoneNumberInBlacklist", "recipient"),
    ("MissingParameter", "bug"),
    ("FailedOperation.SomethingNew", "transient"),
    ("InternalError.Timeout", "in_doubt"),
]


@pytest.mark.parametrize(("code", "error_class"), CODES)
def test_a_refusal_has_the_class_that_says_what_to_do(carrier, code, error_class):
    carrier.errors = [(code, "words")]
    (outcome,) = channel_to(carrier).send([to("m-1")], reference="a1").outcomes
    assert outcome.error_class == error_class
    assert outcome.sentence.endswith("。")


@pytest.mark.parametrize(("code", "error_class"), CODES)
def test_of_a_call_that_is_taken_in_part_each_number_has_its_own_answer(carrier, code, error_class):
    carrier.of_number = {f"+86{OTHER}": code}
    submission = channel_to(carrier).send([to("m-1"), to("m-2", OTHER), to("m-3", number(3))], reference="a1")
    assert [each.error_class for each in submission.outcomes] == [None, error_class, None]
    assert len(carrier.carrier) == 2


def test_a_whole_call_refused_for_one_number_blames_nobody(carrier):
    carrier.errors = [("InvalidParameterValue.IncorrectPhoneNumber", "words")]
    submission = channel_to(carrier).send([to("m-1"), to("m-2", OTHER)], reference="a1")
    assert set(said(submission).values()) == {("refused", "transient")}


def test_a_kind_without_a_template_is_refused_and_never_sent_as_text(carrier):
    assert said(channel_to(carrier).send([to("m-1", kind="digest")], reference="a1")) == {
        "m-1": ("refused", "template")
    }
    assert carrier.asked == []


@pytest.mark.parametrize(
    ("mood", "taken"),
    [(Mood.RESETS_BEFORE, 0), (Mood.TAKES_THEN_RESETS, 1), (Mood.TAKES_LATE, 1), (Mood.DRIPS, 1), (Mood.BROKEN, 1)],
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


def test_a_phone_that_is_switched_off_is_not_taken_for_a_call_that_was_lost(carrier):
    message = to("m-1")
    carrier.moods.append(Mood.TAKES_THEN_RESETS)
    carrier.reported = False
    young = channel_to(carrier, asked=[message], at=datetime.now(UTC) - timedelta(hours=5))
    young.send([message], reference="a1")
    with pytest.raises(NotYetKnown):
        young.ask("a1")
    carrier.reported = True
    assert [each.ref for each in young.ask("a1").outcomes] == ["m-1"]


def test_a_provider_that_may_not_be_asked_settles_nothing(carrier):
    message = to("m-1")
    with pytest.raises(NotYetKnown):
        channel_to(carrier, asked=[message], at=LONG_AGO, secret_key="another").ask("a1")


def test_two_messages_to_one_number_are_told_apart(carrier):
    batch = [to("m-1"), to("m-2"), to("m-3", OTHER)]
    carrier.moods.extend([Mood.RESETS_BEFORE])
    way = channel_to(carrier, asked=batch, at=LONG_AGO)
    assert said(way.send(batch, reference="a1")) == {
        "m-1": ("in_doubt", "in_doubt"),
        "m-2": ("refused", "transient"),
        "m-3": ("refused", "transient"),
    }
    way.send([to("m-2")], reference="a1")
    assert way.ask("a1").outcomes[0].provider_id == carrier.carrier[0]["serial"]


def test_fetched_receipts_find_their_messages_and_come_once(carrier):
    messages = [to("m-1"), to("m-2", OTHER)]
    way = channel_to(carrier, asked=messages)
    sent = way.send(messages, reference="a1").outcomes
    found = way.receipts()
    assert [(each.ref, each.provider_id, each.status) for each in found] == [
        (each.ref, each.provider_id, "delivered") for each in sent
    ]
    assert way.receipts() == ()


def test_nothing_personal_is_written_down(carrier, caplog):
    caplog.set_level("DEBUG")
    carrier.of_number = {f"+86{NUMBER}": "FailedOperation.PhoneNumberInBlacklist"}
    way = channel_to(carrier)
    submissions = [way.send([to("m-1")], reference="a1")]
    carrier.moods.append(Mood.TAKES_THEN_RESETS)
    submissions.append(way.send([to("m-3")], reference="a3"))
    assert says_nothing_personal(caplog.records, submissions, NUMBER, SECRET_KEY)
    assert SECRET_KEY not in repr(way._settings)


@pytest.mark.parametrize("wrong", [{"app_id": ""}, {"color": "red"}, {"endpoint": "http://sms.tencentcloudapi.com"}])
def test_settings_that_cannot_work_are_refused(carrier, wrong):
    with pytest.raises(ChannelMisconfigured):
        channel_to(carrier, **wrong)
