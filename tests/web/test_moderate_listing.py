"""The timeline of a listing, page by page."""

import datetime as dt
import re
from dataclasses import replace

from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.review.case import HISTORY
from tests.conftest import NOW
from tests.web.desk import Desk, form_of


def test_the_timeline_of_a_listing_goes_back_to_its_beginning(desk: Desk) -> None:
    meeting = desk.listing("own")
    with desk.database.unit_of_work() as session:
        held = draft_of(next(read_register(session, [meeting.id])))
        for minute in range(HISTORY):
            changed = replace(held, schedule=replace(held.schedule, start=dt.time(6, minute)))
            revise(session, meeting.id, changed, actor="import", reason="", now=NOW)
    client, path = desk.client("moderator"), f"/moderate/listing/{meeting.slug}"
    newest = client.get(path).get_data(as_text=True)
    assert newest.count("Undo this") == HISTORY
    link = re.search(r'href="([^"]+)">Older acts', newest)
    assert link
    oldest = client.get(link[1]).get_data(as_text=True)
    assert (oldest.count("Undo this"), "Older acts" in oldest) == (1, False)
    assert client.post(f"{path}/undo", data=form_of(oldest, f"{path}/undo")).status_code == 409
    assert client.get(f"{path}?before=no-number").get_data(as_text=True).count("Undo this") == HISTORY
