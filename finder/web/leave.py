"""The way out: one press leaves for a neutral page and takes with it what the browser kept of this site."""

from flask import Blueprint, Response

from finder.web.parts import parts

blueprint = Blueprint("leave", __name__)


@blueprint.get("/leave")
def leave() -> Response:
    """Send the browser to the neutral page; it writes nothing, so a plain link does."""
    return Response(
        status=303,
        headers={
            "Location": parts().settings.exit_url,
            "Clear-Site-Data": '"cache", "cookies", "storage"',
            "Cache-Control": "no-store",
        },
    )
