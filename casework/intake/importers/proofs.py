"""The manifest of proofs (佐证材料): one row a file of a graduate.

The same content under two graduates is for the screening to see, so only rows
that are equal in graduate, file name and content count as one.
"""

from casework.errors import N_
from casework.intake.importers.numbers import WHOLE
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import DIGITS, SHORT_TEXT, TEXT

PROOFS = Importer(
    kind="proofs",
    label=N_("佐证材料清单"),
    columns=(
        Column("student_no", N_("学号"), DIGITS, ("XH",), required=True),
        Column("file_name", N_("文件名"), SHORT_TEXT, ("材料名称",), required=True),
        Column("sha256", N_("文件摘要（SHA-256）"), DIGITS, required=True),
        Column("kind", N_("材料类别"), TEXT, ("材料类型",)),
        Column("size", N_("文件大小"), WHOLE),
        Column("text_excerpt", N_("识别文字摘录"), TEXT),
        Column("stored_file", N_("存放位置"), TEXT),
    ),
    key=("student_no", "file_name", "sha256"),
)
