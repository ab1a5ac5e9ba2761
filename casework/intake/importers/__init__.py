"""Every kind of file that can be taken in, one file each, in the order in which a round needs them."""

from casework.intake.importers.changes import CHANGES
from casework.intake.importers.confirmations import CONFIRMATIONS
from casework.intake.importers.employers import EMPLOYERS
from casework.intake.importers.graduates import GRADUATES
from casework.intake.importers.leads import LEADS
from casework.intake.importers.minimum_wages import MINIMUM_WAGES
from casework.intake.importers.operators import OPERATORS
from casework.intake.importers.organisations import ORGANISATIONS
from casework.intake.importers.people import PEOPLE
from casework.intake.importers.proofs import PROOFS
from casework.intake.importers.pushed_list import PUSHED_LIST

IMPORTERS = (
    ORGANISATIONS,
    PEOPLE,
    GRADUATES,
    EMPLOYERS,
    CONFIRMATIONS,
    CHANGES,
    PROOFS,
    OPERATORS,
    MINIMUM_WAGES,
    LEADS,
    PUSHED_LIST,
)
