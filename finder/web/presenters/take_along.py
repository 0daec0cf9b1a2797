"""A list to take along: where the same question is answered to calendars, spreadsheets, readers and others."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from finder.web.forms.query import to_query
from finder.web.presenters.ask import Link
from finder.web.presenters.feeds import OF_PAGES, feed_of

Asked = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TakeAlong:
    """The ways as links, and the addresses by which readers (``feed``) and other sites (``oembed``) find them."""

    links: list[Link]
    feed: str
    oembed: str


def take_along(asked: Asked, public_url: str) -> TakeAlong:
    """The ways for the question *asked*; *public_url* is where the site is reached."""
    query = to_query({name: values for name, values in asked.items() if name not in OF_PAGES})
    behind = f"?{query}" if query else ""
    calendar = re.sub(r"^https?:", "webcal:", public_url) + f"/meetings.ics{behind}"
    feed = f"/feeds/changes.atom{behind}"
    links = [
        Link("Follow it in your calendar", calendar, note="webcal"),
        Link("A table for a spreadsheet", f"/export/meetings.csv{behind}", note="CSV"),
        Link("All of it for another meeting finder", feed_of(asked), note="Meeting Guide JSON"),
        Link("Data for other software, page by page", f"/api/v1/meetings{behind}", note="API"),
        Link("What is new and what changes", feed, note="Atom"),
        Link("Show it on your own website", f"/embed/code{behind}", note="HTML"),
    ]
    return TakeAlong(links, feed, f"/oembed?url={quote(f'{public_url}/{behind}', safe='')}")
