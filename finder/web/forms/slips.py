"""Filters that are misspelt: a list that passed over one would be of everything.

Readers of feeds add parameters of their own, which say nothing and keep caches away; those are passed over. What is
nearly the name of a filter of ours, or is what other finders call one, was meant to narrow the answer.
"""

import re

from rapidfuzz.distance import OSA
from werkzeug.datastructures import MultiDict

from finder.domain.text import clean
from finder.web.forms.query import PARAMETERS
from finder.web.forms.search import InvalidSearchError
from finder.web.forms.values import shown

#: Names that are compared: without the others an answer holds the same meetings, or more exact ones.
FILTERS = tuple(name for name in PARAMETERS if name not in {"unit", "sort", "page", "per_page"})
#: What other finders and maps call what we call otherwise, and what is short and said of several.
OTHERWISE = {
    "search": "q",
    "query": "q",
    "weekday": "day",
    "days": "day",
    "type": "format",
    "types": "format",
    "distance": "within",
    "distance_units": "unit",
    "units": "unit",
    "attendance_option": "attendance",
    "latitude": "lat",
    "longitude": "lon",
    "lng": "lon",
    "long": "lon",
}
#: A name of so many letters may have one slip, or two. Of fewer, each is near what keeps caches away: tz and ts.
ONE_SLIP_FROM, TWO_SLIPS_FROM = 4, 7
#: Longer names, and more of them, are not looked at.
LONGEST, MOST = 40, 100

#: What stands around a name that is right: of a link escaped twice, of the WordPress plugin, of a list of PHP.
_AROUND = re.compile(r"^(?:amp;)*(?:tsml-)?|\[\w*\]$")


def slips(args: "MultiDict[str, str]") -> dict[str, str]:
    """The parameter that is meant by each misspelt one of *args*, by its name, cleaned. An empty one asks nothing."""
    found: dict[str, str] = {}
    for name in [*args][:MOST]:
        if name not in PARAMETERS and any(value.strip() for value in args.getlist(name)):
            meant = _meant(name)
            if meant is not None:
                found[clean(name)] = meant
    return found


def refuse_slips(args: "MultiDict[str, str]") -> None:
    """Raises InvalidSearchError that names every misspelt filter of *args*, and what is meant."""
    found = slips(args)
    if found:
        told = {name: f"There is no parameter {shown(name)}. Did you mean {shown(it)}?" for name, it in found.items()}
        raise InvalidSearchError(told, asked={})


def slip_remarks(args: "MultiDict[str, str]") -> list[str]:
    """What to tell people of the misspelt filters of *args*, which are left out."""
    return [
        f"The address of this list asks for {shown(name)}, which is not a filter here, so it was left out. "
        f"It may be that {shown(meant)} is meant. Without it, there may be more in this list than was asked for."
        for name, meant in slips(args).items()
    ]


def _meant(name: str) -> str | None:
    """The parameter that *name* is meant to be, the nearest of several; None for what is like none."""
    plain = _AROUND.sub("", name[: LONGEST + 1].strip().lower())
    if len(name) > LONGEST or plain in OTHERWISE:
        return OTHERWISE.get(plain)
    near = ((OSA.distance(plain, each), each) for each in FILTERS)
    return min(((slips, each) for slips, each in near if slips <= _allowed(plain, each)), default=(0, None))[1]


def _allowed(name: str, meant: str) -> int:
    """How many slips *name* may have and still be *meant*."""
    if min(len(name), len(meant)) >= TWO_SLIPS_FROM:
        return 2
    return 1 if len(meant) >= ONE_SLIP_FROM else 0
