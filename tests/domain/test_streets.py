"""Streets as people write them: which lines name the same house."""

import pytest

from finder.domain.streets import house_number, same_street


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Example Street", "12 EXAMPLE ST."),
        ("12 Example Street, Suite 4", "12 Example St"),
        ("12 Example Street #4", "12 Example Street"),
        ("12 Example Street, Suite #4", "12 Example Street, Apt B"),
        ("12 Example Street, 2nd floor", "12 Example Street"),
        ("12 N. Main St", "12 North Main Street"),
        ("12 N.W. Oak Ave", "12 Northwest Oak Avenue"),
        ("12 North West Oak Ave", "12 NW Oak Avenue"),
        ("12 Main", "12 Main Street"),
        ("12 Main St", "12 N Main St"),
        ("120 First Avenue", "120 1st Ave"),
        ("12 St. James Blvd", "12 Saint James Boulevard"),
        ("Beispielstraße 12", "Beispielstr. 12"),
        ("12 Rue de l'Été", "12 rue de l’Ete"),
        ("Fifth Ave & Oak St", "5th Avenue and Oak Street"),
    ],
)
def test_one_house_is_one_however_its_street_is_written(one: str, other: str) -> None:
    assert same_street(one, other)
    assert same_street(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Example Street", "14 Example Street"),
        ("12 Example Street", "12 Sample Street"),
        ("12 Example Street", "12 Example Road"),
        ("12 North Main Street", "12 South Main Street"),
        ("12 Example Street", "Example Street"),
        ("12 Example Street", "12 Old Example Street"),
        ("12 E 5th St", "12 E 6th St"),
        ("12 Example Street", ""),
        ("", ""),
    ],
)
def test_another_house_or_street_is_another(one: str, other: str) -> None:
    assert not same_street(one, other)
    assert not same_street(other, one)


def test_the_first_number_is_that_of_the_house() -> None:
    written = ["12 Example Street", "Beispielstr. 12", "012 Example St", "12-14 Example St", "Example Street"]
    assert [house_number(each) for each in written] == ["12", "12", "12", "12", ""]
