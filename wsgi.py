"""The WSGI door: `granian --interface wsgi wsgi:app` or `gunicorn wsgi:app`.

Beside the pages this process watches, in a thread of its own, whether the
scheduler is heard; nothing of the scheduler's is needed for that.
"""

from casework import clock
from casework.app import create_app
from casework.config import load
from casework.jobs.watchman import Watchman

app = create_app(load())
Watchman(app, who="web", started_at=clock.now()).keep_looking()
