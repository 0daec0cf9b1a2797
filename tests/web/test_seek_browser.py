"""The results page with JavaScript: the button of the filters says how many it would show, before it is pressed."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def test_the_button_says_how_many_as_filters_are_ticked_and_is_right(demo_server: Server, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{demo_server.url}/?near=Austin%2C+TX&within=10&q=&from=&until=")
    button = page.locator("#apply")
    before = button.inner_text()
    with page.expect_response(re.compile(r"/api/v1/meetings\?")) as asked:
        page.get_by_role("checkbox", name=re.compile("^Sunday")).check()
    total = asked.value.json()["total"]
    assert asked.value.status == 200
    assert total > 0
    expect(button).to_contain_text(f"{total:,} ")
    assert button.inner_text() != before
    button.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{total:,} meeting")
    context.close()
