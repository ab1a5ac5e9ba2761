"""The checker of texts: what it must find, and, as important, what it must leave alone."""

import pytest

from casework.campaigns.text_checks import check, check_words
from casework.campaigns.texts import default_texts

SITE = "dj.ncss.cn"
GOOD = "请于{on}前登录 dj.ncss.cn，由本人核对：{link} 。"

FINDS = {
    "variable_missing": ("请登录 dj.ncss.cn 核对 {link}", "请于{on}前登录 dj.ncss.cn 核对"),
    "variable_unknown": (f"{GOOD}{{name}}", f"{GOOD}{{", f"{GOOD}}}", f"{GOOD}{{}}"),
    "official_site_missing": (
        "请于{on}前核对：{link}",
        "请于{on}前登录 ncss.cn：{link}",
        "请于{on}前看 dj.ncss.cn.evil.com {link}",
    ),
    "other_link": (
        f"{GOOD}详见 https://t.cn/A6x",
        f"{GOOD}www.lingchuan.edu.cn",
        f"{GOOD}jy.example.com/a",
        f"{GOOD}dwz.cn/abc",
        f"{GOOD}ｊｙ．ｅｘａｍｐｌｅ．ｃｏｍ",
        f"{GOOD}https://192.0.2.7/x",
        "请于{on}前看 dj.ncss.cn.evil.com {link}",
        f"{GOOD}https://dj.ncss.cn.evil.com/",
    ),
    "scan_code": (f"{GOOD}请扫码", f"{GOOD}见附件二维码", f"{GOOD}QR code below"),
    "personal_number": (
        f"{GOOD}有疑问致电13812346021",
        f"{GOOD}有疑问致电138-1234-6021",
        f"{GOOD}学号2020110417",
        f"{GOOD}11010119990307123X",
        f"{GOOD}１３８１２３４６０２１",
    ),
    "private_contact": (f"{GOOD}请加王老师微信", f"{GOOD}QQ群：12345", f"{GOOD}微信号 abc"),
    "mail_address": (f"{GOOD}请发邮件至 a.wang@example.com",),
    "employer_name": (f"{GOOD}您已登记到星海科技有限公司", f"{GOOD}Acme Co., Ltd", f"{GOOD}某某律师事务所"),
    "tied_to_signing": (
        f"{GOOD}未确认者暂缓发放毕业证书。",
        f"{GOOD}不确认将影响领取毕业证",
        f"{GOOD}确认后方可办理档案转递",
        f"{GOOD}请先确认，再领取学位证。",
        f"{GOOD}逾期未确认，户口迁移不予办理。",
        f"{GOOD}是否确认不影响领取毕业证书，但不确认的档案不能转递。",
        f"{GOOD}只有确认才能参加毕业典礼",
        f"{GOOD}本次确认与评优挂钩",
        f"{GOOD}不签约则暂缓派遣",
        f"{GOOD}No diploma until you confirm.",
        f"{GOOD}Your certificate will be withheld otherwise.",
        f"{GOOD}No confirmation, no diploma.",
        f"{GOOD}You cannot collect your degree before that.",
    ),
    "quota": (
        f"{GOOD}学院确认率要达到100%，请同学们配合",
        f"{GOOD}请配合，否则影响学院考核。",
        f"{GOOD}未完成的班级将被通报",
        f"{GOOD}We need a rate of 98 per cent.",
    ),
    "pushes_to_sign": (f"{GOOD}请尽快签约", f"{GOOD}务必签订就业协议", f"{GOOD}You must sign"),
    "suggested_answer": (
        f"{GOOD}请选择“确认无误”。",
        f"{GOOD}请点击确认无误",
        f"{GOOD}请选“一致”",
        f"{GOOD}统一选第一项",
        f'{GOOD}Please choose "correct".',
    ),
    "reply_code": (
        f"{GOOD}回复1表示已确认",
        f"{GOOD}请回复 Y",
        f"{GOOD}回复“是”",
        f"{GOOD}请把收到的内容回复验证码",
        f"{GOOD}Reply 1",
    ),
    "too_long": (GOOD + "请" * 400,),
}

LEAVES_ALONE = (
    GOOD,
    f"{GOOD}是否确认不影响领取毕业证书。",
    f"{GOOD}是否确认，均不影响领取毕业证书、学位证书和档案转递。",
    f"{GOOD}确认与否与毕业证书、档案、户口无关。",
    f"{GOOD}不与毕业证挂钩，不作为办理离校手续的条件。",
    f"{GOOD}已领取毕业证书的同学也请核对。",
    f"{GOOD}拒收请回复R",
    f"{GOOD}退订回T",
    f"{GOOD}退订请回复TD",
    f"{GOOD}咨询电话 0717-9000944（工作日 9:00—17:00）",
    f"{GOOD}咨询电话 027-87654321",
    f"{GOOD}登记内容一致、有误或者与您无关，都请如实选择。",
    f"{GOOD}请核对并确认毕业去向，2024年8月31日截止。",
    f"{GOOD}任何人不得代您确认，也请勿向他人提供验证码。",
    f"{GOOD}如已就业，请核对单位名称是否与实际相符。",
    f"{GOOD}Whether you confirm does not affect your certificates.",
    f"{GOOD}Please check today.Please answer as it is.",
    "请于{on}前登录 https://dj.ncss.cn/ 核对：{link}",
)


@pytest.mark.parametrize(("code", "words"), [(code, words) for code, some in FINDS.items() for words in some])
def test_a_fault_is_found(code, words):
    assert code in {fault.code for fault in check_words(words, channel="sms", language="zh", official=SITE)}


@pytest.mark.parametrize("words", LEAVES_ALONE)
def test_a_sound_text_is_left_alone(words):
    assert check_words(words, channel="sms", language="zh", official=SITE) == []


def test_the_words_that_a_campaign_begins_with_are_sound():
    for site in (SITE, "jy.example.edu.cn"):
        assert check(default_texts(site), channels=("sms", "smtp"), official=site) == ()


def test_the_site_that_is_asked_for_is_the_one_of_the_round():
    other = "jy.example.edu.cn"
    faults = check(default_texts(SITE), channels=("sms",), official=other)
    assert {fault.code for fault in faults} == {"official_site_missing", "other_link"}
    assert {fault.message % fault.params for fault in faults if fault.params} == {
        f"没有写明官方网站 {other}，请写上，以便毕业生自行登录。"
    }


def test_every_channel_needs_chinese_words():
    found = check({"sms": {"en": GOOD}}, channels=("sms", "smtp"), official=SITE)
    assert [(fault.code, fault.channel) for fault in found] == [("text_missing", "sms"), ("text_missing", "smtp")]


def test_a_checker_of_forbidden_words_alone_would_raise_false_alarms_and_miss_threats():
    def naive(words):
        return any(word in words for word in ("影响", "毕业证"))

    alarms = [words for words in LEAVES_ALONE if naive(words)]
    missed = [words for words in FINDS["tied_to_signing"] if not naive(words)]
    assert len(alarms) > 2
    assert len(missed) > 2
