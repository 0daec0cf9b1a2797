"""The public API, version 1: the same questions as the search page's, answered as JSON.

Anyone may ask from any site, without credentials; errors are problem JSON that names the parameter.
"""

import datetime as dt
from http import HTTPStatus
from typing import cast

import orjson
from flask import Blueprint, Response, current_app, redirect, request, url_for

from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.occurrences import next_occurrence
from finder.domain.text import clean
from finder.feeds.document import overrides_of, schedule_of
from finder.search.districts import districts_of
from finder.search.engine import find
from finder.search.places import Place
from finder.search.snapshot import Snapshot
from finder.web.armour import OPEN_TO_ALL
from finder.web.caching import PRIVATE, answer_from_cache
from finder.web.errors import problem
from finder.web.faults import place_fault
from finder.web.forms.described import BY_NAME, PLACE_WORDS, misfits, strays
from finder.web.forms.known import known_to
from finder.web.forms.search import InvalidSearchError, read_search
from finder.web.forms.values import is_slug
from finder.web.listing_json import ListingEncoder, detail, in_zone
from finder.web.openapi import openapi
from finder.web.parts import Parts

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

MAX_SUGGESTIONS = 8
#: Which parameters each address takes.
TAKEN = {"api.meetings": BY_NAME.keys(), "api.places": {PLACE_WORDS.name}}


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Let any site read the answer; no credentials are involved."""
    for name, value in OPEN_TO_ALL:
        response.headers[name] = value
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    return response


@blueprint.before_request
def nothing_stray() -> None:
    """Refuse a parameter that nothing here takes: one that is misspelt would be a filter that does not filter."""
    if errors := strays(request.args, TAKEN.get(request.endpoint or "", ())):
        raise InvalidSearchError(errors, asked={})


@blueprint.get("/meetings")
def meetings() -> Response:
    """The meetings that answer a question, a page of them, with the counts beside every choice."""
    return answer_from_cache(_meetings)


@blueprint.get("/meetings/<slug>")
def meeting(slug: str) -> Response:
    """Everything public of one meeting."""
    return answer_from_cache(lambda held, _, now: _meeting(held, slug, now))


@blueprint.get("/places")
def places() -> Response:
    """Places whose name begins like, or is nearly, what was typed."""
    return answer_from_cache(_places)


@blueprint.get("/openapi.json")
def description() -> Response:
    """This API described in OpenAPI 3.1."""
    return answer_from_cache(_description)


def place_json(place: Place | None) -> dict[str, object] | None:
    """A place as the API tells it."""
    if place is None:
        return None
    return {"name": place.label, "lat": place.latitude, "lon": place.longitude, "timezone": place.zone}


def _json(body: bytes) -> Response:
    return Response(body, mimetype="application/json")


def _encoder(held: Parts) -> ListingEncoder:
    extensions = current_app.extensions
    encoder = extensions.get("finder.listings")
    encoder = encoder or extensions.setdefault("finder.listings", ListingEncoder(held.settings.public_url))
    return cast("ListingEncoder", encoder)


def _description(held: Parts, snapshot: Snapshot, _: dt.datetime) -> Response:
    known = known_to(snapshot.vocabulary).with_districts(districts_of(held.reader, snapshot))
    return _json(orjson.dumps(openapi(held.settings, known)))


def _meetings(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response:
    asked = read_search(request.args, parts=held, snapshot=snapshot)
    if errors := misfits(request.args, BY_NAME):
        raise InvalidSearchError(errors, asked=asked.asked)
    if asked.choices:
        message = "Several places have that name: ask again for one of the choices."
        choices = [place_json(place) for place in asked.choices]
        return problem(place_fault(message), choices=choices)
    answer = find(snapshot, asked.criteria, now=now)
    found = _encoder(held).page(answer.hits, held.reader.documents)
    body = b'{"total":%d,"online_total":%d,"page":%d,"pages":%d,"place":%b,"meetings":%b,"facets":%b}' % (
        answer.total,
        answer.online_total,
        answer.page,
        answer.pages,
        orjson.dumps(place_json(asked.place)),
        found,
        orjson.dumps(answer.facets),
    )
    response = _json(body)
    if asked.exact_place:
        response.headers["Cache-Control"] = PRIVATE
    return response


def _meeting(held: Parts, slug: str, now: dt.datetime) -> Response:
    document = held.reader.listing(slug) if is_slug(slug) else None
    if document is None:
        successor = held.reader.successor("meeting", slug) if is_slug(slug) else None
        if successor is None:
            raise NotFoundError("There is no meeting of that name here; it may have closed.")
        target = url_for("api.meeting", slug=successor)
        return cast("Response", redirect(target, HTTPStatus.PERMANENT_REDIRECT, Response))
    content = orjson.loads(document)
    upcoming = next_occurrence(schedule_of(content), after=now, overrides=overrides_of(content))
    zone = content["schedule"]["zone"]
    times = {
        "next_start": in_zone(upcoming.start if upcoming else None, zone),
        "next_end": in_zone(upcoming.end if upcoming else None, zone),
        "in_progress": upcoming is not None and upcoming.start <= now,
    }
    return _json(orjson.dumps(detail(content, public_url=held.settings.public_url) | times))


def _places(held: Parts, _: Snapshot, __: dt.datetime) -> Response:
    if not request.args.get("q"):
        raise BadInputError("q", "Give the beginning of a city, or a postcode.")
    if errors := misfits(request.args, {"q": PLACE_WORDS}):
        raise InvalidSearchError(errors, asked={})
    suggest, text = held.gazetteer.suggest, clean(request.args["q"])
    found = [place_json(place) for place in suggest(text, MAX_SUGGESTIONS, default_country=held.settings.country)]
    return _json(orjson.dumps({"places": found}))
