"""What this site is, what it keeps of those who look (nothing), and what machines may read."""

from flask import Blueprint, Response

from finder.web.caching import answer_from_cache
from finder.web.page import render

blueprint = Blueprint("about", __name__)

#: Machines may read everything public; endless combinations of filters are no use to them.
ROBOTS = "User-agent: *\nDisallow: /*?\nDisallow: /leave\nAllow: /\n"


@blueprint.get("/privacy")
def privacy() -> Response:
    """What this site knows about those who look."""
    return answer_from_cache(lambda *_: render("about/privacy.html"))


@blueprint.get("/about")
def about() -> Response:
    """What this directory is and how far to trust it."""
    return answer_from_cache(lambda *_: render("about/about.html"))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What machines may read."""
    return answer_from_cache(lambda *_: Response(ROBOTS, mimetype="text/plain"))
