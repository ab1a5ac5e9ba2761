"""The checker of texts: what may not stand in a reminder, each with a sentence, wary of false alarms.

A reminder asks somebody to look for themselves. It may not lead anywhere but the
official site and the reader's own page, not name an employer or a number, not
make anything hang on signing or confirming (四不准), and not put an answer into
anybody's mouth. Every sentence is judged by itself, after the phrases that say
that nothing depends on it have been taken out of it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from casework.campaigns.texts import LANGUAGES, LINK, ON, PLACE, PLACES, ZH
from casework.errors import N_

LONGEST = {"sms": 335, "smtp": 5000}
"""Five SMS, and a page of mail."""
NO_SITE = "official_site_missing"
_BRIEF = {NO_SITE: N_("没有写明官方网站，请写上，以便毕业生自行登录。")}
_EXCERPT = 40

_ENDINGS = "cn|com|net|org|edu|gov|top|xyz|vip|cc|me|io|link|info|tv|wang|club|shop|site|online|app|co|ly|gd|ink|fun|im"
_DOMAIN = re.compile(rf"(?<![\w@-])(?:https?://)?((?:[a-z0-9-]+\.)+(?:{_ENDINGS}))(?![\w.-]*[a-z0-9])", re.IGNORECASE)
_ANY_URL = re.compile(r"(?:https?://|www\.)[^\s，。；！？、）)]+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SCAN = re.compile(r"二维码|扫码|扫一扫|qr\s*code", re.IGNORECASE)
_OFFICE_LINE = re.compile(r"(?<!\d)(?:0\d{2,3}|400)[- ]\d{3,4}[- ]?\d{4}(?!\d)")
_DIGITS = re.compile(r"\d(?:[ -]?\d){6,}[xX]?")
_PRIVATE = re.compile(r"(?:加|添加)\S{0,4}(?:微信|qq)|微信号|qq(?:号|群|[:： ]?\d)", re.IGNORECASE)
_EMPLOYER = re.compile(
    r"[\w（）()]{2,}(?:有限责任公司|股份公司|有限公司|集团公司|事务所)|\b(?:co\.?,? ?ltd|inc\.|llc|gmbh)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[。！？；;!?\n]|\.(?=\s|$)")
_CLAUSE = re.compile(r"[，,：:]")
_THING = re.compile(
    r"毕业证|学位证|学历证|证书|档案|户口|户籍|报到证|派遣|离校|毕业典礼|毕业资格|评优|奖学金|助学金|成绩单|答辩|党组织关系"
    r"|certificate|diploma|degree|archive|transcript|residence permit",
    re.IGNORECASE,
)
_NOTHING_DEPENDS = re.compile(
    r"(?:不会?|不得|不应|没有|无)(?:有任何)?影响|无关|不(?:与|和|同)[^，。]*挂钩|不挂钩|不作为[^，。]*条件|不以[^，。]*为(?:条件|前提)"
    r"|(?:does|do|will) not (?:affect|depend)|has no effect|no bearing",
    re.IGNORECASE,
)
_DEPENDS = re.compile(
    r"才|方可|方能|否则|不予|暂缓|影响|不发|不给|不能|无法|取消|扣|挂钩|前提|条件|凭|先|再|如不|若不|不确认|未确认|不签|逾期|后可|后办理|后领取"
    r"|unless|until|otherwise|only (?:after|if|when)|will not|won't|cannot|can't|may not|withh|without|before you"
    r"|affect|required|\bno\b.*\bno\b",
    re.IGNORECASE,
)
_THREAT = re.compile(r"才能|才可|才发|方可|方能|否则|不予|暂缓|不发|不给|otherwise|unless|until", re.IGNORECASE)
_PUSH = re.compile(
    r"(?:尽快|务必|必须|抓紧|立即|赶紧|一定要|应当?)[^，。；！]{0,8}(?:签约|签订|签署|签就业|签合同|落实单位)"
    r"|must sign|sign (?:it )?(?:now|immediately|as soon)",
    re.IGNORECASE,
)
_QUOTA = re.compile(
    r"(?:确认|落实|就业|完成|反馈)率|考核|指标|排名|排序|通报|100 ?%|百分之百|一票否决|年终|绩效"
    r"|\b(?:rate|quota|target|ranking|appraisal|assessment)s?\b",
    re.IGNORECASE,
)
_SAME = r"(?:确认无误|信息无误|完全一致|一致|无误|属实|已确认|正确|correct|confirmed|consistent)"
_SUGGESTED = re.compile(
    rf"(?:选择|点击|点选|勾选|选|填写?|choose|select|click|tick)[^\w，。]{{0,3}}{_SAME}|(?:直接|一律|统一|都)\W?(?:选|点|确认)",
    re.IGNORECASE,
)
_REPLY = re.compile(r"(?:回复|回|reply(?: with)?|text back)[^\w，。]{0,3}(\w{1,6})", re.IGNORECASE)
_OPT_OUT = re.compile(r"(?:r|t|td|n|退订)(?![a-z0-9])", re.IGNORECASE)
_REPLY_CODE = re.compile(r"(?:[a-z]{1,3}|\d{1,6}|[一二三四五]|是|否|确认|同意|y|yes|no)(?![a-z])", re.IGNORECASE)
_TELL_CODE = re.compile(
    r"(?:^|[，。；！\n])(?:(?!勿|不要|不得)[^，。；！\n])*(?:回复|发送|提供|告知|告诉)[^，。；！\n]{0,6}验证码"
)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in one text; `excerpt` is the place that is meant, as it stands."""

    code: str
    message: str
    channel: str = ""
    language: str = ""
    excerpt: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def brief(self) -> str:
        """Its sentence without anything to fill in, for where several are strung together."""
        return _BRIEF.get(self.code, self.message)


def check(texts: Mapping[str, Mapping[str, str]], *, channels: Sequence[str], official: str) -> tuple[Fault, ...]:
    """Return everything that is wrong with the texts of a campaign; a channel without Chinese words is wrong too.

    `official` is the site on which the graduates of its round confirm.
    """
    found = []
    for channel in channels:
        if not texts.get(channel, {}).get(ZH, "").strip():
            found.append(Fault("text_missing", N_("这一渠道还没有中文内容。"), channel, ZH))
        for language in LANGUAGES:
            words = texts.get(channel, {}).get(language, "")
            if words.strip():
                found += check_words(words, channel=channel, language=language, official=official)
    return tuple(found)


def check_words(words: str, *, channel: str, language: str, official: str) -> list[Fault]:
    """Return what is wrong with one text, in the order in which a reader would look for it."""
    plain = unicodedata.normalize("NFKC", words)
    spoken = PLACE.sub(" ", plain)
    found = [
        Fault(code, message, channel, language, excerpt[:_EXCERPT], {"site": official} if code == NO_SITE else {})
        for code, message, look in _LOOKS
        for excerpt in [look(plain, spoken, official)]
        if excerpt is not None
    ]
    if len(words) > LONGEST.get(channel, 0):
        found.append(Fault("too_long", N_("内容过长：短信不超过 335 字，邮件不超过 5000 字。"), channel, language))
    return found


def _missing(plain: str, _spoken: str, _official: str) -> str | None:
    names = {name.strip() for name in PLACE.findall(plain)}
    missing = [f"{{{name}}}" for name in (LINK, ON) if name not in names]
    return " ".join(missing) or None


def _unknown(plain: str, spoken: str, _official: str) -> str | None:
    unknown = [f"{{{name}}}" for name in PLACE.findall(plain) if name.strip() not in PLACES]
    return " ".join(unknown) or next((mark for mark in "{}" if mark in spoken), None)


def _no_official(_plain: str, spoken: str, official: str) -> str | None:
    return None if official in (found[1].lower() for found in _DOMAIN.finditer(spoken)) else ""


def _other_link(_plain: str, spoken: str, official: str) -> str | None:
    for found in _ANY_URL.finditer(spoken):
        if not re.match(rf"(?:https?://)?{re.escape(official)}(?:[/?#]|$)", found[0], re.IGNORECASE):
            return found[0]
    without_mail = _MAIL.sub(lambda mail: " " * len(mail[0]), spoken)
    return next((found[0] for found in _DOMAIN.finditer(without_mail) if found[1].lower() != official), None)


def _number(_plain: str, spoken: str, _official: str) -> str | None:
    return _first(_DIGITS, _OFFICE_LINE.sub(" ", spoken))


def _ties(_plain: str, spoken: str, _official: str) -> str | None:
    for sentence in _SENTENCE.split(spoken):
        left = [
            clause
            for clause in _CLAUSE.split(sentence)
            if _THREAT.search(clause) or not _NOTHING_DEPENDS.search(clause)
        ]
        if any(_THING.search(clause) for clause in left) and _DEPENDS.search("，".join(left)):
            return sentence.strip()
    return None


def _reply(_plain: str, spoken: str, _official: str) -> str | None:
    for found in _REPLY.finditer(spoken):
        if not _OPT_OUT.match(found[1]) and _REPLY_CODE.match(found[1]):
            return found[0]
    return _first(_TELL_CODE, spoken)


def _looks_for(pattern: re.Pattern[str]) -> Callable[[str, str, str], str | None]:
    return lambda _plain, spoken, _official: _first(pattern, spoken)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return None if found is None else found[0]


_LOOKS: tuple[tuple[str, str, Callable[[str, str, str], str | None]], ...] = (
    ("variable_missing", N_("缺少必需的变量：{link}（本人核对页链接）和 {on}（截止日期）都要写上。"), _missing),
    ("variable_unknown", N_("有不认识的变量：只能使用 {link}、{on}、{school}，其余花括号请删去。"), _unknown),
    (NO_SITE, N_("没有写明官方网站 %(site)s，请写上，以便毕业生自行登录。"), _no_official),
    ("other_link", N_("含有官方网站以外的网址或短链接，请删去；本人核对页请用变量 {link}。"), _other_link),
    ("scan_code", N_("含有二维码或扫码的表述，请删去：短信和邮件只写官方网站和 {link}。"), _looks_for(_SCAN)),
    ("personal_number", N_("含有手机号、证件号、学号一类的号码，请删去；需要联系电话时写带区号的办公电话。"), _number),
    ("private_contact", N_("含有个人微信或 QQ，请删去：请写办公电话或官方网站。"), _looks_for(_PRIVATE)),
    ("mail_address", N_("含有邮箱地址，请删去：请写办公电话或官方网站。"), _looks_for(_MAIL)),
    ("employer_name", N_("含有用人单位名称，请删去：登记内容只在本人核验身份后显示。"), _looks_for(_EMPLOYER)),
    (
        "tied_to_signing",
        N_("把确认或签约与毕业证书、档案、户口等挂钩，请删去：可以写“是否确认不影响领取毕业证书”。"),
        _ties,
    ),
    ("pushes_to_sign", N_("有催促签约的表述，请删去：提醒只请毕业生本人核对并确认登记内容。"), _looks_for(_PUSH)),
    (
        "quota",
        N_("提到确认率、考核、指标或通报，请删去：不得下达指标，也不得与考核、评比挂钩（三不得）。"),
        _looks_for(_QUOTA),
    ),
    ("suggested_answer", N_("替毕业生预设了答案，请删去：三个选项由本人如实选择，不作引导。"), _looks_for(_SUGGESTED)),
    ("reply_code", N_("要求回复代码或验证码，请删去：确认只在官方网站由本人办理（退订用语除外）。"), _reply),
)
