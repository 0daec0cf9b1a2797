"""The yardstick: a page that says hello, in the same framework, with the same headers as the site's pages."""

from flask import Flask, Response

from finder.web.armour import Armour

app = Flask("hello")


def _page() -> Response:
    return Response("Hello", mimetype="text/html", headers={"Cache-Control": "public, max-age=60"})


app.add_url_rule("/", "hello", _page)
app.wsgi_app = Armour(app.wsgi_app, https=False)  # type: ignore[method-assign]  # how Flask wants middleware put on
