"""The WSGI door: `granian --interface wsgi wsgi:app` or `gunicorn wsgi:app`.

It opens only where that is safe: otherwise each reason is said and the process ends.
Beside the pages this process watches, in a thread of its own, whether the
scheduler is heard; nothing of the scheduler's is needed for that.
"""

import sys

from casework import clock
from casework.app import create_app
from casework.config import load
from casework.doors.safe_start import Installation, UnsafeStart, require_safe
from casework.jobs.watchman import Watchman

settings = load()
app = create_app(settings)
with app.app_context():
    try:
        require_safe(Installation(settings))
    except UnsafeStart as refusal:
        sys.exit("\n".join(risk.sentence % risk.params for risk in refusal.risks))
Watchman(app, who="web", started_at=clock.now()).keep_looking()
