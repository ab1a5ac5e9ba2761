"""Every screening rule, in the order of the catalogue. To add one: its file, and one line here."""

from casework.screening.rule import Rule
from casework.screening.rules.answers import GRADUATE_DENIES, UNCONFIRMED, WRONG_INFO_NOT_UPDATED
from casework.screening.rules.approvals import FREELANCE_WITHOUT_APPROVAL
from casework.screening.rules.bursts import ENTRY_BURST
from casework.screening.rules.clusters import TINY_EMPLOYER_CLUSTER
from casework.screening.rules.codes import CODE_UNKNOWN
from casework.screening.rules.dates import DATES_CONTRADICT
from casework.screening.rules.denials import DENIAL_RATE
from casework.screening.rules.devices import PROXY_CONFIRMATION
from casework.screening.rules.employer_code import USCC_INVALID, USCC_MISSING
from casework.screening.rules.employer_register import (
    EMPLOYER_ATTRIBUTE_MISMATCH,
    EMPLOYER_CANCELLED_BEFORE_SIGNING,
    EMPLOYER_FOUNDED_AFTER_SIGNING,
    EMPLOYER_NAME_MISMATCH,
    EMPLOYER_NOT_IN_REGISTER,
)
from casework.screening.rules.heaps import DIGIT_HEAPING
from casework.screening.rules.jumps import EMPLOYER_JUMP
from casework.screening.rules.leads import LEAD
from casework.screening.rules.links import LINKED_EMPLOYERS
from casework.screening.rules.mills import CERTIFICATE_MILL, NEW_EMPLOYER_NO_INSURED
from casework.screening.rules.pay import PAY_BELOW_MINIMUM
from casework.screening.rules.phones import CONTACT_IS_OWN_OR_FAMILY, EMPLOYERS_SHARE_PHONE, PHONE_SHARED
from casework.screening.rules.posts import JOB_CATEGORY_OTHER
from casework.screening.rules.proofs import INTERNSHIP_PROOF, PROOF_MISSING, PROOF_REUSED, PROOF_WRONG_KIND
from casework.screening.rules.rates import RATE_FLEXIBLE, RATE_FREELANCE, RATE_OTHER_FORM, RATE_STARTUP
from casework.screening.rules.rebounds import RECTIFIED_THEN_RAISED
from casework.screening.rules.serials import SERIAL_DUPLICATE

RULES: tuple[Rule, ...] = (
    USCC_INVALID,
    USCC_MISSING,
    EMPLOYER_CANCELLED_BEFORE_SIGNING,
    EMPLOYER_FOUNDED_AFTER_SIGNING,
    EMPLOYER_NOT_IN_REGISTER,
    EMPLOYER_NAME_MISMATCH,
    EMPLOYER_ATTRIBUTE_MISMATCH,
    DATES_CONTRADICT,
    CODE_UNKNOWN,
    JOB_CATEGORY_OTHER,
    INTERNSHIP_PROOF,
    PROOF_MISSING,
    PROOF_REUSED,
    SERIAL_DUPLICATE,
    PROOF_WRONG_KIND,
    PAY_BELOW_MINIMUM,
    FREELANCE_WITHOUT_APPROVAL,
    GRADUATE_DENIES,
    WRONG_INFO_NOT_UPDATED,
    UNCONFIRMED,
    PHONE_SHARED,
    CONTACT_IS_OWN_OR_FAMILY,
    PROXY_CONFIRMATION,
    EMPLOYERS_SHARE_PHONE,
    TINY_EMPLOYER_CLUSTER,
    CERTIFICATE_MILL,
    LINKED_EMPLOYERS,
    NEW_EMPLOYER_NO_INSURED,
    EMPLOYER_JUMP,
    RATE_FLEXIBLE,
    RATE_FREELANCE,
    RATE_STARTUP,
    RATE_OTHER_FORM,
    ENTRY_BURST,
    RECTIFIED_THEN_RAISED,
    DENIAL_RATE,
    DIGIT_HEAPING,
    LEAD,
)
