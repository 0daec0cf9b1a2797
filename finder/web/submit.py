"""Facilitators' pages about one listing: new, change, exceptions for dates, close, still right, a problem."""

from collections.abc import Callable

from flask import Response, request

from finder.web.forms.values import is_slug
from finder.web.submit_listing import open_listing, take_listing
from finder.web.submit_page import new_blueprint, page
from finder.web.submit_short import (
    open_dates,
    open_problem,
    open_short,
    take_dates,
    take_problem,
    take_short,
)
from finder.web.submit_way import Way, new_listing, public_way

blueprint = new_blueprint("submit")

Page = Callable[[Way], Response]
#: What can be asked about a listing -> its page, and what takes it.
ASKED: dict[str, tuple[Page, Page]] = {
    "change": (open_listing, take_listing),
    "dates": (open_dates, take_dates),
    "close": (lambda way: open_short(way, "close"), lambda way: take_short(way, "close")),
    "confirm": (lambda way: open_short(way, "confirm"), lambda way: take_short(way, "confirm")),
    "problem": (open_problem, take_problem),
}


@blueprint.get("/submit")
def new() -> Response:
    """The form of a new meeting."""
    return open_listing(new_listing())


@blueprint.post("/submit")
def send_new() -> Response:
    """Look a new meeting over, or send it."""
    return take_listing(new_listing())


@blueprint.get("/meetings/<slug>/<any(change, dates, close, confirm, problem):what>")
def ask(slug: str, what: str) -> Response:
    """The page on which something is asked about a listing."""
    return ASKED[what][0](public_way(slug))


@blueprint.post("/meetings/<slug>/<any(change, dates, close, confirm, problem):what>")
def take(slug: str, what: str) -> Response:
    """Take what is asked about a listing."""
    return ASKED[what][1](public_way(slug))


@blueprint.get("/submit/mail")
def look_at_mail() -> Response:
    """That a mail is on its way; the same for everybody."""
    return page("submit/mail.html")


@blueprint.get("/submit/thanks")
def thanks() -> Response:
    """That a report has arrived."""
    reference = request.args.get("reference", "")[:16]
    return page("submit/thanks.html", reference=reference if is_slug(reference.lower()) else "")
