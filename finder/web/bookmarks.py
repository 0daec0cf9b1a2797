"""Addresses that people kept of other meeting finders: they lead to the same results, or the same meeting, here."""

import datetime as dt
from http import HTTPStatus

import orjson
from flask import Response, request
from werkzeug.datastructures import MultiDict

from finder.domain.schedule import zone_of
from finder.domain.text import slug_of_address
from finder.feeds.meeting_guide_days import listing_of
from finder.search.snapshot import Snapshot
from finder.web.caching import PRIVATE
from finder.web.feed_words import words_of
from finder.web.forms.elsewhere import NAMES, Elsewhere, from_elsewhere, is_from_elsewhere
from finder.web.forms.query import to_query
from finder.web.forms.values import is_slug
from finder.web.parts import Parts

#: The parameter that says which parameters of an address from elsewhere could not be used.
LEFT_OUT = "left_out"
#: Parameters that may name a region: both finders have them.
REGIONS = frozenset({"region", "district"})
#: So much is read of what may be a slug in another script.
MAX_GIVEN = 1000


def led_on(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response | None:
    """Where a question in words of others leads to; None for a question in ours. *now* is aware."""
    words = words_of(request.args, held, snapshot) if REGIONS & request.args.keys() else None
    return led_home(held, snapshot, now) if is_from_elsewhere(request.args, words) else None


def led_home(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Response:
    """Where a question leads to, in whosever words it is."""
    local = now.astimezone(zone_of(held.settings.zone))
    return answer_to(from_elsewhere(request.args, words_of(request.args, held, snapshot), now=local), held)


def answer_to(found: Elsewhere, held: Parts) -> Response:
    """The redirect to what is asked for in our words."""
    if found.meeting:
        slug = slug_here(held, found.meeting)
        if slug is not None:
            return _to(f"/meetings/{slug}", private=False)
        found.ignore("meeting")
    if found.districts:
        found.asked["district"] = tuple(sorted(found.districts))
    if "inactive" in found.attendance:
        found.ignore("attendance_option")
    query = "&".join(part for part in (to_query(found.asked), _left_out(found.ignored)) if part)
    return _to(f"/?{query}" if query else "/", private=found.point is not None)


def _left_out(names: list[str]) -> str:
    return f"{LEFT_OUT}={','.join(sorted(names))}" if names else ""


def _to(path: str, *, private: bool) -> Response:
    """A redirect for now: "today" leads elsewhere tomorrow."""
    headers = {"Location": path, "Cache-Control": PRIVATE if private else "public, max-age=60"}
    return Response(status=HTTPStatus.FOUND, headers=headers, content_type="text/html; charset=utf-8")


def slug_here(held: Parts, slug: str) -> str | None:
    """The slug of the listing that is called *slug* here, was so before, or is so by its source or in our feed."""
    slug = slug.lower()
    if not is_slug(slug):  # in another script, say: here it stands in plain letters
        plain = slug_of_address(slug[:MAX_GIVEN])
        return slug_here(held, plain) if is_slug(plain) else None
    if held.reader.listing(slug) is not None:
        return slug
    found = held.reader.successor("meeting", slug) or held.reader.successor("source_key", slug)
    if found is not None:
        return found
    base, number = listing_of(slug)
    if number is not None:
        document = held.reader.documents([number]).get(number) if number < 1 << 31 else None
        return orjson.loads(document)["slug"] if document else held.reader.successor("listing", str(number))
    return None if base == slug else slug_here(held, base)


def remarks(args: "MultiDict[str, str]") -> list[str]:
    """What to tell of an address from elsewhere: which of its parts could not be used."""
    names = [name for name in args.get(LEFT_OUT, "")[:200].split(",") if name in NAMES]
    if not names:
        return []
    told = ", ".join(names)
    followed = f"The address that you followed is of another meeting finder. This of it could not be used: {told}."
    return [f"{followed} So there may be more in this list than it asked for."]
