"""Looks whether a website still leads somewhere, as carefully as feeds are fetched."""

from http import HTTPStatus

from finder.sources.fetch import FetchError, probe

MAX_SECONDS = 10.0
#: Answers that say that nothing is there.
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


def fault_of(url: str, *, allow: tuple[str, ...] = ()) -> str | None:
    """None when *url* leads somewhere, "" when that cannot be told now, else a sentence that says what came instead."""
    try:
        status = probe(url, allow=allow, max_seconds=MAX_SECONDS)
    except FetchError as error:
        return str(error)
    if status in GONE:
        return f"the page is not there (status {status})."
    return None if status < HTTPStatus.BAD_REQUEST else ""
