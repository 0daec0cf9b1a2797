"""Ways to take part from afar: join links of known providers and phone numbers that lead somewhere.

A host belongs to a provider when its last labels are exactly the provider's: ``us02web.zoom.us`` is Zoom,
``evilzoom.us`` is not.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from finder.domain.conference import HOST_SECRETS, URL_LENGTH, provider_of, web_link
from finder.feeds.meeting_guide_record import Record

PHONE_LENGTH = 255
PHONE_DIGITS = 10  # fewer do not reach anybody from another place

_BARE = re.compile(r"[a-z0-9.-]+\.[a-z]{2,63}(?:[/?#]\S*)?", re.IGNORECASE)
_EMBEDDED = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_DIALLED = re.compile(r"[+\d(][\d\s().+/-]*\d[^@]*")
_NUMBER_IN_TEXT = re.compile(r"\+?\(?\d[\d\s().-]{8,}\d")
_WORD = re.compile(r"[^\W\d_]{2,}")
_EXTENSION = re.compile(r"(?:x|ext|extension|pin|code|id|access|meeting|passcode|dial|in|tel|phone)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WayIn:
    """How to join from afar; ``other_url`` is a usable link that is not one of a known provider."""

    url: str = ""
    url_notes: str = ""
    phone: str = ""
    phone_notes: str = ""
    other_url: str = ""

    @property
    def exists(self) -> bool:
        """Whether there is a link to follow or a number to dial."""
        return bool(self.url or self.phone)


@dataclass(frozen=True, slots=True)
class WayInFields:
    """What a feed calls the fields of a way in."""

    url: str = "conference_url"
    url_notes: str = "conference_url_notes"
    phone: str = "conference_phone"
    phone_notes: str = "conference_phone_notes"


MEETING_GUIDE = WayInFields()


def read_way_in(record: Record, fields: WayInFields = MEETING_GUIDE, *, hosts: Iterable[str] = ()) -> WayIn:
    """The conference fields of a row; what cannot be used becomes notes or a remark.

    *hosts* are services beside the known ones.
    """
    url_notes, phone_notes = record.notes(fields.url_notes), record.notes(fields.phone_notes)
    url, other, words = _join_url(record, fields.url, hosts)
    phone, dial_words = _phone(record, fields.phone)
    return WayIn(
        url=url,
        url_notes=_joined(words, url_notes),
        phone=phone,
        phone_notes=_joined(dial_words, phone_notes),
        other_url=other,
    )


def _joined(first: str, second: str) -> str:
    return second if not first or first in second else f"{first}\n{second}".strip()


def read_link(record: Record, *fields: str) -> str:
    """The first of *fields* as a link, "https://" put before a bare host; nothing and a remark when it is none."""
    text = record.line(*fields, limit=URL_LENGTH * 2)
    if not text:
        return ""
    link = web_link(text) or web_link("https://" + text if _BARE.fullmatch(text) else "")
    if not link:
        record.remarks.add(fields[0], text, "is not a web address: left out")
    return link


def _join_url(record: Record, field: str, hosts: Iterable[str]) -> tuple[str, str, str]:
    """The join link, else a link of an unknown host, and the words that stood in its place."""
    text = record.line(field, limit=URL_LENGTH * 2)
    if not text:
        return "", "", ""
    link = web_link(text) or (web_link("https://" + text) if _BARE.fullmatch(text) else "")
    words = ""
    if not link:
        found = _EMBEDDED.search(text)
        link = web_link(found[0].rstrip(".,;)")) if found else ""
        words = text if " " in text and not link else ""
        reason = "has words around its link: the link was taken" if link else "is not a link that can be followed"
        record.remarks.add(field, text, f"{reason}; the words are kept as notes" if words else reason)
    if not link:
        return "", "", words
    parts = urlsplit(link)
    if not provider_of(parts.hostname or "", hosts):
        record.remarks.add(field, link, "is not of a known conference service: kept as a web page, not to join by")
        return "", link, words
    if HOST_SECRETS & {name.casefold() for name, _ in parse_qsl(parts.query)}:
        record.remarks.add(field, link.split("?", 1)[0], "carries the key of the host: left out")
        return "", "", words
    if parts.scheme.casefold() == "http":  # every one of these services answers https
        link = "https" + link[4:]
    return link, "", words


def _phone(record: Record, field: str) -> tuple[str, str]:
    """A number to dial, and the words that stood in its place."""
    text = record.line(field, limit=PHONE_LENGTH * 4)
    if not text:
        return "", ""
    digits = sum(letter.isdigit() for letter in text)
    if _dials(text) and digits >= PHONE_DIGITS:
        return record.fit(field, text, PHONE_LENGTH), ""
    within = _NUMBER_IN_TEXT.search(text)
    if within and sum(letter.isdigit() for letter in within[0]) >= PHONE_DIGITS:
        record.remarks.add(field, text, "has words around its number: the words are kept as notes")
        return within[0].strip(), text
    reason = "is words, not a number" if digits < PHONE_DIGITS and _WORD.search(text) else "is not a number to dial"
    record.remarks.add(field, text, f"{reason}: kept as notes")
    return "", text


def _dials(text: str) -> bool:
    """Whether *text* is a number with what one types after it: pauses, codes, an extension."""
    head, _, _tail = text.partition(",,")
    words = [word for word in _WORD.findall(head) if not _EXTENSION.fullmatch(word)]
    return _DIALLED.match(text) is not None and not words
