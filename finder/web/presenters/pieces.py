"""Templates with gaps: HTML that is rendered once and filled many times.

A macro (``templates/parts/<name>.html``) writes ``{{ slot }}`` wherever something depends on the moment or the
question. Rendered with a mark that nobody can guess and split at it, what is left between the gaps can be joined with
other values as often as wanted.
"""

import secrets
from collections.abc import Callable, Mapping

#: Renders the macro of that name with those values.
Render = Callable[[str, Mapping[str, object]], str]

_MARK = secrets.token_hex(12)


def pieces_of(render: Render, macro: str, gaps: int, **values: object) -> tuple[str, ...]:
    """The HTML of *macro* between its *gaps*, one piece more than gaps; raises ValueError for another number."""
    pieces = tuple(render(macro, {**values, "slot": _MARK}).strip().split(_MARK))
    if len(pieces) != gaps + 1:
        raise ValueError(f"{macro} has {len(pieces) - 1} gaps instead of {gaps}.")
    return pieces
