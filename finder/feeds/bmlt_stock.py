"""The formats that this directory has of its own for BMLT clients: the stock numbers and keys, and further ones.

Clients know a format by its shared number, so the stock ones keep theirs: a saved link with ``formats=17`` goes on
meaning open meetings. Names and descriptions are this directory's own words.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from finder.domain.catalogue import Format
from finder.domain.vocabulary import FormatKind

VIRTUAL, CLOSED_FOR_NOW, HYBRID, NOT_WEEKLY = "VM", "TC", "HY", "IRR"
#: A format that is not among the stock ones is numbered by its bit, from here on.
FIRST_NUMBER: Final = 10_000


class Stock(NamedTuple):
    """A stock format: its shared number, its kind, and the code of NA World Services."""

    number: int
    kind: str
    world_id: str


#: Key of a stock format -> what is the same on every BMLT server.
STOCK: Final[Mapping[str, Stock]] = {
    "B": Stock(1, "FC3", "BEG"),
    "BL": Stock(2, "LANG", "LANG"),
    "BT": Stock(3, "FC1", "BT"),
    "C": Stock(4, "O", "CLOSED"),
    "CH": Stock(5, "FC3", "CH"),
    "CL": Stock(6, "FC2", "CAN"),
    "CS": Stock(7, "FC3", ""),
    "D": Stock(8, "FC1", "DISC"),
    "ES": Stock(9, "LANG", "LANG"),
    "GL": Stock(10, "FC3", "GL"),
    "IL": Stock(11, "FC1", ""),
    "IP": Stock(12, "FC1", "IP"),
    "IW": Stock(13, "FC1", "IW"),
    "JT": Stock(14, "FC1", "JFT"),
    "M": Stock(15, "FC3", "M"),
    "NC": Stock(16, "FC3", "NC"),
    "O": Stock(17, "O", "OPEN"),
    "Pi": Stock(18, "FC1", ""),
    "RF": Stock(19, "FC1", "VAR"),
    "Rr": Stock(20, "FC1", ""),
    "SC": Stock(21, "FC2", ""),
    "SD": Stock(22, "FC1", "S-D"),
    "SG": Stock(23, "FC1", "SWG"),
    "SL": Stock(24, "FC2", ""),
    "So": Stock(26, "FC1", "SPK"),
    "St": Stock(27, "FC1", "STEP"),
    "Ti": Stock(28, "FC1", ""),
    "To": Stock(29, "FC1", "TOP"),
    "Tr": Stock(30, "FC1", "TRAD"),
    "TW": Stock(31, "FC1", "TRAD"),
    "W": Stock(32, "FC3", "W"),
    "WC": Stock(33, "FC2", "WCHR"),
    "YP": Stock(34, "FC3", "Y"),
    "OE": Stock(35, "FC1", ""),
    "BK": Stock(36, "FC1", "LIT"),
    "NS": Stock(37, "FC1", "NS"),
    "Ag": Stock(38, "FC1", ""),
    "FD": Stock(39, "FC1", ""),
    "AB": Stock(40, "FC1", "QA"),
    "ME": Stock(41, "FC1", "MED"),
    "RA": Stock(42, "FC3", "RA"),
    "QA": Stock(43, "FC1", "QA"),
    "CW": Stock(44, "FC3", "CW"),
    "CP": Stock(45, "FC1", "CPT"),
    "FIN": Stock(46, "LANG", "LANG"),
    "ENG": Stock(47, "LANG", "LANG"),
    "PER": Stock(48, "LANG", "LANG"),
    "L/R": Stock(49, "LANG", "LANG"),
    "LC": Stock(51, "FC1", "LC"),
    "GP": Stock(52, "FC1", "GP"),
    VIRTUAL: Stock(54, "FC2", "VM"),
    CLOSED_FOR_NOW: Stock(55, "FC2", "TC"),
    HYBRID: Stock(56, "FC2", "HYBR"),
    "SPAD": Stock(57, "FC1", "SPAD"),
}

#: Kinds of the formats that are not among the stock ones.
KINDS: Final[Mapping[FormatKind, str]] = {
    FormatKind.AUDIENCE: "FC3",
    FormatKind.FOCUS: "FC3",
    FormatKind.STYLE: "FC1",
    FormatKind.TOPIC: "FC1",
    FormatKind.OPENNESS: "O",
    FormatKind.LANGUAGE: "LANG",
    FormatKind.ACCESS: "FC2",
    FormatKind.VENUE: "FC2",
}

#: What stands for no single format here: its key, number where it is no stock one, name and description.
BESIDE: Final = (
    ("CS", None, "Children under supervision", "Children are looked after while the meeting goes on."),
    ("TW", None, "Traditions workshop", "The group works through the twelve traditions in depth."),
    ("AB", None, "Questions from a basket", "Written questions are drawn from a basket and talked about."),
    ("L/R", None, "Lithuanian or Russian", "Held in Lithuanian or in Russian."),
    (VIRTUAL, None, "Online", "Takes place online or by telephone only."),
    (CLOSED_FOR_NOW, None, "Closed for the time being", "The meeting does not take place until further notice."),
    (HYBRID, None, "In person and online", "One can come, or join online or by telephone."),
    (NOT_WEEKLY, 10_900, "Not every week", "It does not take place every week: read when before you go."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFormat:
    """A format of the directory's own as BMLT clients are to know it; ``slug`` is what it stands for, or None."""

    number: int
    key: str
    kind: str
    world_id: str
    slug: str | None = None
    name: str = ""
    description: str = ""


def stock_formats(formats: Iterable[Format]) -> Iterator[OwnFormat]:
    """The stock formats, and those that say what is no format here.

    A format stands behind the first of its stock keys, unless another format claims that key too.
    """
    claims: dict[str, list[str]] = {}
    for each in formats:
        for key in each.na_keys[:1]:
            claims.setdefault(key, []).append(each.slug)
    for key, slugs in claims.items():
        if key in STOCK and len(slugs) == 1:
            stock = STOCK[key]
            yield OwnFormat(number=stock.number, key=key, kind=stock.kind, world_id=stock.world_id, slug=slugs[0])
    for key, number, name, description in BESIDE:
        stock = STOCK.get(key) or Stock(number or 0, "FC2", "")
        yield OwnFormat(
            number=stock.number, key=key, kind=stock.kind, world_id=stock.world_id, name=name, description=description
        )


def further_format(*, bit: int, slug: str, kind: FormatKind, codes: Iterable[str], naws: Iterable[str]) -> OwnFormat:
    """The own format that stands for a format without a stock key.

    Its key is the first of its Meeting Guide *codes* that is no stock key, whatever the case, else its slug.
    """
    taken = {key.casefold() for key in STOCK}
    key = next((code for code in codes if code.casefold() not in taken), slug)
    return OwnFormat(number=FIRST_NUMBER + bit, key=key, kind=KINDS[kind], world_id=next(iter(naws), ""), slug=slug)
