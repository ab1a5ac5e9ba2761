"""Every table of the service in one import, for migrations and for whoever wants to see them all."""

from casework import idempotency, journal, promises, storage
from casework.campaigns import models as campaigns
from casework.cases import above, drifts, oversight, samples
from casework.cases import models as cases
from casework.db import Base
from casework.deadlines import models as deadlines
from casework.filing import models as filing
from casework.intake import models as intake
from casework.leads import models as leads
from casework.notices import models as notices
from casework.overview import erasures
from casework.overview import models as overview
from casework.overview import reading_models as reading
from casework.people import models as people
from casework.people import sign_in, ways_in
from casework.reports import models as reports
from casework.rounds import models as rounds
from casework.screening import models as screening

ROOMS = (
    *(idempotency, journal, promises, storage),
    *(people, sign_in, ways_in, rounds, intake, leads, screening, cases, samples, oversight, above, drifts),
    *(reports, filing, deadlines, campaigns, notices, overview, reading, erasures),
)

metadata = Base.metadata
