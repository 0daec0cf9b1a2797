"""How the listings of one's service bodies are, with lists of those that something is amiss with."""

from flask import Response, request

from finder.domain.errors import NotFoundError
from finder.domain.roles import Right
from finder.review.health import Ill, body_behind, ill_listings, overview
from finder.review.twins import MOST_PAIRS, twins_across, twins_within
from finder.web.edit_page import new_blueprint
from finder.web.forms.values import whole
from finder.web.identity import require_anywhere
from finder.web.page import render
from finder.web.parts import parts
from finder.web.presenters.health import body_page, ill_page, overview_page, twin_lines

blueprint = new_blueprint("health_pages")

MOST_PAGES = 10_000


@blueprint.get("/moderate/health")
def bodies() -> Response:
    """Every service body of the viewer's, and what is amiss with how many of its listings."""
    viewer, held = require_anywhere(Right.SEE_QUEUE), parts()
    with held.database.reading() as register:
        found = overview(register, viewer=viewer, now=held.clock())
    page, administrator = overview_page(found), viewer.administrator
    return render("health/overview.html", page=page, administrator=administrator)


@blueprint.get("/moderate/health/<slug>")
def body(slug: str) -> Response:
    """One service body, with likely duplicates."""
    viewer, held = require_anywhere(Right.SEE_QUEUE), parts()
    with held.database.reading() as register:
        number, name = body_behind(register, slug, viewer=viewer)
        found = [each for each in overview(register, viewer=viewer, now=held.clock()) if each.slug == slug]
        twins = twins_within(register, number)
    return render("health/body.html", page=body_page(slug, name, found, twins))


@blueprint.get("/moderate/duplicates")
def duplicates() -> Response:
    """Likely duplicates among all listings that one may edit, across the borders of service bodies."""
    viewer = require_anywhere(Right.EDIT)
    with parts().database.reading() as register:
        found = twins_across(register, viewer)
    return render("health/duplicates.html", twins=twin_lines(found), more=len(found) == MOST_PAIRS)


@blueprint.get("/moderate/health/<slug>/<kind>")
def listings(slug: str, kind: str) -> Response:
    """The listings of one service body that something is amiss with."""
    viewer, held = require_anywhere(Right.SEE_QUEUE), parts()
    if kind not in set(Ill):
        raise NotFoundError("There is no such list here.")
    number, now = _page(), held.clock()
    with held.database.reading() as register:
        body_id, name = body_behind(register, slug, viewer=viewer)
        rows, total = ill_listings(register, body_id, Ill(kind), now=now, page=number)
    return render("health/listings.html", page=ill_page(slug, name, Ill(kind), rows, total, number=number, now=now))


def _page() -> int:
    try:
        return whole(1, MOST_PAGES)(request.args.get("page", "1"))
    except ValueError:
        return 1
