"""Links that may be followed from a page: schemes on a list, and honest about where they lead."""

import re
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

WEB = ("http", "https")
#: Conference services by the exact end of their host name; others are called by their host.
SERVICES = {
    "zoom.us": "Zoom",
    "zoomgov.com": "Zoom",
    "zoom.com": "Zoom",
    "meet.google.com": "Google Meet",
    "teams.microsoft.com": "Microsoft Teams",
    "teams.live.com": "Microsoft Teams",
    "meet.jit.si": "Jitsi",
    "webex.com": "Webex",
    "gotomeeting.com": "GoTo Meeting",
    "meet.goto.com": "GoTo Meeting",
    "discord.com": "Discord",
    "discord.gg": "Discord",
    "skype.com": "Skype",
    "intherooms.com": "In The Rooms",
    "youtube.com": "YouTube",
    "facebook.com": "Facebook",
    "bluejeans.com": "BlueJeans",
    "freeconferencecall.com": "FreeConferenceCall",
}
_NUMBER = re.compile(r"\+?[\d][\d ().-]{1,18}\d")
#: "call 911", "call or text 988", "call 116 123", "1-800-662-4357": numbers in a help line.
_HELP = re.compile(r"(?:(?P<first>call) or (?P<both>text) |(?P<verb>call|text) )?(?P<number>\d[\d -]*\d)")


def web_link(url: str) -> str:
    """*url* when it is an ordinary web address, else empty: never ``javascript:`` or another surprise."""
    try:
        parts = urlsplit(url.strip())
        named = bool(parts.hostname)
    except ValueError:
        return ""
    return url.strip() if parts.scheme.lower() in WEB and named else ""


def host_of(url: str) -> str:
    """The host of a web address without ``www.``, to say where a link leads."""
    host = urlsplit(url).hostname or "" if web_link(url) else ""
    return host.removeprefix("www.")


def service_of(url: str) -> str:
    """The service behind a conference link, by the exact labels of its host: ``Zoom``; else the host itself."""
    host = host_of(url)
    for end, name in SERVICES.items():
        if host == end or host.endswith("." + end):
            return name
    return host


def telephone(number: str) -> str:
    """The ``tel:`` link of a number as people write it, pauses and codes kept; empty when there is none in it.

    Conference numbers such as ``+16699009128,,5551234#`` keep their comma pauses (RFC 3601 calls).
    """
    text = number.strip()
    if not _NUMBER.match(text):
        return ""
    dialled = re.sub(r"[^\d,;*#+]", "", text)
    return "tel:" + quote(dialled, safe="+,;*") if dialled else ""


def mail(address: str, subject: str = "") -> str:
    """The ``mailto:`` link of one address; empty when it is not one."""
    text = address.strip()
    if text.count("@") != 1 or any(char.isspace() or char in ",;<>?&\"'" for char in text):
        return ""
    return "mailto:" + quote(text, safe="@+._-") + (f"?subject={quote(subject)}" if subject else "")


def directions(latitude: float | None, longitude: float | None, address: str) -> str:
    """A plain link to a map that shows the way to the point; without one it looks for the address."""
    if latitude is not None and longitude is not None:
        return f"https://www.openstreetmap.org/directions?to={latitude:.6f}%2C{longitude:.6f}"
    return "https://www.openstreetmap.org/search?query=" + quote(address) if address else ""


def help_lines(text: str) -> Markup:
    """The operator's help line with its telephone numbers as links; nothing is dialled by itself."""
    pieces: list[Markup] = []
    end = 0
    for found in _HELP.finditer(text):
        pieces += [escape(text[end : found.start()]), _help_link(found)]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _help_link(found: re.Match[str]) -> Markup:
    number = found["number"]
    digits = re.sub(r"\D", "", number)
    if found["both"]:
        return Markup('<a href="tel:{0}">call</a> or <a href="sms:{0}">text {1}</a>').format(digits, number)
    scheme = "sms" if found["verb"] == "text" else "tel"
    return Markup('<a href="{0}:{1}">{2}</a>').format(scheme, digits, found[0])
