"""The site as a WSGI application: ``gunicorn app:app``."""

from finder.application import create_app

app = create_app()
