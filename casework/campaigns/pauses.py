"""Why a campaign stands still: every reason for which it stops by itself, under a code and in a sentence.

The sentence is stored with the campaign as it was said, in Chinese; whoever reads
the page in another language has it recognised and said anew. A message about the
pause names the code alone.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from casework.errors import N_

BY_HAND = "by_hand"
GAP, NO_WAY, OTHER_WORDS = "gap", "no_way", "other_words"
TEXT_REFUSED, ARREARS, NOT_ARRIVING = "text_refused", "arrears", "not_arriving"
PAUSES: Mapping[str, str] = MappingProxyType(
    {
        GAP: N_(
            "系统中断了 %(hours)s 小时（停机，或由备份恢复）。恢复的数据可能不含中断前已发出的提醒，已自动暂停；"
            "请核对服务商的发送记录后再恢复。"
        ),
        NO_WAY: N_("本系统没有可用的短信或邮件渠道，已暂停。请管理员配置后恢复。"),
        OTHER_WORDS: N_("内容与核准时不一致，已暂停。请退回修改，重新固定名单并核准。"),
        TEXT_REFUSED: N_("服务商拒绝了这条内容（模板未通过或已撤销），已自动暂停，未重复发送。请修改模板后恢复。"),
        ARREARS: N_("服务商停用了我们的账号（欠费或权限问题），已自动暂停。请管理员处理后恢复。"),
        NOT_ARRIVING: N_("试发的一批中 %(bad)s/%(all)s 条没有送达，已自动暂停，其余没有发出。请核对号码和渠道后恢复。"),
    }
)
_PLACE = re.compile(r"%\((\w+)\)s")


def recognised(because: str) -> tuple[str, Mapping[str, str]]:
    """Return the sentence that a stored reason is, with its numbers; an empty one for what a person wrote."""
    for sentence in PAUSES.values():
        # Split by its places, a sentence is words and names of places in turn.
        parts = _PLACE.split(sentence)
        pattern = "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        found = re.fullmatch(pattern, because)
        if found:
            return sentence, found.groupdict()
    return "", {}
