"""What can go wrong, as sentences that say what to do."""


class FinderError(Exception):
    """The root of the product's own errors; ``str(error)`` is a sentence for people."""


class BadInputError(FinderError):
    """A value that cannot be used; *parameter* names the field it came in (a 4xx on the web)."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.message = message


class NotFoundError(FinderError):
    """There is no such public thing (a 404 on the web)."""


class GoneError(FinderError):
    """A link that was used already or is too old (a 410 on the web)."""


class TooManyError(FinderError):
    """More than is taken at once from one network or for one address (a 429 on the web)."""


class PerhapsProgramError(FinderError):
    """What a program may have sent; a person presses the button once more (a 422 on the web)."""


class ScheduleError(FinderError):
    """A schedule that no honest instant can be computed from."""


class NotSavedError(FinderError):
    """The change could not be stored; nothing of it was (a 503 on the web)."""
