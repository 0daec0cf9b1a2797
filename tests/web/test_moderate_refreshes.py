"""What sources say and nobody has decided about yet stands above the queue of those who decide about it."""

from tests.sources.feeds import a_row
from tests.sources.instance import Feed, run
from tests.web.desk import Desk
from tests.web.source_pages import ROWS, post, proposed


def queue(desk: Desk, who: str) -> str:
    return desk.client(who).get("/moderate").get_data(as_text=True)


def test_a_refresh_stands_above_the_queue_until_it_is_decided_about(desk: Desk, feed: Feed) -> None:
    assert "/refreshes/" not in queue(desk, "moderator")
    _, number, page = proposed(desk, feed, [a_row(0, notes="Ring the bell."), *ROWS[1:], a_row(40, name="Night owls")])
    for who in ("moderator", "second", "administrator"):
        told = queue(desk, who)
        assert f'<a href="{page}">' in told
        assert "1 new, 1 changed, 0 gone" in told
    assert page not in queue(desk, "other")
    seen = str(run(desk.database, number).revision)
    assert post(desk, "moderator", f"{page}/decide", action="aside_all", revision=seen).status_code == 303
    assert "/refreshes/" not in queue(desk, "moderator")
