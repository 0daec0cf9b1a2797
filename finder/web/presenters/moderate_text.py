"""A submitter's text as a moderator must see it: nothing hidden, nothing that only looks like a letter of ours.

What comes out is markup: the text is escaped, the marks are ours.
"""

import difflib
import re
import unicodedata

from markupsafe import Markup, escape

from finder.domain.text import clean_multiline

#: Line breaks that no browser shows as one.
_ODD_BREAKS = frozenset("\x0b\x0c\x85\u2028\u2029")
_PLAIN = frozenset("\n\r\t")
_WORDS = re.compile(r"\s+|[^\s,;/]+|[,;/]")
_JOINERS = frozenset("\u200c\u200d")
LIKE_LATIN = ("CYRILLIC", "GREEK", "FULLWIDTH", "MATHEMATICAL", "ARMENIAN", "CHEROKEE")
DRESSED = frozenset({"FULLWIDTH", "MATHEMATICAL"})
#: Texts longer than this are told apart as a whole: comparing word by word would cost too much.
LONGEST_COMPARED = 4000


def visible(text: str) -> Markup:
    """*text* escaped, with every hidden character as a marked box and every look-alike letter marked with its name."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return escape(text)
    alike = _alike(text)
    return Markup("").join(_shown(text, place, place in alike) for place in range(len(text)))


def _shown(text: str, place: int, alike: bool) -> Markup:  # noqa: FBT001 - of this module only
    char = text[place]
    if _is_hidden(text, place):
        return Markup('<span class="unseen" title="{}">{}</span>').format(_name(char), _code(char))
    if alike:
        return Markup('<mark class="alike" title="{}">{}<small>{}</small></mark>').format(
            _name(char), char, _script(char)
        )
    return escape(char)


def _is_hidden(text: str, place: int) -> bool:
    char = text[place]
    if char in _PLAIN or (char.isascii() and char.isprintable()):
        return False
    if char in _ODD_BREAKS:
        return True
    if char in _JOINERS:  # they belong between letters of some scripts
        around = text[place - 1 : place + 2]
        return char not in clean_multiline(around)
    return clean_multiline(f"-{char}-") == "--"


def _alike(text: str) -> frozenset[int]:
    """The places of letters that look like Latin ones without being any, in words where that could deceive."""
    found: set[int] = set()
    for word in re.finditer(r"\S+", text):
        scripts = {place: _script(char) for place, char in enumerate(word[0]) if char.isalpha()}
        mixed = "Latin" in scripts.values()
        for place, script in scripts.items():
            upper = script.upper()
            if upper in DRESSED or (mixed and upper in LIKE_LATIN):
                found.add(word.start() + place)
    return frozenset(found)


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0].capitalize()


def _name(char: str) -> str:
    return unicodedata.name(char, "control character").capitalize()


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


def marked(text: str, other: str, tag: str = "ins") -> Markup:
    """*text* with what *other* does not say in a *tag*, word by word."""
    if text == other or not text:
        return visible(text)
    if not other or len(text) + len(other) > LONGEST_COMPARED:
        return _in(tag, visible(text))
    words, others = _WORDS.findall(text), _WORDS.findall(other)
    matcher = difflib.SequenceMatcher(None, others, words, autojunk=False)
    pieces = []
    for what, _, _, start, end in matcher.get_opcodes():
        piece = "".join(words[start:end])
        told = piece.lstrip(" ,;/>\n") if what != "equal" else ""
        lead = piece[: len(piece) - len(told)]  # a comma before what is new is nothing new
        pieces += [visible(lead), _in(tag, visible(told)) if told else Markup("")]
    return Markup("").join(pieces)


def changed(before: str, after: str) -> Markup:
    """What becomes of *before*: where the two are much alike only what is new is marked, else what goes is struck."""
    if before == after:
        return visible(after)
    if before and after and _akin(before, after):
        return marked(after, before)
    return became(before, after)


def became(before: str, after: str) -> Markup:
    """*before* struck out and *after* marked, for where nothing stands beside it to compare with."""
    gone = _in("del", visible(before)) if before else Markup("")
    come = _in("ins", visible(after)) if after else Markup("")
    return Markup(" ").join(part for part in (gone, come) if part)


def _akin(before: str, after: str) -> bool:
    """Whether two texts share enough for a comparison by words to read well."""
    if len(before) + len(after) > LONGEST_COMPARED:
        return False
    return difflib.SequenceMatcher(None, _WORDS.findall(before), _WORDS.findall(after)).ratio() > 0.4  # noqa: PLR2004


def _in(tag: str, content: Markup) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), content)  # noqa: S704 - one of our tags
