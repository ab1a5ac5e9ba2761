"""Files that came with a form, cleaned before the unit of work begins: nobody waits to write while one is scanned."""

from collections.abc import Sequence

from flask import g, request

from casework.operations.add_lead_file import LARGEST_OF_LEAD, MOST, Cleaned, clean_all
from casework.web.pages import settings

_CLEANED = "cleaned_files"


def clean_files(field: str, *, beside: Sequence[int] = (), most: int = MOST, largest: int = LARGEST_OF_LEAD) -> None:
    """Clean the files of a form and lay them ready for `cleaned_files`; refusals are those of `clean_all`."""
    handed_in = ((file.filename, file.read()) for file in request.files.getlist(field) if file.filename)
    cleaned = clean_all(handed_in, settings=settings(), beside=beside, most=most, largest=largest)
    setattr(g, _CLEANED, cleaned)


def cleaned_files() -> list[Cleaned]:
    """Return the files that were cleaned for this request."""
    found: list[Cleaned] = g.get(_CLEANED, [])
    return found
