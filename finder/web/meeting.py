"""One meeting's own page."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, request
from markupsafe import Markup

from finder.domain.errors import NotFoundError
from finder.feeds.document import is_out_of_its_building
from finder.feeds.jsonld import embedded, event
from finder.search.answer import Hit
from finder.search.snapshot import Snapshot
from finder.web.bookmarks import slug_here
from finder.web.caching import answer_from_cache
from finder.web.forms.values import is_slug, read_zone
from finder.web.page import cards_of, frame, moved_to, render
from finder.web.parts import Parts
from finder.web.presenters.cards import Seeker, fill
from finder.web.presenters.feeds import alternates_of_meeting
from finder.web.presenters.groups import Group
from finder.web.presenters.labels import Labels
from finder.web.presenters.meeting_page import meeting_page, upcoming

blueprint = Blueprint("meeting", __name__)

#: Other meetings of one kind that a page shows, and how many are looked at to find the next of them.
SIBLINGS = 8
LOOKED_AT = 60


@blueprint.get("/meetings/<slug>")
def meeting(slug: str) -> Response:
    """Everything public of a meeting; a slug that it had before leads to the one it has now."""
    return answer_from_cache(lambda held, snapshot, now: _page(held, snapshot, now, slug))


def _page(held: Parts, snapshot: Snapshot, now: dt.datetime, slug: str) -> Response:
    found = held.reader.listing(slug) if is_slug(slug) else None
    if found is None:
        return _moved(held, slug)
    document, labels = orjson.loads(found), frame().labels(held, snapshot)
    seeker = Seeker(now=now, zone=_zone(held), unit=held.settings.unit)
    page = meeting_page(document, labels, seeker, contact_email=held.settings.contact_email)
    address = f"{held.settings.public_url}/meetings/{slug}"
    told = event(document, page_url=address, program_name=page.program.label, upcoming=upcoming(document, now))
    siblings = _siblings(document, held, labels, seeker)
    structured = Markup(embedded(told))  # noqa: S704 - escaped for this very place
    alternates = alternates_of_meeting(slug, page.calendar)
    return render("meeting/meeting.html", page=page, siblings=siblings, structured=structured, alternates=alternates)


@blueprint.get("/meetings/<slug>/")
def plugin_address(slug: str) -> Response:
    """Where the WordPress plugin has a meeting's page: it is here without the last slash."""
    return answer_from_cache(lambda held, _, __: _moved(held, slug))


def _moved(held: Parts, slug: str) -> Response:
    successor = slug_here(held, slug)
    if successor is None:
        raise NotFoundError("There is no meeting of that name here. It may have closed.")
    return moved_to(f"/meetings/{successor}")


def _zone(held: Parts) -> str:
    """The seeker's zone as the address says it, else the site's."""
    try:
        return read_zone(request.args.get("tz", "")[:64])
    except ValueError:
        return held.settings.zone


def _siblings(document: Mapping[str, Any], held: Parts, labels: Labels, seeker: Seeker) -> list[Group]:
    """Other meetings in the same place, then others of the same group, the soonest first."""
    shown = {document["id"]}
    location, group = document["location"] or {}, document["group"] or {}
    found = []
    at_place = _read(held.reader.at_location(location.get("id", 0), LOOKED_AT))
    nobody_there = is_out_of_its_building(document)
    for title, documents in (
        ("Also here", [] if nobody_there else [each for each in at_place if not is_out_of_its_building(each)]),
        ("Also by this group", _read(held.reader.of_group(group.get("id", 0), LOOKED_AT))),
    ):
        hits = [hit for hit in _hits(documents, seeker.now) if hit.id not in shown][:SIBLINGS]
        shown.update(hit.id for hit in hits)
        cards = [fill(card, hit, seeker) for hit, card in cards_of(hits, held, labels)]
        if cards:
            found.append(Group(title, "", cards))
    return found


def _read(documents: Iterable[bytes]) -> list[dict[str, Any]]:
    return [orjson.loads(document) for document in documents]


def _hits(documents: Iterable[Mapping[str, Any]], now: dt.datetime) -> list[Hit]:
    """The listings in *documents* with their next sitting, those without one last."""
    hits = []
    for document in documents:
        coming = upcoming(document, now)
        if coming is None:
            hits.append(Hit(document["id"], document["revision"], None, None, in_progress=False, distance_km=None))
        else:
            on = coming.start <= now
            hits.append(
                Hit(document["id"], document["revision"], coming.start, coming.end, in_progress=on, distance_km=None)
            )
    last = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(hits, key=lambda hit: (hit.start or last, hit.id))
