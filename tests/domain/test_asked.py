"""The fields that people are asked for, compared."""

from finder.domain.asked import changed


def test_formats_are_the_same_in_whatever_order_they_stand() -> None:
    then = {"name": "Larks", "formats": ["open", "step-study"]}
    assert changed(then, {"name": "Larks", "formats": ["step-study", "open"]}) == {}
    assert changed(then, {"formats": ["open"]}) == {"formats": ["open"]}


def test_a_path_of_regions_is_another_one_in_another_order() -> None:
    assert changed({"region": ["Texas", "Austin"]}, {"region": ["Austin", "Texas"]}) != {}
