"""Parts of addresses."""

from werkzeug.routing import IntegerConverter, Map

#: No number is larger in either database.
LARGEST = 2**31 - 1


class NumberConverter(IntegerConverter):
    """A number that may be that of a thing here; a larger one leads nowhere."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST)
