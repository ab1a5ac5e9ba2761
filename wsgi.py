"""The WSGI door: `granian --interface wsgi wsgi:app` or `gunicorn wsgi:app`."""

from casework.app import create_app
from casework.config import load

app = create_app(load())
