"""个人信息查询结果: what is held about one person, as a document for that person."""

from collections.abc import Sequence

from casework.reports.render.official import OfficialDocument

Part = tuple[str, str, Sequence[tuple[str, str]]]
"""A heading, where it came from, and lines of what and what is held."""


def held_docx(*, about: str, mark: str, parts: Sequence[Part], left_out: str) -> bytes:
    """Return the DOCX; the mark stands above everything else."""
    document = OfficialDocument(subject="个人信息查询结果")
    document.title("个人信息查询结果")
    document.small(mark)
    document.text(f"申请人：{about}。以下为本系统持有的关于申请人的全部信息及其来源。{left_out}")
    document.text("如有不准确或不完整，可以要求更正或补充（《个人信息保护法》第四十六条）。")
    for heading, source, lines in parts:
        document.heading(heading)
        document.small(f"来源：{source}")
        document.table(("项目", "内容"), lines, widths=(45, 110))
    return document.content()
