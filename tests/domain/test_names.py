"""Names of people who write to us, and positions that they paste."""

import pytest

from finder.domain.errors import BadInputError
from finder.domain.names import check_name
from finder.domain.pin import read_position


@pytest.mark.parametrize(
    "name",
    ["", "Robin", "Robin K.", "Robin K", "Mary-Lou B.", "O\u2019Hara", "\u0410\u043d\u043d\u0430 \u041a.", "J. B."],
)
def test_a_first_name_and_an_initial_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "shorter"),
    [("John Smith", "John S."), ("mary ann jones", "mary J."), ("Robin van der Kestrel", "Robin K.")],
)
def test_more_is_declined_with_the_shorter_form(name: str, shorter: str) -> None:
    with pytest.raises(BadInputError, match="First name and an initial at most") as declined:
        check_name(name)
    assert declined.value.message.endswith(shorter)
    assert declined.value.parameter == "contact_name"


@pytest.mark.parametrize("name", ["robin@example.org", "555-0100", "<b>Robin</b>", "Robin\u202e1", "x" * 41, "{{7*7}}"])
def test_what_is_no_name_is_declined(name: str) -> None:
    with pytest.raises(BadInputError, match="first name"):
        check_name(name)


AUSTIN = (30.2672, -97.7431)


@pytest.mark.parametrize(
    "text",
    [
        "30.2672, -97.7431",
        "30.2672 -97.7431",
        "(30.2672; -97.7431)",
        "30.2672\u00b0 N, 97.7431\u00b0 W",
        "Larkspur Hall: 30.2672, -97.7431",
        "geo:30.2672,-97.7431",
        "https://www.openstreetmap.org/#map=19/30.2672/-97.7431",
        "https://www.openstreetmap.org/?mlat=30.2672&mlon=-97.7431#map=16/30.9/-97.9",
        "https://maps.example.org/maps/place/12+Example+St/@30.9,-97.9,17z/data=!3m1!4b1!3d30.2672!4d-97.7431",
        "https://maps.example.org/maps/@30.2672,-97.7431,17z",
        "https://maps.example.org/?q=30.2672,-97.7431",
        "https://maps.example.org/?ll=30.2672%2C-97.7431&z=10",
        "https://maps.example.org/maps/search/30.2672,+-97.7431",
    ],
)
def test_a_position_is_read_from_what_people_paste(text: str) -> None:
    assert read_position(text) == AUSTIN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "here",
        "91, 0",
        "0, 181",
        "12 Example Street, Austin",
        "https://maps.example.org/abc",
        "1",
        "9" * 400,
        "NaN, NaN",
    ],
)
def test_what_is_no_position_is_none(text: str) -> None:
    assert read_position(text) is None


def test_zero_is_a_position() -> None:
    assert read_position("0, 0") == (0.0, 0.0)
