"""Which countries there are, by their two letters: ISO 3166-1, as the time zone database carries its list."""

from functools import cache
from importlib.resources import files

from finder.domain.errors import BadInputError

#: Kosovo has no code of ISO's yet. This one is left free for such uses, and the gazetteer's towns there have it.
_BESIDE = frozenset({"XK"})


def read_country(text: str) -> str:
    """The code of a country that was given by its two letters, in capitals; "" for none.

    Raises BadInputError for what is the code of no country.
    """
    code = text.strip().upper()
    if code and code not in _codes():
        instruction = (
            f"There is no country {text.strip()[:40]!r}. Give its two letters (ISO 3166-1), such as US, CA or GB."
        )
        raise BadInputError("country", instruction)
    return code


@cache
def _codes() -> frozenset[str]:
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text(encoding="utf-8")
    return _BESIDE | {line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#")}
