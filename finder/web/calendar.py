"""A meeting to take along: its calendar file."""

import datetime as dt
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, redirect, url_for

from finder.domain.errors import NotFoundError
from finder.feeds.ical import calendar_of, calendar_of_none
from finder.web.caching import PRIVATE, answer_from_cache
from finder.web.forms.values import is_slug
from finder.web.parts import Parts

blueprint = Blueprint("calendar", __name__)

NOT_HERE = "There is no meeting of that name here; it may have closed."


@blueprint.get("/meetings/<slug>.ics")
def meeting_calendar(slug: str) -> Response:
    """The meeting's sittings with their exceptions, as a calendar that keeps its identity."""
    return answer_from_cache(lambda held, _, now: _calendar(held, slug, now))


def _calendar(held: Parts, slug: str, now: dt.datetime) -> Response:
    document = held.reader.listing(slug) if is_slug(slug) else None
    if document is None:
        return _left(held, slug, now)
    public_url = held.settings.public_url
    host = urlsplit(public_url).hostname or "localhost"
    page_url = f"{public_url}/meetings/{slug}"
    try:
        return _told(slug, calendar_of(orjson.loads(document), page_url=page_url, host=host, now=now))
    except NotFoundError as error:  # by appointment from now on, say
        return _none(slug, str(error), now)


def _left(held: Parts, slug: str, now: dt.datetime) -> Response:
    """Where the listing of *slug* is now; of one that is not here, no event.

    Calendar programs keep what they have of an address that is not found, and would lead people to a door for good. The
    same is said of a name that never was one: what has left the directory is not told of.
    """
    if not is_slug(slug):
        raise NotFoundError(NOT_HERE)
    successor = held.reader.successor("meeting", slug)
    if successor is None:
        return _none(slug, NOT_HERE, now)
    target = url_for("calendar.meeting_calendar", slug=successor)
    return cast("Response", redirect(target, HTTPStatus.PERMANENT_REDIRECT, Response))


def _none(slug: str, about: str, now: dt.datetime) -> Response:
    """No event; kept nowhere, so that made-up names fill no memory."""
    response = _told(slug, calendar_of_none(about, now=now))
    response.headers["Cache-Control"] = PRIVATE
    return response


def _told(slug: str, body: bytes) -> Response:
    return Response(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slug}.ics"'},
    )
