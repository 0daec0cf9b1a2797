"""What this site is, and what it keeps of those who look: nothing."""

from flask import Blueprint, Response

from finder.web.caching import answer_from_cache
from finder.web.page import render

blueprint = Blueprint("about", __name__)


@blueprint.get("/privacy")
def privacy() -> Response:
    """What this site knows about those who look."""
    return answer_from_cache(lambda *_: render("about/privacy.html"))


@blueprint.get("/about")
def about() -> Response:
    """What this directory is and how far to trust it."""
    return answer_from_cache(lambda *_: render("about/about.html"))
