import json

import pytest

from notifications.channels.wecom import Settings, Wecom
from notifications.channels.wecom_token import Token
from notifications.errors import CannotBeAsked, ChannelMisconfigured
from tests.notifications.channels.providers import longer, said, says_nothing_personal, to
from tests.support.http_stand_in import Mood, running
from tests.support.wecom import AGENT, CORP, SECRET, WecomStandIn


@pytest.fixture
def corporation():
    with running(WecomStandIn()) as provider:
        yield provider


@pytest.fixture
def file(tmp_path):
    return tmp_path / "wecom-token.json"


def channel_to(provider, file, **changed):
    given = {"corp_id": CORP, "secret": SECRET, "agent_id": str(AGENT), "endpoint": provider.url, "timeout": "5"}
    return Wecom(Settings.read(given | changed), token_file=file)


def test_those_who_hear_the_same_words_share_a_call(corporation, file):
    batch = [to("m-1", "lisi"), to("m-2", "ZhangSan"), to("m-3", "lisi", case="LC24-0002")]
    submission = channel_to(corporation, file).send(batch, reference="a1")
    assert set(said(submission).values()) == {("accepted", None)}
    assert [(row["member"], "LC24-0002" in row["text"]) for row in corporation.carrier] == [
        ("ZhangSan", False),
        ("lisi", False),
        ("lisi", True),
    ]
    assert batch[0].links[0] in corporation.carrier[0]["text"]


def test_a_token_is_fetched_once_and_shared_by_all_processes_of_the_host(corporation, file):
    for at in range(3):
        channel_to(corporation, file).send([to(f"m-{at}", "lisi", case=f"LC24-000{at}")], reference=f"a{at}")
    assert corporation.tokens == 1
    assert len(corporation.carrier) == 3
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("spoilt", [None, "", "{", '{"token": "x"}', "[]"])
def test_a_token_that_was_revoked_or_spoilt_is_fetched_anew(corporation, file, spoilt):
    way = channel_to(corporation, file)
    way.send([to("m-1", "lisi")], reference="a1")
    corporation.token = "another"
    if spoilt is not None:
        file.write_text(spoilt)
    assert said(way.send([to("m-2", "lisi", case="LC24-0002")], reference="a2")) == {"m-2": ("accepted", None)}
    assert corporation.tokens == 2


def test_a_token_is_not_used_in_its_last_moments(file):
    given, moment = iter(["t1", "t2"]), [0.0]
    token = Token(file, fetch=lambda: (next(given), 7200.0), now=lambda: moment[0])
    assert [token.current(), token.current()] == ["t1", "t1"]
    moment[0] = 7200 - 119
    assert token.current() == "t2"
    token.forget("t1")
    assert json.loads(file.read_text())["token"] == "t2"


@pytest.mark.parametrize("wrong", [{"secret": "another"}, {"corp_id": "ww0"}, {"agent_id": "7"}])
def test_a_wrong_secret_is_a_matter_of_the_account(corporation, file, wrong):
    outcomes = channel_to(corporation, file, **wrong).send([to("m-1", "lisi")], reference="a1")
    assert said(outcomes) == {"m-1": ("refused", "account")}
    assert corporation.carrier == []


def test_no_call_exceeds_what_the_provider_takes(corporation, file):
    corporation.members = {f"u{at}" for at in range(1000)}
    batch = [to(f"m-{at}", f"u{at}") for at in range(Wecom.batch_size)]
    assert set(said(channel_to(corporation, file).send(batch, reference="a1")).values()) == {("accepted", None)}
    assert len(corporation.carrier) == 1000


def test_of_a_call_that_reaches_some_the_others_are_named(corporation, file):
    batch = [to("m-1", "lisi"), to("m-2", "Nobody")]
    assert said(channel_to(corporation, file).send(batch, reference="a1")) == {
        "m-1": ("accepted", None),
        "m-2": ("refused", "recipient"),
    }


@pytest.mark.parametrize(
    ("code", "error_class"),
    [
        (45009, "throttled"),
        (-1, "transient"),
        (60020, "account"),
        (81013, "recipient"),
        (45002, "template"),
        (40035, "bug"),
        (99999, "transient"),
    ],
)
def test_a_refusal_has_the_class_that_says_what_to_do(corporation, file, code, error_class):
    corporation.errcodes = [code]
    (outcome,) = channel_to(corporation, file).send([to("m-1", "lisi")], reference="a1").outcomes
    assert (outcome.status, outcome.error_class) == ("refused", error_class)
    assert outcome.sentence.endswith("。")
    assert corporation.carrier == []


@pytest.mark.parametrize("mood", [Mood.TAKES_THEN_RESETS, Mood.TAKES_LATE, Mood.BROKEN])
def test_a_repetition_after_a_lost_answer_is_dropped_by_the_provider(corporation, file, mood):
    """Without the check that we ask for, the member would read it twice."""
    corporation.moods.append(mood)
    way = channel_to(corporation, file, timeout="0.6")
    assert said(way.send([to("m-1", "lisi")], reference="a1")) == {"m-1": ("in_doubt", "in_doubt")}
    assert said(way.send([to("m-1", "lisi")], reference="a2")) == {"m-1": ("accepted", None)}
    assert len(corporation.carrier) == 1
    corporation.seen.clear()
    way.send([to("m-1", "lisi")], reference="a3")
    assert len(corporation.carrier) == 2


def test_it_cannot_be_asked(corporation, file):
    with pytest.raises(CannotBeAsked):
        channel_to(corporation, file).ask("a1")


def test_what_would_be_cut_off_is_not_sent(corporation, file):
    outcomes = channel_to(corporation, file).send([longer(to("m-1", "lisi"), 700)], reference="a1")
    assert said(outcomes) == {"m-1": ("refused", "template")}
    assert corporation.asked == []


def test_a_provider_that_is_not_there_has_nothing(file):
    with running(WecomStandIn()) as provider:
        pass
    assert said(channel_to(provider, file).send([to("m-1", "lisi")], reference="a1")) == {
        "m-1": ("refused", "transient")
    }


def test_nothing_personal_is_written_down(corporation, file, caplog):
    caplog.set_level("DEBUG")
    way = channel_to(corporation, file)
    submissions = [way.send([to("m-1", "wangwu")], reference="a1")]
    corporation.moods.append(Mood.TAKES_THEN_RESETS)
    submissions.append(way.send([to("m-2", "lisi")], reference="a2"))
    assert says_nothing_personal(caplog.records, submissions, "wangwu", "lisi", SECRET, corporation.token)
    assert SECRET not in repr(way._settings)


@pytest.mark.parametrize("wrong", [{"agent_id": "seven"}, {"secret": ""}, {"endpoint": "http://qyapi.weixin.qq.com"}])
def test_settings_that_cannot_work_are_refused(corporation, file, wrong):
    with pytest.raises(ChannelMisconfigured):
        channel_to(corporation, file, **wrong)
