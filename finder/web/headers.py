"""Puts the armour on the application, and believes forwarded headers only as far as the operator says."""

from typing import cast

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from finder.web.armour import Armour, WsgiApp
from finder.web.parts import Parts


def install(app: Flask) -> None:
    """Put the armour on *app*.

    The app's parts must be in place. Call it after everything else that wraps ``app.wsgi_app``. Forwarded headers
    count only up to the configured hops.
    """
    settings = parts_of(app).settings
    inner: WsgiApp = app.wsgi_app
    hops = settings.proxy_hops
    if hops:
        inner = ProxyFix(inner, x_for=hops, x_proto=hops, x_host=hops)
    armour = Armour(inner, https=settings.public_url.startswith("https:"))
    app.wsgi_app = armour  # type: ignore[method-assign]  # how Flask wants middleware put on


def parts_of(app: Flask) -> Parts:
    """The parts of *app*, outside of a request."""
    return cast("Parts", app.extensions["finder"])
