"""Asks the BMLT endpoint of a site over the made-up directory of `bmlt_directory`."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.application import create_app
from finder.config import Settings
from tests.conftest import Databases, close
from tests.web.bmlt_directory import prepare_bmlt

ROOT = "https://meetings.example.org"


@pytest.fixture(scope="module")
def bmlt_site(databases: Databases, settings_for: Callable[..., Settings]) -> Iterator[Flask]:
    """A site over the made-up directory, at home in New York; tests only read it."""
    hosts = "localhost,127.0.0.1,meetings.example.org"
    url = databases.copy_of("bmlt", prepare_bmlt)
    app = create_app(settings_for(url, zone="America/New_York", public_url=ROOT, trusted_hosts=hosts))
    yield app
    close(app)


@pytest.fixture
def bmlt(bmlt_site: Flask) -> FlaskClient:
    """A client of that site."""
    return bmlt_site.test_client()


def asked(client: FlaskClient, switcher: str, query: str = "", path: str = "json") -> Any:  # noqa: ANN401 - JSON is any
    """What an operation answers."""
    response = client.get(f"/client_interface/{path}/?switcher={switcher}&{query}")
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def numbers(client: FlaskClient, query: str) -> str:
    """The numbers of the meetings that answer a search, in order; 105 on its Saturday is ``105s``."""
    found = (each["id_bigint"] for each in asked(client, "GetSearchResults", query))
    return " ".join(found).replace("70000000105", "105s")
