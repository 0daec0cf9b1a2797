"""What a moderator looks for, as it stands in an address."""

from werkzeug.datastructures import MultiDict

from finder.domain.text import clean
from finder.review.finding import Sort, Wanted

LONGEST = 200
MOST_DIGITS = 4


def read_wanted(args: MultiDict[str, str]) -> Wanted:
    """What is looked for; what cannot be understood is as if it were not there."""
    page, sort = args.get("page", ""), args.get("sort", "")
    return Wanted(
        words=clean(args.get("q", ""))[:LONGEST],
        sort=Sort(sort) if sort in set(Sort) else None,
        page=int(page) if page.isascii() and page.isdigit() and len(page) <= MOST_DIGITS else 1,
    )
