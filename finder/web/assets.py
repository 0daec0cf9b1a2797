"""Static files under names that change with their content, so that browsers may keep them for ever.

The style sheets are small files to read and to change; a page loads them as the one bundle ``css/site.css``, put
together when it is first asked for. Files are held in memory, as they are and compressed.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

#: Bundle -> the files it is made of, in the order of the cascade.
BUNDLES = {
    "css/site.css": ("tokens", "base", "layout", "components", "print"),
    "css/work.css": ("work",),
    "css/embed.css": ("tokens", "base", "layout", "components", "embed"),
}
#: What a page loads that stands in a frame of another site, which may be shut off from its own origin (``sandbox``).
FOR_FRAMES = frozenset({"css/embed.css"})
#: Kinds of files that are worth compressing.
COMPRESSIBLE = ("text/", "image/svg+xml", "application/json", "application/javascript")
IMMUTABLE = "public, max-age=31536000, immutable"
LARGEST = 4 * 1024 * 1024
EXTENSION = "finder.assets"

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its content as it is and compressed (empty where that does not help), its kind and its hash."""

    content: bytes
    compressed: bytes
    mimetype: str
    digest: str


@dataclass(slots=True)
class Assets:
    """The files below *folder*, read once each."""

    folder: Path
    held: dict[str, Asset] = field(default_factory=dict)

    def get(self, name: str) -> Asset:
        """The file or bundle *name*, a path below the folder with slashes; raises NotFound."""
        asset = self.held.get(name)
        if asset is None:
            asset = self.held[name] = self._read(name)
        return asset

    def url(self, name: str) -> str:
        """Where a browser finds *name*: ``/static/<hash>/css/site.css``."""
        return f"/static/{self.get(name).digest}/{name}"

    def _read(self, name: str) -> Asset:
        if name in BUNDLES:
            content = b"".join((self.folder / "css" / f"{part}.css").read_bytes() for part in BUNDLES[name])
        else:
            content = self._file(name).read_bytes()
        mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
        compressed = gzip.compress(content, 9, mtime=0) if mimetype.startswith(COMPRESSIBLE) else b""
        return Asset(content, compressed, mimetype, hashlib.sha256(content).hexdigest()[:12])

    def _file(self, name: str) -> Path:
        path = safe_join(str(self.folder), name)
        file = Path(path) if path and "\0" not in path else None
        if file is None or not file.is_file() or file.stat().st_size > LARGEST:
            raise NotFound
        return file


def install(app: Flask) -> None:
    """Serve the folder ``static`` of *app* under names with hashes."""
    app.extensions[EXTENSION] = Assets(Path(app.root_path) / "static")
    app.register_blueprint(blueprint)


def assets_of(app: Flask) -> Assets:
    """The static files of *app*."""
    return cast("Assets", app.extensions[EXTENSION])


@blueprint.get("/static/<digest>/<path:name>")
def static_file(digest: str, name: str) -> Response:
    """A file; kept for ever by a browser that asked under its right name, asked for again under an old one."""
    assets = assets_of(current_app)
    asset = assets.get(name)
    squeezed = bool(asset.compressed) and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(asset.compressed if squeezed else asset.content, mimetype=asset.mimetype)
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    if name in FOR_FRAMES:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = IMMUTABLE if digest == asset.digest else "no-cache"
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The sign of the site, for browsers that look for it here."""
    assets = assets_of(current_app)
    response = Response(assets.get("favicon.svg").content, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
