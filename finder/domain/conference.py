"""Links to join by: which services are known, what makes a link usable, and what in it is a secret.

A host belongs to a service when its last labels are exactly the service's: ``us02web.zoom.us`` is Zoom,
``evilzoom.us`` is not.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from finder.domain.errors import BadInputError

#: Domains of the conference services whose links readers of Meeting Guide feeds take for a way to join.
PROVIDERS = (
    "bluejeans.com",
    "discord.com",
    "discord.gg",
    "facebook.com",
    "freeconference.com",
    "freeconferencecall.com",
    "goto.com",
    "gotomeet.me",
    "gotomeeting.com",
    "meet.google.com",
    "meet.jit.si",
    "meetings.dialpad.com",
    "ringcentral.com",
    "skype.com",
    "teams.live.com",
    "teams.microsoft.com",
    "telegram.me",
    "t.me",
    "uberconference.com",
    "webex.com",
    "whereby.com",
    "zoho.com",
    "zoom.com",
    "zoom.us",
    "zoomgov.com",
)
URL_LENGTH = 2048
#: Parameters of a link that let in whoever holds it: passcodes and tokens, by the names that services give them.
SECRETS = frozenset(
    {
        *("pwd", "passwd", "password", "pass", "passcode", "pin", "key", "secret"),
        *("tk", "token", "access_token", "auth", "jwt", "mtid"),
    }
)
#: A Zoom host key: whoever holds it owns the room. It is never published.
HOST_SECRETS = frozenset({"zak"})

_ROOM = re.compile(r"/(\d{9,11})(?:/|$)")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class JoinLink:
    """A link to join by; ``provider`` is the domain of its service, ``secrets`` names its passcodes."""

    url: str
    host: str
    provider: str
    secrets: tuple[str, ...]


def provider_of(host: str, also: Iterable[str] = ()) -> str:
    """The provider domain that *host* belongs to by exact labels, or ""; *also* names providers beside the known."""
    labels = host.casefold().rstrip(".")
    known = (*PROVIDERS, *(domain.casefold() for domain in also))
    return next((domain for domain in known if labels == domain or labels.endswith("." + domain)), "")


def web_link(text: str) -> str:
    """*text* as an http(s) link that a page may carry, or "": no other scheme, no userinfo, a real host name."""
    if not text or len(text) > URL_LENGTH or not text.isprintable() or any(bad in text for bad in ' \\"<>`{}|^'):
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme.casefold() not in {"http", "https"} or port not in {None, 80, 443}:
        return ""
    if parts.username is not None or parts.password is not None:
        return ""
    try:
        name = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return ""
    return text if _HOST.fullmatch(name) else ""


def read_join_link(text: str, also: Iterable[str] = ()) -> JoinLink:
    """The join link that somebody typed; "https://" is put before a bare host.

    Raises BadInputError for a service that is neither known nor among *also*, and what `read_guest_link` refuses.
    """
    link = read_guest_link(text, also)
    if not link.provider:
        raise BadInputError(
            "conference_url",
            f"We do not know {link.host} as a service for meetings. Paste a link of Zoom, Google Meet, Teams or "
            "another known service; if it is a page that tells how to join, give it as the website.",
        )
    return link


def read_guest_link(text: str, also: Iterable[str] = ()) -> JoinLink:
    """A join link of any service, as a table of this directory may hold one; ``provider`` is "" for one not known.

    Raises BadInputError for what is no https link, carries a name or password before its host, or a host's own key.
    """
    typed = text.strip()
    whole = typed if "://" in typed else f"https://{typed}"
    link = web_link(whole)
    parts = urlsplit(link) if link else None
    if parts is None or parts.scheme.casefold() != "https":
        raise BadInputError("conference_url", "Paste the whole join link. It begins with https://")
    names = _parameters(link)
    if HOST_SECRETS.intersection(names):
        raise BadInputError(
            "conference_url",
            "This link holds the host's own key: whoever has it owns the room. Paste the guests' link.",
        )
    host = (parts.hostname or "").casefold()
    return JoinLink(
        link, host, provider_of(host, also), tuple(dict.fromkeys(name for name in names if name in SECRETS))
    )


def has_secret(url: str) -> bool:
    """Whether a link carries a passcode or a token."""
    return not (SECRETS | HOST_SECRETS).isdisjoint(_parameters(url))


def room_of(url: str) -> str:
    """Which room of which service a link leads to ("zoom.us/5550100199"), whatever else it says; "" when none is told.

    A room is a number of nine to eleven digits in the path, as Zoom and others give them.
    """
    provider = provider_of(host_of(url)) if url else ""
    found = _ROOM.search(urlsplit(url).path) if provider else None
    return f"{provider}/{found[1]}" if found else ""


def host_of(url: str) -> str:
    """The host that a link leads to, in small letters; "" for what is no link."""
    try:
        return (urlsplit(url).hostname or "").casefold()
    except ValueError:
        return ""


def _parameters(url: str) -> list[str]:
    """The names of a link's parameters that hold something, in small letters: of its query, and of its fragment."""
    try:
        parts = urlsplit(url)
        pairs = [*parse_qsl(parts.query), *parse_qsl(parts.fragment.removeprefix("?"))]
    except ValueError:  # no link, or more parameters than anybody needs
        return []
    return [name.casefold() for name, _ in pairs]
