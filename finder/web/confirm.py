"""Still right? What a reminder's link opens: a look changes nothing, and one press confirms."""

from flask import Response, request

from finder.domain.errors import BadInputError
from finder.review.freshness import asked_group, confirm_asked
from finder.web.edit_page import new_blueprint
from finder.web.forms.values import whole
from finder.web.page import render
from finder.web.parts import parts
from finder.web.presenters.confirm import confirm_page, thanks

blueprint = new_blueprint("confirm")

MOST = 1000


@blueprint.get("/confirm/<secret>")
def look(secret: str) -> Response:
    """The group's listings in words, and the button. Programs that look at mail open this, too."""
    return _page(secret)


def _page(secret: str, problem: str = "") -> Response:
    held = parts()
    now = held.clock()
    with held.database.reading() as register:
        group = asked_group(register, secret, now=now)
    page = confirm_page(group, now=now)
    return render("confirm/confirm.html", status=400 if problem else 200, page=page, secret=secret, problem=problem)


@blueprint.post("/confirm/<secret>")
def press(secret: str) -> Response:
    """Confirm the ticked listings."""
    held = parts()
    chosen = frozenset(int(text) for text in request.form.getlist("listing") if text.isascii() and text.isdigit())
    try:
        with held.database.unit_of_work() as register:
            count = confirm_asked(register, secret, only=chosen, now=held.clock())
    except BadInputError as error:
        return _page(secret, error.message)
    return Response(status=303, headers={"Location": f"/confirm/thanks?count={count}"})


@blueprint.get("/confirm/thanks")
def done() -> Response:
    """Thank them, and say what to do when something has changed."""
    try:
        count = whole(0, MOST)(request.args.get("count", ""))
    except ValueError:
        count = 0
    return render("confirm/thanks.html", words=thanks(count))
