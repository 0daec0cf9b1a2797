import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.config import Settings
from finder.domain.errors import BadInputError, FinderError, NotFoundError, NotSavedError
from finder.web import errors, headers
from tests import postgres
from tests.conftest import BuildSite, Databases, prepare_demo


@pytest.mark.parametrize("path", ["/no-such-page", "/meetings/no-such", "/meetings/a%00b", "/meetings/%ff", "/%ff%fe"])
def test_what_is_not_here_is_a_page_that_says_so(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert "<h1>" in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/meetings/no-such",
        "/api/v1/meetings/a%00b",
        "/api/v1/meetings/%ff",
        "/api/v1/meetings/" + "x" * 5000,
        "/api/v1/nothing",
    ],
)
def test_what_is_not_in_the_api_is_a_problem(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.get_json(force=True)["status"] == 404
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_the_wrong_verb_is_told_the_right_ones(client: FlaskClient) -> None:
    for path in ("/api/v1/meetings", "/healthz", "/"):
        response = client.post(path)

        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]


def small_app(build_site: BuildSite, settings: Settings, fault: Exception) -> FlaskClient:
    """An app of one page that fails with *fault*, without templates."""
    app = Flask("small", template_folder="/nonexistent", static_folder=None)
    parent = build_site(settings)
    app.extensions["finder"] = headers.parts_of(parent)
    headers.install(app)
    errors.install(app)

    @app.get("/fail")
    @app.get("/api/fail", endpoint="api")
    def fail() -> str:
        raise fault

    return app.test_client()


class OtherError(FinderError):
    """One that the table does not know."""


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (BadInputError("day", "Give a day."), 400),
        (NotFoundError("It is not here."), 404),
        (NotSavedError("It was not saved."), 503),
        (OtherError("sentinelqwertyui"), 500),
        (ZeroDivisionError("sentinelqwertyui"), 500),
        (RecursionError("sentinelqwertyui"), 500),
    ],
)
def test_every_kind_of_error_has_its_status_as_page_and_problem(
    demo_url: str,
    settings_for: Callable[..., Settings],
    build_site: BuildSite,
    fault: Exception,
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client = small_app(build_site, settings_for(demo_url), fault)

    page, problem = client.get("/fail?near=sentinelqwertyui"), client.get("/api/fail?near=sentinelqwertyui")

    assert (page.status_code, problem.status_code) == (status, status)
    assert "<h1>" in page.get_data(as_text=True)
    assert problem.mimetype == "application/problem+json"
    written = page.get_data(as_text=True) + problem.get_data(as_text=True) + "".join(capsys.readouterr())
    assert "sentinelqwertyui" not in written
    assert ("Retry-After" in page.headers) == (status == 503)


def test_a_problem_names_the_parameter(
    demo_url: str, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    client = small_app(build_site, settings_for(demo_url), BadInputError("day", "Give a day."))

    problem = client.get("/api/fail").get_json(force=True)

    assert problem["parameter"] == "day"
    assert problem["errors"] == [{"parameter": "day", "detail": "Give a day."}]


def lose(url: str, folder: Path) -> None:
    """Put the database at *url* out of reach."""
    if url.startswith("sqlite"):
        for file in Path(url.removeprefix("sqlite:///")).parent.glob(Path(url).name + "*"):
            file.rename(folder / file.name)
        return
    name = url.split("/")[3].split("?", maxsplit=1)[0]
    with psycopg.connect(os.environ[postgres.URL_VARIABLE], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def test_without_the_database_it_answers_what_it_holds_and_asks_to_come_again(
    databases: Databases, settings_for: Callable[..., Settings], build_site: BuildSite, tmp_path: Path
) -> None:
    url = databases.copy_of("demo", prepare_demo)
    app = build_site(settings_for(url))
    client, held = app.test_client(), headers.parts_of(app)
    known = client.get("/api/v1/meetings?day=2").get_data()
    held.reader.close()
    lose(url, tmp_path)

    assert client.get("/api/v1/meetings?day=2").get_data() == known
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    for path in ("/api/v1/meetings?day=3&per_page=7", "/api/v1/meetings/some-slug"):
        response = client.get(path)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
