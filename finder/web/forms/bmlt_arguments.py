"""The arguments of a BMLT request, in every spelling that its clients use.

``p=5``, ``p=1,-2,3``, ``p[]=1&p[]=-2`` and ``p[0]=1`` all give numbers; of a scalar that is given twice the last one
counts; what is empty was not given. What should be a number and is none is passed over, as those servers do, and noted
so that the answer can say so.
"""

import re

from werkzeug.datastructures import MultiDict

from finder.domain.text import clean
from finder.search.bmlt_question import Signed

MAX_LENGTH = 2000
#: Array parameters hold so many values at most.
MAX_VALUES = 2000
_INDEXED = re.compile(r"([^\[\]]+)\[[0-9]{0,6}\]")
_WHOLE = re.compile(r"\s*([+-]?[0-9]{1,18})")
_NUMERIC = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
#: Larger than every number that is asked for in earnest.
LARGEST = 10**9


class Arguments:
    """What a request was asked with. ``ignored`` names the parameters of which something was passed over."""

    def __init__(self, args: "MultiDict[str, str]") -> None:
        self._given: dict[str, list[str]] = {}
        self._indexed: set[str] = set()
        self.ignored: list[str] = []
        for name, value in args.items(multi=True):
            match = _INDEXED.fullmatch(name)
            key = match[1] if match else name
            if match:
                self._indexed.add(key)
            held = self._given.setdefault(key, [])
            if len(held) < MAX_VALUES:
                held.append(value[:MAX_LENGTH])

    def has(self, name: str) -> bool:
        """Whether it is there at all, with a value or without."""
        return name in self._given

    def text(self, name: str) -> str | None:
        """A scalar, cleaned; None when it was not given or is empty."""
        values = self._given.get(name)
        return (clean(values[-1]) or None) if values else None

    def texts(self, name: str) -> list[str]:
        """A scalar or an array, without blanks around; those that are empty are left out."""
        values = self._given.get(name, [])
        values = values if name in self._indexed else values[-1:]
        return [text for value in values if (text := value.strip())]

    def flag(self, name: str) -> bool:
        """Whether it is 1."""
        return self.text(name) == "1"

    def listed(self, name: str) -> list[str]:
        """The parts between commas of a scalar or an array."""
        return [part.strip() for text in self.texts(name) for part in text.split(",") if part.strip()][:MAX_VALUES]

    def signed(self, name: str) -> Signed:
        """Numbers to have and not to have; what is no number is passed over and noted."""
        numbers = []
        for part in self.listed(name):
            match = _WHOLE.match(part)
            if match is None:
                self.note(name)
            else:
                numbers.append(int(match[1]))
        return Signed(
            tuple(number for number in numbers if number > 0), tuple(-number for number in numbers if number < 0)
        )

    def note(self, name: str) -> None:
        """Note that something of a parameter was passed over."""
        if name not in self.ignored:
            self.ignored.append(name)

    def number(self, name: str) -> float | None:
        """A number; None when it was not given or is none."""
        text = self.text(name)
        if text is None or not _NUMERIC.fullmatch(text):
            return None
        return max(-float(LARGEST), min(float(LARGEST), float(text)))

    def minutes(self, name: str) -> int | None:
        """The two halves of a time, hours and minutes, as minutes; a half that is missing is 0. None without both."""
        hours, minutes = self.text(f"{name}H"), self.text(f"{name}M")
        if hours is None and minutes is None:
            return None
        return _between(hours, 23) * 60 + _between(minutes, 59)


def whole(text: str) -> int:
    """The number that *text* begins with, or 0."""
    match = _WHOLE.match(text)
    return int(match[1]) if match else 0


def is_numeric(text: str) -> bool:
    """Whether *text* is a number as those servers see it."""
    return bool(_NUMERIC.fullmatch(text.strip()))


def _between(text: str | None, most: int) -> int:
    return max(0, min(most, whole(text or "")))
