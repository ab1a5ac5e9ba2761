"""Tables that people open in a spreadsheet: no cell may begin a formula, whatever somebody typed into a form."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from casework.cells import harmless
from casework.operations.mark_export import COLUMN, Mark


def download(head: Sequence[str], rows: Iterable[Sequence[object]], *, name: str, mark: Mark) -> Response:
    """Return a CSV file in UTF-8 with a byte-order mark, which spreadsheets in Chinese offices read rightly.

    The mark stands in every row, in the last column: see `mark_export`.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*head, COLUMN])
    writer.writerows([harmless(cell) for cell in (*row, mark.words)] for row in rows)
    answer = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
