"""What a moderator may edit in words: what was found, and the ways to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from finder.review.finding import Found, Part, Sort, Wanted
from finder.web.presenters.labels import counted
from finder.web.presenters.moderate_text import visible

HERE = "/moderate/edit"
TITLES = {Sort.LISTINGS: "Listings", Sort.PLACES: "Places", Sort.GROUPS: "Groups"}
#: Where each is edited.
PAGES = {Sort.PLACES: "/moderate/place/{}", Sort.GROUPS: "/moderate/groups/{}"}
EDITED = "/moderate/listing/{}/edit"
HISTORY = "/moderate/listing/{}"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was found. ``more`` is a second way: what was done to it, "" when its page tells that."""

    name: Markup
    href: str
    told: list[Markup | str]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What was found of a sort; ``all`` leads to the rest of it, "" when there is none."""

    title: str
    lines: list[Line]
    all: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be looked for; ``value`` is "" for all."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FindPage:
    """The page: the words, the choices, what was found, and the pages beside this one ("" when there is none)."""

    words: str
    asked: bool
    sorts: list[Choice]
    sections: list[Section]
    before: str
    after: str


def find_page(wanted: Wanted, found: Mapping[Sort, Part]) -> FindPage:
    """The page of what was looked for."""
    sorts = [Choice("", "All", wanted.sort is None)]
    sorts += [Choice(sort.value, title, wanted.sort is sort) for sort, title in TITLES.items()]
    sections = [
        Section(
            TITLES[sort],
            [_line(sort, each) for each in part.found],
            _href(wanted, sort) if part.more and not wanted.sort else "",
        )
        for sort, part in found.items()
        if part.found
    ]
    before = _href(wanted, wanted.sort, wanted.page - 1) if wanted.sort and found and wanted.page > 1 else ""
    after = ""
    if wanted.sort and wanted.sort in found and found[wanted.sort].more:
        after = _href(wanted, wanted.sort, wanted.page + 1)
    return FindPage(wanted.words, bool(wanted.words), sorts, sections, before, after)


def _href(wanted: Wanted, sort: Sort, page: int = 1) -> str:
    asked = {"q": wanted.words, "sort": sort.value} | ({"page": str(page)} if page > 1 else {})
    return f"{HERE}?{urlencode(asked)}"


def _line(sort: Sort, each: Found) -> Line:
    name = visible(each.name or "Without a name")
    if sort is not Sort.LISTINGS:
        told = [visible(each.address), counted(each.listings, "listing of yours", "listings of yours")]
        return Line(name, PAGES[sort].format(each.key), [words for words in told if words])
    told = [visible(each.address), visible(each.body) if each.body else "No service body"]
    history = HISTORY.format(each.key)
    if not each.published:  # it is not edited, but may be brought back
        return Line(name, history, [*(words for words in told if words), "Not in the finder now"])
    return Line(name, EDITED.format(each.key), [words for words in told if words], history)
