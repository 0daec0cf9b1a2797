"""Keeps the rows of a source within its frame: below its region, and below the service body whose it is.

Whatever a feed says of service bodies, it cannot write listings of others.
"""

from dataclasses import replace

from finder.domain.listing import ListingDraft
from finder.domain.text import PATH_MARK, fold, path_of
from finder.feeds.rows import Row


def framed(rows: tuple[Row, ...], *, region: tuple[str, ...], body: str) -> tuple[Row, ...]:
    """The rows with *region* above their own regions and *body* (a path from the top) above their service bodies."""
    above = path_of(body)
    if not region and not above:
        return rows
    return tuple(row if row.draft is None else replace(row, draft=_framed(row.draft, region, above)) for row in rows)


def _framed(draft: ListingDraft, region: tuple[str, ...], body: tuple[str, ...]) -> ListingDraft:
    bodies = _below(body, path_of(draft.service_body))
    return replace(draft, region=_below(region, draft.region), service_body=f" {PATH_MARK} ".join(bodies))


def _below(above: tuple[str, ...], path: tuple[str, ...]) -> tuple[str, ...]:
    """*path* below *above*: as it is where it begins with it, in part or whole, already."""
    folded = [fold(part) for part in path]
    for length in range(len(above), 0, -1):
        if folded[:length] == [fold(part) for part in above[len(above) - length :]]:
            return (*above, *path[length:])
    return (*above, *path)
