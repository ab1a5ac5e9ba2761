"""Leads as another system hands them over: one row a complaint or letter, under the number that it gave it.

What was said and who said it is sealed from the first reading on: the list of
problems shows neither. A complaint has paragraphs, so its line breaks stay.
"""

import re

import pyarrow as pa

from casework.errors import N_
from casework.intake.importers.codes import CODE, code_reader, code_table
from casework.intake.importers.contacts import EMAIL, PHONE
from casework.intake.importers.dates import MOMENT
from casework.intake.importers.shapes import Column, Flaw, Importer, Reader
from casework.intake.importers.texts import CONTROL, DIGITS, LONGEST_NAME, NAME, TEXT, trimmed

LONGEST_TITLE, LONGEST_CONTENT = 200, 20_000
NAMED, ANONYMOUS = "named", "anonymous"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_MODES = code_table(((NAMED, ("实名",)), (ANONYMOUS, ("匿名",))))


def read_prose(text: str) -> str | Flaw | None:
    """Read what somebody wrote, paragraphs and all."""
    value = trimmed(text.replace("\r\n", "\n").replace("\r", "\n"))
    if _CONTROL.search(value):
        return Flaw(trimmed(_CONTROL.sub("", value)) or None, "control_character", CONTROL)
    return value or None


PROSE = Reader(read_prose, pa.string(), longest=LONGEST_CONTENT)
HEADLINE = Reader(TEXT.read, pa.string(), longest=LONGEST_TITLE)
MODE = Reader(code_reader(_MODES), pa.string(), longest=LONGEST_NAME)

LEADS = Importer(
    kind="leads",
    label=N_("问题线索"),
    columns=(
        Column("lead_id", N_("线索编号"), DIGITS, ("来件编号", "工单编号"), required=True),
        Column("channel", N_("渠道"), CODE, ("来源渠道", "线索渠道"), required=True, codes="lead_channel", closed=True),
        Column("received_at", N_("收到时间"), MOMENT, ("来件时间", "受理时间"), required=True),
        Column("reporter_mode", N_("反映方式"), MODE, ("实名匿名", "是否实名")),
        Column("reporter_name", N_("反映人"), NAME, ("反映人姓名", "举报人"), sealed=True),
        Column("reporter_phone", N_("反映人电话"), PHONE, ("举报人电话",), sealed=True),
        Column("reporter_email", N_("反映人邮箱"), EMAIL, ("举报人邮箱",), sealed=True),
        Column("title", N_("标题"), HEADLINE, sealed=True),
        Column("content", N_("内容"), PROSE, ("反映内容", "线索内容"), required=True, sealed=True),
    ),
    key=("lead_id",),
)
