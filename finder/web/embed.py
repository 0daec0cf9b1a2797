"""Any search on another site's page: a frame without cookie, form or need of scripts, and what leads there (oEmbed)."""

import datetime as dt
import re
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import orjson
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from finder.domain.errors import BadInputError, FinderError
from finder.search.engine import find
from finder.search.relax import relaxations
from finder.search.snapshot import Snapshot
from finder.web.armour import OPEN_TO_ALL
from finder.web.caching import PRIVATE, answer_from_cache
from finder.web.errors import problem
from finder.web.faults import fault_of
from finder.web.feeding import question, question_of_people
from finder.web.forms.known import known_to
from finder.web.forms.search import InvalidSearchError
from finder.web.forms.slips import slip_remarks
from finder.web.page import cards_of, frame, render
from finder.web.parts import Parts
from finder.web.presenters.cards import Seeker
from finder.web.presenters.embed import (
    HEIGHT,
    LOWEST,
    NARROWEST,
    WIDTH,
    code_page,
    embed_page,
    faulty_embed_page,
    frame_of,
)
from finder.web.presenters.results import Found

blueprint = Blueprint("embed", __name__)

#: Pages whose address stands for the search in its parameters, and those that stand for one by their path.
SEARCHES = ("", "/", "/embed")
PAGES = re.compile(r"/(program|region)s/([a-z0-9][a-z0-9._-]{0,127})", re.ASCII)
MAX_ADDRESS = 4096
MAX_SIDE, LONGEST = 100_000, 9


@blueprint.get("/embed")
def embed() -> Response:
    """The meetings that answer, for a frame on any site."""
    return answer_from_cache(_embedded)


@blueprint.get("/embed/code")
def code() -> Response:
    """What to copy so that the meetings that answer are shown on another site."""
    return answer_from_cache(_code)


@blueprint.get("/oembed")
def oembed() -> Response:
    """What a site that was given the address of a search puts in its place (oEmbed 1.0, JSON)."""
    return answer_from_cache(_oembed)


def _embedded(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response:
    try:
        asked = question_of_people(held, snapshot, request.args)
    except InvalidSearchError as error:
        status = HTTPStatus.NOT_FOUND if error.is_about_a_place_alone else HTTPStatus.BAD_REQUEST
        return render("embed/embed.html", status=status, page=faulty_embed_page(error))
    labels, criteria = frame().labels(held, snapshot), asked.criteria
    answer = find(snapshot, criteria, now=now)
    nearby = () if answer.total else relaxations(snapshot, criteria, now=now)
    found = Found(answer=answer, shown=cards_of(answer.hits, held, labels, framed=True), relaxations=nearby)
    seeker = Seeker(now=now, zone=criteria.zone, unit=asked.unit)
    page = embed_page(asked, found, seeker, labels, remarks=slip_remarks(request.args))
    response = render("embed/embed.html", page=page)
    return _kept_nowhere(response) if asked.exact_place else response


def _code(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response:
    del now
    asked = question_of_people(held, snapshot, request.args)
    page = code_page(asked.asked, held.settings.public_url, remarks=slip_remarks(request.args))
    response = render("embed/code.html", page=page)
    return _kept_nowhere(response) if asked.exact_place else response


def _oembed(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response:
    del now
    if request.args.get("format", "json") != "json":
        return _refused(HTTPStatus.NOT_IMPLEMENTED, "Only format=json is answered here.")
    try:
        most = _pixels("maxwidth"), _pixels("maxheight")
    except BadInputError as error:
        return _refused(HTTPStatus.BAD_REQUEST, str(error))
    try:
        width, height = _side("maxwidth", most[0], WIDTH, NARROWEST), _side("maxheight", most[1], HEIGHT, LOWEST)
        asked = question(held, snapshot, _search_in(request.args.get("url", ""), held, snapshot))
    except FinderError as error:
        return _refused(HTTPStatus.NOT_FOUND, str(error))
    public_url, name = held.settings.public_url, held.settings.site_name
    told = {
        "version": "1.0",
        "type": "rich",
        "title": f"Meetings · {name}",
        "provider_name": name,
        "provider_url": public_url,
        "cache_age": 3600,
        "width": width,
        "height": height,
        "html": frame_of(asked.asked, public_url, width=width, height=height),
    }
    response = Response(orjson.dumps(told), headers=OPEN_TO_ALL, content_type="application/json")
    return _kept_nowhere(response) if asked.exact_place else response


def _search_in(address: str, held: Parts, snapshot: Snapshot) -> "MultiDict[str, str]":
    """The parameters of the search that *address* stands for. Raises BadInputError when it is none of this site."""
    public_url = held.settings.public_url
    ours = address[: len(public_url)] == public_url and len(address) <= MAX_ADDRESS
    parts = urlsplit(address[len(public_url) :]) if ours else None
    if parts and not parts.netloc and (page := PAGES.fullmatch(parts.path)):
        return MultiDict({page[1]: _slug_today(page[1], page[2], held, snapshot)})
    if parts is None or parts.netloc or parts.path not in SEARCHES:
        raise BadInputError("url", "That is not the address of a search here.")
    try:
        return MultiDict(parse_qsl(parts.query, max_num_fields=200))
    except ValueError as error:
        raise BadInputError("url", "That is not the address of a search here.") from error


def _slug_today(kind: str, slug: str, held: Parts, snapshot: Snapshot) -> str:
    """The slug of what the page of a program or a region is about: its page is found by earlier ones, too."""
    known = known_to(snapshot.vocabulary).by_parameter[kind]
    return slug if slug in known else held.reader.successor(kind, slug) or slug


def _pixels(name: str) -> int | None:
    """How wide or tall a frame may be at most, None for as it is. Raises BadInputError for what is no number."""
    text = request.args.get(name, "")
    if text and not (text.isascii() and text.isdecimal()):
        raise BadInputError(name, f"Give {name} as a number of pixels, for example 400.")
    digits = text.lstrip("0")
    return None if not text else min(int(digits or 0), MAX_SIDE) if len(digits) < LONGEST else MAX_SIDE


def _side(name: str, most: int | None, usual: int, least: int) -> int:
    """How wide or tall a frame is, in pixels. Raises BadInputError where nothing could be read in it."""
    if most is not None and most < least:
        raise BadInputError(name, f"There is no frame so small: give {name} of at least {least} pixels.")
    return usual if most is None else min(usual, most)


def _refused(status: HTTPStatus, words: str) -> Response:
    return problem(fault_of(status.value, words))


def _kept_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = PRIVATE
    return response
