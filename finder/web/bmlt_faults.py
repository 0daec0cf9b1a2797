"""Errors as clients of BMLT servers expect them: a status, and JSON with a message."""

from collections.abc import Mapping

from flask import Response

from finder.domain.errors import BadInputError, FinderError
from finder.feeds.bmlt_encode import encoded

BUSY = "The directory is out of reach just now. Try again in a minute."


class BmltRefusalError(FinderError):
    """A question that those servers refuse with *status*; ``errors`` by parameter."""

    def __init__(self, status: int, message: str, errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, dict(errors or {})


def answered(fault: BmltRefusalError) -> Response:
    """The answer to a question that is refused."""
    content: dict[str, object] = {"message": fault.message}
    if fault.errors:
        content["errors"] = fault.errors
    return Response(encoded(content), status=fault.status, content_type="application/json")


def invalid(error: BadInputError) -> BmltRefusalError:
    """The fault of a parameter that cannot be used; 400 for an address, as those servers refuse one."""
    status = 400 if error.parameter == "SearchString" else 422
    return BmltRefusalError(status, error.message, {error.parameter: [error.message]})
