"""The site as a WSGI application: ``gunicorn app:app``."""

import gc

from finder.application import create_app

#: Collections of garbage start after so many new objects: a page makes some thousands and leaves no cycles behind.
COLLECT_AFTER = 20_000

app = create_app()
gc.freeze()  # what is here now stays: no worker looks through it for garbage, so that workers go on sharing it
gc.set_threshold(COLLECT_AFTER)
