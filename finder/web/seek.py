"""The search and its answer, on one page."""

import dataclasses
import datetime as dt

from flask import Blueprint, Response, request

from finder.search.engine import find
from finder.search.relax import relaxations
from finder.search.snapshot import Snapshot
from finder.web import bookmarks
from finder.web.caching import PRIVATE, answer_from_cache
from finder.web.forms.regions import of_today
from finder.web.forms.search import DEFAULT_WITHIN, InvalidSearchError, SearchRequest, read_search
from finder.web.page import cards_of, frame, render
from finder.web.parts import Parts
from finder.web.presenters.cards import Seeker
from finder.web.presenters.feeds import FEED, alternates_of, feed_of
from finder.web.presenters.home import SHOWN, home_page
from finder.web.presenters.results import Found, results_page
from finder.web.presenters.troubles import choice_page, faulty_page

blueprint = Blueprint("seek", __name__)


@blueprint.get("/meetings", strict_slashes=False)
def listings() -> Response:
    """Where other meeting finders have their list: the same question is answered on the first page."""
    return answer_from_cache(bookmarks.led_home)


@blueprint.get("/")
def seek() -> Response:
    """What was asked for: a page of meetings, a choice of places, or the way to begin."""
    return answer_from_cache(_page)


def _page(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response:
    settings = held.settings
    if request.args and (elsewhere := bookmarks.led_on(held, snapshot, now)) is not None:
        return elsewhere
    today = of_today(request.args, parts=held, snapshot=snapshot)
    try:
        asked = read_search(today.args, parts=held, snapshot=snapshot)
    except InvalidSearchError as error:
        page = faulty_page(error, within=DEFAULT_WITHIN[settings.unit], unit=settings.unit)
        return render("seek/choices.html", status=400, page=page)
    if asked.choices:
        return render("seek/choices.html", page=choice_page(asked))
    notices = [*today.remarks, *bookmarks.remarks(request.args)]
    response = _results(held, snapshot, now, asked, notices) if request.args else _home(held, snapshot, now, asked)
    if asked.exact_place:
        response.headers["Cache-Control"] = PRIVATE
    return response


def _seeker(asked: SearchRequest, now: dt.datetime) -> Seeker:
    return Seeker(now=now, zone=asked.criteria.zone, unit=asked.unit)


def _home(held: Parts, snapshot: Snapshot, now: dt.datetime, asked: SearchRequest) -> Response:
    answer = find(snapshot, dataclasses.replace(asked.criteria, per_page=SHOWN), now=now)
    shown = cards_of(answer.hits, held, frame().labels(held, snapshot))
    page, alternates = home_page(asked, answer, shown, _seeker(asked, now)), alternates_of({}, held.settings.public_url)
    return render("seek/home.html", page=page, here="/", feed=FEED, alternates=alternates)


def _results(held: Parts, snapshot: Snapshot, now: dt.datetime, asked: SearchRequest, notices: list[str]) -> Response:
    labels, criteria = frame().labels(held, snapshot), asked.criteria
    answer = find(snapshot, criteria, now=now)
    found = Found(
        answer=answer,
        shown=cards_of(answer.hits, held, labels),
        relaxations=() if answer.total else relaxations(snapshot, criteria, now=now),
        online=frame().online.of(answer, snapshot, criteria, now),
        public_url=held.settings.public_url,
        notices=notices,
    )
    page = results_page(asked, found, _seeker(asked, now), labels, frame().ticks)
    feed, alternates = "" if asked.exact_place else feed_of(asked.asked), page.along.alternates if page.along else ()
    return render("seek/results.html", page=page, feed=feed, alternates=alternates)
