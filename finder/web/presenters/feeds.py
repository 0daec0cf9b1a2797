"""Where programs find what a page shows: the addresses of its feeds, and of its frame for other sites."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from finder.web.forms.query import Asked, to_query

FEED, CHANGES = "/meetings.json", "/feeds/changes.atom"
#: What a question says about its page, which a feed has none of.
OF_PAGES = frozenset({"page", "per_page", "sort"})


class Alternate(NamedTuple):
    """Another form of a page: its media type, what it is in words, and its address."""

    kind: str
    title: str
    href: str


def feed_of(asked: Asked) -> str:
    """The feed of a question, in canonical form."""
    return FEED + behind(asked)


def behind(asked: Asked) -> str:
    """What stands behind the address of a list: a question without what is about pages, or nothing."""
    query = to_query({name: values for name, values in asked.items() if name not in OF_PAGES})
    return f"?{query}" if query else ""


def alternates_of(asked: Asked, public_url: str) -> Sequence[Alternate]:
    """What changes in the answer to a question, and its frame; *public_url* is where the site is reached."""
    page = quote(f"{public_url}/{behind(asked)}", safe="")
    return (
        Alternate("application/atom+xml", "What changes", CHANGES + behind(asked)),
        Alternate("application/json+oembed", "For other sites", f"/oembed?url={page}"),
    )


def alternates_of_meeting(slug: str, calendar: str) -> Sequence[Alternate]:
    """A meeting as data, and as the *calendar* that it has, "" for none."""
    data = Alternate("application/json", "This meeting as JSON", f"/api/v1/meetings/{slug}")
    return (data, Alternate("text/calendar", "This meeting in a calendar", calendar)) if calendar else (data,)
