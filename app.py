"""The site as a WSGI application: ``gunicorn app:app``."""

import gc

from finder.application import create_app

app = create_app()
gc.freeze()  # what is here now stays: no worker looks through it for garbage, so that workers go on sharing it
