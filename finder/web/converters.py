"""Parts of addresses."""

from werkzeug.routing import IntegerConverter, Map

from finder.directory.numbers import LARGEST


class NumberConverter(IntegerConverter):
    """A number that may be that of a thing here; a larger one leads nowhere."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST)
