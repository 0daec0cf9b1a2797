"""How many rows and columns a sheet spans, from its XML as it stands: never fewer than a reader of it would take.

The text is searched, not parsed, so that nothing in it can hide a cell: whatever could be the name of one counts.
"""

import re

from finder.feeds.rows import FeedError

LETTERS = 26
A = ord("A") - 1

#: An empty cell or row, which spans nothing; the beginning of a row or cell; the name of a cell, or a row's number.
_TOKENS = re.compile(
    rb'<(?:c|row)(?:\s+[\w:]+="[^"<>]*")*\s*/>'
    rb"|(?P<tag><(?:[^\s<>/:]+:)?(?:row|c)(?=[\s/>]))"
    rb"""|\br\s*=\s*["']\s*(?P<letters>[A-Za-z]*)(?P<number>\d+)"""
)
_DIGITS = 7  # of the largest row number there is


def span(sheet: bytes) -> tuple[int, int]:
    """Rows and columns that *sheet* spans at most. Raises FeedError for XML in an encoding of two bytes a letter."""
    if b"\0" in sheet:
        raise FeedError("The sheet is written in an encoding that is not understood: save it anew as XLSX or CSV.")
    rows = columns = within = unnumbered = 0
    for token in _TOKENS.finditer(sheet):
        if tag := token["tag"]:
            if tag.endswith(b"row"):
                within, unnumbered = 0, unnumbered + 1
            else:
                within += 1
                columns = max(columns, within)
        elif number := token["number"]:
            rows = max(rows, int(number) if len(number) <= _DIGITS else 10**_DIGITS)
            if letters := token["letters"]:
                columns = max(columns, _column(letters))
            else:
                unnumbered -= 1
    return rows + max(0, unnumbered), columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:4]:
        number = number * LETTERS + letter - A
    return number
