"""One foreign record, read field by field: whatever stands there becomes clean text, a number, or a remark."""

import html
import math
import re
from collections.abc import Mapping
from typing import Any

from finder.domain.text import clean, clean_multiline
from finder.feeds.rows import Remarks

_MARKUP = re.compile(r"[<&]")
_LINE_ENDS = re.compile(r"<(?:br|hr)\s*/?>|</(?:p|div|li|h[1-6]|tr)\s*>", re.IGNORECASE)
_TAGS = re.compile(
    r"</?(?:p|div|span|a|b|i|u|em|strong|ul|ol|li|h[1-6]|table|tbody|tr|td|th|font|small|br|hr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_HIDDEN = re.compile("[\x00\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s,;<>()\"\\]{1,64}@[^@\s,;<>()\"\\.]+(?:\.[^@\s,;<>()\"\\.]+)+")
_DECIMAL_COMMA = re.compile(r"([+-]?\d{1,3}),(\d{1,30})")
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,30})?|\.\d{1,30})")

NOTES_LENGTH = 10_000
LINE_LENGTH = 255
EMAIL_LENGTH = 320
MAX_ITEMS = 200
MAX_EXACT = 1e15  # a float below it that is whole was written as a whole number


def plain(text: str) -> str:
    """*text* without HTML entities and the tags that editors leave behind; ends of paragraphs become line ends."""
    if _MARKUP.search(text) is None:
        return text
    return html.unescape(_TAGS.sub("", _LINE_ENDS.sub("\n", text)))


def _is_simple(text: str) -> bool:
    """Whether nothing has to be taken out of *text* but blanks, as with most."""
    return text.isascii() and text.isprintable() and "<" not in text and "&" not in text


class Record:
    """One row of a feed as a mapping of foreign names; reading a field never raises, it adds a remark instead."""

    __slots__ = ("_fields", "_plain", "remarks")

    def __init__(self, fields: Mapping[str, Any], remarks: Remarks, *, literal: bool = False) -> None:
        """*literal*: the texts are ours, so that what looks like markup in them is what somebody wrote."""
        self._fields = fields
        self._plain = str if literal else plain
        self.remarks = remarks

    def names(self) -> tuple[str, ...]:
        """The names of all its fields."""
        return tuple(self._fields)

    def raw(self, field: str) -> Any:  # noqa: ANN401 - JSON is any
        """What stands there, or None."""
        return self._fields.get(field)

    def line(self, *fields: str, limit: int = LINE_LENGTH) -> str:
        """One clean line from the first of *fields* that has one; longer than *limit* is cut and remarked."""
        return self._text(fields, limit, multiline=False)

    def notes(self, *fields: str) -> str:
        """Clean text with its line ends."""
        return self._text(fields, NOTES_LENGTH, multiline=True)

    def _text(self, fields: tuple[str, ...], limit: int, *, multiline: bool) -> str:
        for field in fields:
            value = self._fields.get(field)
            if value is None or value == "":
                continue
            if isinstance(value, str) and _is_simple(value):
                text = " ".join(value.split())  # the same as below, in a tenth of the time
            elif text := self._as_text(field, value):
                text = clean_multiline(self._plain(text)) if multiline else clean(self._plain(text))
            if text:
                return self.fit(field, text, limit)
        return ""

    def fit(self, field: str, text: str, limit: int) -> str:
        """*text*, cut to *limit* characters with a remark."""
        if len(text) <= limit:
            return text
        self.remarks.add(field, text, f"longer than {limit:,} characters: the rest was cut off")
        return text[: limit - 1].rstrip() + "…"

    def _as_text(self, field: str, value: object) -> str:
        if isinstance(value, str):
            if _HIDDEN.search(value):
                self.remarks.add(field, value, "holds characters that no text has: they were left out")
                value = _HIDDEN.sub("", value)
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, float) and math.isfinite(value):
            return str(int(value)) if value.is_integer() and abs(value) < MAX_EXACT else str(value)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            return self._as_text(field, value[0])
        if value not in ([], {}, False):
            self.remarks.add(field, value, "is not a text: left out")
        return ""

    def number(self, field: str) -> float | None:
        """A finite number, given as one or as text; None when there is none."""
        value = self._fields.get(field)
        if value in (None, "", []):
            return None
        if isinstance(value, str):
            text = clean(value) if _HIDDEN.search(value) is None else ""
            if not text:
                return None
            if _NUMBER.fullmatch(text):
                return float(text)
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        self.remarks.add(field, value, "is not a number: left out")
        return None

    def degrees(self, field: str) -> float | None:
        """A coordinate: a number, which may have a comma before its decimals, as in tables of many countries."""
        value = self._fields.get(field)
        told = _DECIMAL_COMMA.fullmatch(value.strip()) if isinstance(value, str) else None
        return self.number(field) if told is None else float(f"{told[1]}.{told[2]}")

    def texts(self, field: str) -> list[str]:
        """The items of a list as they stand, or of a text split at commas; what is not a text gets a remark."""
        value = self._fields.get(field)
        if value is None or value == "":
            return []
        if isinstance(value, str):
            return [clean(self._plain(part)) for part in _HIDDEN.sub("", value).split(",")]
        if not isinstance(value, list):
            self.remarks.add(field, value, "is not a list: left out")
            return []
        return [clean(self._plain(self._as_text(field, item))) for item in value[:MAX_ITEMS] if item is not None]

    def yes(self, field: str) -> bool | None:
        """True or False where the field says yes or no; None where it says nothing that can be read."""
        value = self._fields.get(field)
        if isinstance(value, bool):
            return value
        word = value.strip().casefold() if isinstance(value, str) else str(value) if isinstance(value, int) else ""
        if word in {"yes", "y", "true", "1"}:
            return True
        if word in {"no", "n", "false", "0"}:
            return False
        if value not in (None, "", []):
            self.remarks.add(field, value, "is neither yes nor no: left out")
        return None

    def email(self, field: str) -> str:
        """Exactly one e-mail address, or nothing and a remark."""
        text = self.line(field, limit=NOTES_LENGTH).removeprefix("mailto:")
        if not text:
            return ""
        if len(text) <= EMAIL_LENGTH and _EMAIL.fullmatch(text):
            return text
        self.remarks.add(field, text, "is not one e-mail address: left out")
        return ""
