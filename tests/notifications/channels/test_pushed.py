"""Every documented shape of a push is understood; anything else is refused as a whole."""

import json

import pytest

from notifications.channels.pushed import MOST, NOT_TAKEN, PROVIDERS, TAKEN, Reply, Report, items_of, read

NUMBER = "13800001111"
ALIYUN_REPORT = {
    "phone_number": NUMBER,
    "send_time": "2024-07-24 11:00:00",
    "report_time": "2024-07-24 11:00:05",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "932702304080415357^0",
    "out_id": "abcdefghjkmn",
}
ALIYUN_REPLY = {
    "phone_number": NUMBER,
    "content": "TD",
    "send_time": "2024-07-24 11:01:00",
    "dest_code": "1234",
    "sequence_id": 1234567890,
}
TENCENT_REPORT = {
    "user_receive_time": "2024-07-24 11:00:05",
    "nationcode": "86",
    "mobile": NUMBER,
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": "2019:1234567",
}
TENCENT_REPLY = {
    "extend": "",
    "mobile": NUMBER,
    "nationcode": "86",
    "sign": "岭川大学",
    "text": "退订",
    "time": 1457336,
}


@pytest.mark.parametrize(
    ("provider", "item", "said"),
    [
        ("aliyun", ALIYUN_REPORT, Report(NUMBER, "abcdefghjkmn", "932702304080415357^0", "delivered")),
        (
            "aliyun",
            ALIYUN_REPORT | {"success": False},
            Report(NUMBER, "abcdefghjkmn", "932702304080415357^0", "undelivered_temporary"),
        ),
        ("aliyun", ALIYUN_REPLY, Reply(NUMBER, "TD")),
        ("aliyun", ALIYUN_REPLY | {"sequence_id": "1234567890", "sign_name": "签名"}, Reply(NUMBER, "TD")),
        ("tencent", TENCENT_REPORT, Report(NUMBER, "", "2019:1234567", "delivered")),
        (
            "tencent",
            TENCENT_REPORT | {"report_status": "FAIL"},
            Report(NUMBER, "", "2019:1234567", "undelivered_temporary"),
        ),
        ("tencent", TENCENT_REPLY, Reply(NUMBER, "退订")),
        ("tencent", TENCENT_REPORT | {"mobile": "+8613800001111"}, Report(NUMBER, "", "2019:1234567", "delivered")),
        ("tencent", TENCENT_REPORT | {"mobile": "85291234567"}, Report("", "", "2019:1234567", "delivered")),
    ],
)
def test_each_documented_shape_is_understood(provider, item, said):
    assert read(provider, item) == said


@pytest.mark.parametrize(
    ("provider", "item"),
    [
        ("aliyun", {}),
        ("aliyun", TENCENT_REPORT),
        ("tencent", ALIYUN_REPORT),
        ("aliyun", ALIYUN_REPORT | {"success": "true"}),
        ("aliyun", {name: value for name, value in ALIYUN_REPORT.items() if name != "phone_number"}),
        ("aliyun", ALIYUN_REPORT | {"biz_id": ["x"]}),
        ("aliyun", ALIYUN_REPLY | {"content": None}),
        ("aliyun", ALIYUN_REPLY | {"content": "长" * 2001}),
        ("tencent", TENCENT_REPORT | {"report_status": "MAYBE"}),
        ("tencent", TENCENT_REPORT | {"report_status": []}),
        ("aliyun", ALIYUN_REPORT | {"out_id": "a\x00b"}),
        ("aliyun", ALIYUN_REPLY | {"content": "\ud800"}),
        ("tencent", {name: value for name, value in TENCENT_REPORT.items() if name != "sid"}),
    ],
)
def test_anything_else_is_refused(provider, item):
    with pytest.raises(ValueError, match=r"."):
        read(provider, item)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"[1]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000, b"[{}," * 3, b"[" + b"{}," * MOST + b"{}]"],
)
def test_what_is_no_list_of_objects_is_refused(body):
    with pytest.raises(ValueError, match=r"."):
        items_of(body)


def test_a_single_object_is_a_list_of_one():
    assert items_of(json.dumps(TENCENT_REPLY).encode()) == (TENCENT_REPLY,)


def test_numbers_and_words_do_not_show_when_a_push_is_printed():
    for provider, item in (("aliyun", ALIYUN_REPORT), ("tencent", TENCENT_REPLY)):
        assert NUMBER not in repr(read(provider, item))
        assert "退订" not in repr(read(provider, item))


def test_each_provider_hears_the_answer_that_it_asks_for():
    assert TAKEN["aliyun"] == {"code": 0, "msg": "成功"}
    assert TAKEN["tencent"] == {"result": 0, "errmsg": "OK"}
    assert set(PROVIDERS) == TAKEN.keys() == NOT_TAKEN.keys()
