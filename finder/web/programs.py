"""Programs explained, and the meetings of a region."""

import datetime as dt

from flask import Blueprint, Response, request

from finder.domain.errors import NotFoundError
from finder.search.criteria import SearchCriteria, Sort
from finder.search.engine import find
from finder.search.snapshot import Snapshot
from finder.search.zones import zone_at
from finder.web.caching import answer_from_cache
from finder.web.forms.query import Asked
from finder.web.forms.values import is_slug
from finder.web.page import cards_of, frame, moved_to, render
from finder.web.parts import Parts
from finder.web.presenters.cards import Seeker
from finder.web.presenters.feeds import alternates_of, feed_of
from finder.web.presenters.groups import groups
from finder.web.presenters.labels import APPROACHES
from finder.web.presenters.program_pages import Entry, program_page, programs_page, region_page

blueprint = Blueprint("programs", __name__)

NEXT_OF_PROGRAM = 5
NEXT_OF_REGION = 15


@blueprint.get("/programs")
def programs() -> Response:
    """All programs by approach, or those of one."""
    return answer_from_cache(_programs)


@blueprint.get("/programs/<slug>")
def program(slug: str) -> Response:
    """One program: what it is, for whom, what to expect, and its next meetings."""
    return answer_from_cache(lambda held, snapshot, now: _program(held, snapshot, now, slug))


@blueprint.get("/regions/<slug>")
def region(slug: str) -> Response:
    """One region: what lies in it, and its next meetings."""
    return answer_from_cache(lambda held, snapshot, now: _region(held, snapshot, now, slug))


def _programs(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response:
    del now
    approach = request.args.get("approach", "")
    approach = approach if approach in APPROACHES else ""
    page = programs_page(frame().labels(held, snapshot), approach)
    return _rendered("programs/index.html", page, {"approach": (approach,)}, held)


def _program(held: Parts, snapshot: Snapshot, now: dt.datetime, slug: str) -> Response:
    labels = frame().labels(held, snapshot)
    if slug not in labels.programs:
        return _moved(held, "program", slug)
    seeker = _seeker(held, now)
    answer = find(snapshot, SearchCriteria(programs=(slug,), zone=seeker.zone, per_page=NEXT_OF_PROGRAM), now=now)
    found = groups(cards_of(answer.hits, held, labels), seeker, Sort.SOONEST)
    page = program_page(labels.programs[slug], answer.total, found)
    return _rendered("programs/program.html", page, {"program": (slug,)}, held)


def _region(held: Parts, snapshot: Snapshot, now: dt.datetime, slug: str) -> Response:
    labels = frame().labels(held, snapshot)
    if slug not in labels.regions:
        return _moved(held, "region", slug)
    entry = labels.regions[slug]
    seeker = _seeker(held, now, zone=_zone_of(entry))
    criteria = SearchCriteria(region_ids=(entry["id"],), zone=seeker.zone, per_page=NEXT_OF_REGION)
    answer = find(snapshot, criteria, now=now)
    found = groups(cards_of(answer.hits, held, labels), seeker, Sort.SOONEST)
    counts = answer.facets.get("region", {})
    page = region_page(entry, labels, counts, answer.total, found, more=answer.total > NEXT_OF_REGION)
    return _rendered("programs/region.html", page, {"region": (slug,)}, held)


def _rendered(template: str, page: object, asked: Asked, held: Parts) -> Response:
    """A page about the meetings that answer *asked*, and where programs find those."""
    here = "" if "region" in asked else "/programs"
    alternates = alternates_of(asked, held.settings.public_url)
    return render(template, page=page, here=here, feed=feed_of(asked), alternates=alternates)


def _seeker(held: Parts, now: dt.datetime, zone: str = "") -> Seeker:
    return Seeker(now=now, zone=zone or held.settings.zone, unit=held.settings.unit)


def _zone_of(region: Entry) -> str:
    """The clock of a region; empty when nothing is known of where it is."""
    latitude, longitude = region["latitude"], region["longitude"]
    return "" if latitude is None or longitude is None else zone_at(latitude, longitude)


def _moved(held: Parts, kind: str, slug: str) -> Response:
    successor = held.reader.successor(kind, slug) if is_slug(slug) else None
    if successor is None:
        raise NotFoundError(f"There is no {kind} of that name here.")
    return moved_to(f"/{kind}s/{successor}")
