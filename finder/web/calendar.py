"""A meeting to take along: its calendar file."""

import datetime as dt
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, redirect, url_for

from finder.domain.errors import NotFoundError
from finder.feeds.ical import calendar_of
from finder.web.caching import answer_from_cache
from finder.web.forms.values import is_slug
from finder.web.parts import Parts

blueprint = Blueprint("calendar", __name__)


@blueprint.get("/meetings/<slug>.ics")
def meeting_calendar(slug: str) -> Response:
    """The meeting's sittings with their exceptions, as a calendar that keeps its identity."""
    return answer_from_cache(lambda held, _, now: _calendar(held, slug, now))


def _calendar(held: Parts, slug: str, now: dt.datetime) -> Response:
    document = held.reader.listing(slug) if is_slug(slug) else None
    if document is None:
        successor = held.reader.successor("meeting", slug) if is_slug(slug) else None
        if successor is None:
            raise NotFoundError("There is no meeting of that name here; it may have closed.")
        target = url_for("calendar.meeting_calendar", slug=successor)
        return cast("Response", redirect(target, HTTPStatus.PERMANENT_REDIRECT, Response))
    public_url = held.settings.public_url
    host = urlsplit(public_url).hostname or "localhost"
    body = calendar_of(orjson.loads(document), page_url=f"{public_url}/meetings/{slug}", host=host, now=now)
    return Response(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slug}.ics"'},
    )
