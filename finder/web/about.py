"""What this site is, and what it keeps of those who look: nothing."""

import datetime as dt

from flask import Blueprint, Response

from finder.search.snapshot import Snapshot
from finder.web.caching import answer_from_cache
from finder.web.page import render
from finder.web.parts import Parts
from finder.web.presenters.feeds import FEED, alternates_of

blueprint = Blueprint("about", __name__)


@blueprint.get("/privacy")
def privacy() -> Response:
    """What this site knows about those who look."""
    return answer_from_cache(lambda *_: render("about/privacy.html"))


@blueprint.get("/about")
def about() -> Response:
    """What this directory is and how far to trust it."""
    return answer_from_cache(_about)


def _about(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response:
    del snapshot, now
    return render("about/about.html", feed=FEED, alternates=alternates_of({}, held.settings.public_url))
