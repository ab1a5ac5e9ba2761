"""Refuse a form in which something that must be written is blank."""

from casework.errors import N_, Invalid

REQUIRED = N_("必填。")


def refuse_blank(texts: dict[str, str]) -> None:
    """Refuse a form in which one of these texts is missing, and name each."""
    blank = {name: REQUIRED for name, text in texts.items() if not text.strip()}
    if blank:
        raise Invalid(N_("还有必填内容没有写，没有保存。请补齐后再提交。"), fields=blank)
