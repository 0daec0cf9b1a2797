"""The armour: the headers that every answer carries, whatever its status and whoever made it.

They are put on outside Flask, so that errors, redirects, refused hosts, 304s and static files have them too. A view
that sets one of them itself keeps its own.
"""

from collections.abc import Callable, Iterable
from typing import Any

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
#: The page that any site may frame: nothing is sent from it, and nothing changed by it.
EMBED = "/embed"
EMBED_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors *"
)
#: For what is no page (JSON, calendars, style sheets): nothing may be loaded and nobody may frame it.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

#: Powers of a browser that this site switches off; the place is asked for by the site itself, at a tap.
POWERS_OFF = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)

ARMOUR = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", ", ".join(["geolocation=(self)", *(f"{power}=()" for power in POWERS_OFF)])),
)


Headers = list[tuple[str, str]]

#: What is under `API` any site may read, without credentials.
API = "/api/"
OPEN_TO_ALL: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag"),
    ("Content-Security-Policy", DATA_POLICY),
]
#: Below this path a BMLT server is answered, which sites also read as a script.
BMLT = "/client_interface/"
OPEN_AS_SCRIPT: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, X-Total-Count, Warning"),
    ("Content-Security-Policy", DATA_POLICY),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Armour:
    """A WSGI application that puts the armour on the answers of *inner*."""

    def __init__(self, inner: WsgiApp, *, https: bool) -> None:
        self.inner = inner
        page = [*ARMOUR, *hsts(https=https)]
        framed = [*page, ("Cross-Origin-Resource-Policy", "cross-origin"), ("Content-Security-Policy", EMBED_POLICY)]
        self._framed = {header[0].lower(): header for header in framed}
        self._sets: dict[bool, dict[str, tuple[str, str]]] = {
            is_page: {header[0].lower(): header for header in [*page, ("Content-Security-Policy", policy)]}
            for is_page, policy in ((True, PAGE_POLICY), (False, DATA_POLICY))
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as *inner* does, armoured."""

        def start(status: str, headers: Headers, exc_info: object = None) -> object:
            armoured = self.armoured(headers, framed=environ.get("PATH_INFO") == EMBED)
            return start_response(status, armoured, exc_info)

        return self.inner(environ, start)

    def armoured(self, headers: Headers, *, framed: bool = False) -> Headers:
        """*headers* with everything of the armour that they do not set themselves; any site may frame a *framed* one.

        A browser that is told that a page is as before takes the headers it is told with, so that a 304 must have the
        page's own.
        """
        own = {name.lower(): value for name, value in headers}
        is_page = own.get("content-type", "text/html").startswith("text/html")
        missing = self._framed if framed else self._sets[is_page]
        armoured = headers + [header for name, header in missing.items() if name not in own]
        if "cache-control" not in own:
            armoured.append(("Cache-Control", "no-store"))
        return armoured


def hsts(*, https: bool) -> Headers:
    """The header that keeps browsers on https, for a site that is reached by it."""
    return [("Strict-Transport-Security", "max-age=31536000")] if https else []
