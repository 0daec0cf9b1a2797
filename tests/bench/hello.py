"""The yardstick: a page that says hello, in the same framework, with the same headers as the site's pages."""

from flask import Flask, Response

from finder.web import headers

app = Flask("hello")


def _page() -> Response:
    return Response("Hello", mimetype="text/html", headers={"Cache-Control": "public, max-age=60"})


app.add_url_rule("/", "hello", _page)
headers.install(app)
