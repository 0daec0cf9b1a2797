"""What the moderators' pages share: their frame, their names for things, and where to go next."""

import datetime as dt

from flask import Blueprint, Response, current_app, request, session

from finder.accounts.permissions import Viewer
from finder.domain.roles import Right
from finder.review.letters import Letterhead
from finder.web.account_page import NOTICE, go
from finder.web.assets import assets_of
from finder.web.identity import local_path
from finder.web.page import frame, render
from finder.web.parts import parts
from finder.web.presenters.labels import Labels

QUEUE = "/moderate"


def new_blueprint(name: str) -> Blueprint:
    """A family of moderators' pages, whose answers are kept nowhere."""
    made = Blueprint(name, __name__)
    made.after_request(kept_nowhere)
    return made


def kept_nowhere(response: Response) -> Response:
    """An answer that no cache keeps."""
    response.headers["Cache-Control"] = "no-store"
    return response


def page(template: str, viewer: Viewer, *, status: int = 200, **values: object) -> Response:
    """A moderators' page."""
    assets = assets_of(current_app)
    return render(
        f"moderate/{template}.html",
        status=status,
        viewer=viewer,
        may_decide=viewer.holds(Right.DECIDE),
        said=session.pop(NOTICE, "") if NOTICE in session else "",
        moderate_css=assets.url("css/moderate.css"),
        moderate_js=assets.url("js/moderate.js"),
        **values,
    )


def now() -> dt.datetime:
    """The aware instant of this request."""
    return parts().clock()


def labels() -> Labels:
    """The names of the vocabulary as the finder has them."""
    held = parts()
    return frame().labels(held, held.keeper.current())


def letterhead() -> Letterhead:
    """Who writes the mails."""
    settings = parts().settings
    return Letterhead(site_name=settings.site_name, public_url=settings.public_url)


def go_back(default: str, notice: str = "") -> Response:
    """On to the moderators' page that a form names as ``back``, or to *default*."""
    wanted = local_path(request.form.get("back"))
    return go(wanted if wanted.partition("?")[0].startswith(QUEUE) else default, notice)
