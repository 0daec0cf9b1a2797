"""The page on which a moderator finds what is to be edited."""

from flask import Response, request

from finder.domain.roles import Right
from finder.domain.text import clean
from finder.review.locate import find_mine
from finder.web.edit_page import new_blueprint, page
from finder.web.identity import require_anywhere
from finder.web.parts import parts

LONGEST = 200
blueprint = new_blueprint("edit_find")


@blueprint.get("/moderate/find")
def find() -> Response:
    """Listings, places and groups of one's service bodies, by words in their names and addresses."""
    viewer, words = require_anywhere(Right.EDIT), clean(request.args.get("q", ""))[:LONGEST]
    with parts().database.reading() as session:
        found = find_mine(session, viewer, words)
    return page("find", found=found, words=words, administrator=viewer.administrator)
