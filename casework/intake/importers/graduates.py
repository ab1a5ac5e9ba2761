"""The registration export: one row a graduate, in any of the three families of headers.

The columns follow from the table of fields; here stands only how each kind of
field is read.
"""

from casework.errors import N_
from casework.intake.fields import KEPT_FIELDS, RECORD_FIELDS, RecordField
from casework.intake.importers.codes import CODE, CONFIRM_STATUS, PLACE
from casework.intake.importers.contacts import EMAIL, ID_NUMBER, MOBILE, PHONE
from casework.intake.importers.dates import DATE, MOMENT, MONTH, YEAR
from casework.intake.importers.numbers import NUMBER, PAY, PAY_TEXT
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import CREDIT_CODE, DIGITS, NAME, SHORT_TEXT, TEXT

_READERS = {
    "text": TEXT,
    "short_text": SHORT_TEXT,
    "name": NAME,
    "digits": DIGITS,
    "code": CODE,
    "strict_code": CODE,
    "place": PLACE,
    "date": DATE,
    "month": MONTH,
    "year": YEAR,
    "moment": MOMENT,
    "number": NUMBER,
    "pay": PAY_TEXT,
    "mobile": MOBILE,
    "phone": PHONE,
    "email": EMAIL,
    "id_number": ID_NUMBER,
    "credit_code": CREDIT_CODE,
    "confirm_status": CONFIRM_STATUS,
}
_WANTED = frozenset(("name", "destination_code"))
_REQUIRED = _WANTED | {"student_no"}


def _column(field: RecordField) -> Column:
    labels = tuple(
        header for other in RECORD_FIELDS if other.label_of == field.name for header in (other.label, *other.aliases)
    )
    return Column(
        name="pay_text" if field.kind == "pay" else field.name,
        label=field.label,
        reader=_READERS[field.kind],
        aliases=(field.name, *field.aliases),
        required=field.name in _REQUIRED,
        sealed=field.sealed,
        codes=field.codes,
        strict=field.kind == "strict_code",
        wanted=field.name in _WANTED,
        labels=labels,
        also=(("pay", PAY),) if field.kind == "pay" else (),
    )


GRADUATES = Importer(
    kind="graduates",
    label=N_("毕业去向登记数据"),
    columns=tuple(map(_column, KEPT_FIELDS)),
    key=("student_no",),
    not_stored=tuple(
        header for field in RECORD_FIELDS if not field.kept for header in (field.label, field.name, *field.aliases)
    ),
)
