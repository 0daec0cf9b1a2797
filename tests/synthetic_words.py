"""What made-up listings are made of: real cities, invented names, notes and hours."""

#: Name, state, country, latitude, longitude, weight, zone.
City = tuple[str, str, str, float, float, int, str]

#: Cities at the edges of the map among them.
CITIES: tuple[City, ...] = (
    ("New York", "NY", "US", 40.71, -74.01, 45, "America/New_York"),
    ("Los Angeles", "CA", "US", 34.05, -118.24, 30, "America/Los_Angeles"),
    ("Chicago", "IL", "US", 41.88, -87.63, 22, "America/Chicago"),
    ("Houston", "TX", "US", 29.76, -95.37, 18, "America/Chicago"),
    ("Phoenix", "AZ", "US", 33.45, -112.07, 15, "America/Phoenix"),
    ("Philadelphia", "PA", "US", 39.95, -75.16, 15, "America/New_York"),
    ("Austin", "TX", "US", 30.27, -97.74, 12, "America/Chicago"),
    ("Denver", "CO", "US", 39.74, -104.99, 12, "America/Denver"),
    ("Seattle", "WA", "US", 47.61, -122.33, 12, "America/Los_Angeles"),
    ("Boston", "MA", "US", 42.36, -71.06, 12, "America/New_York"),
    ("Miami", "FL", "US", 25.76, -80.19, 10, "America/New_York"),
    ("Minneapolis", "MN", "US", 44.98, -93.27, 9, "America/Chicago"),
    ("Portland", "OR", "US", 45.52, -122.68, 9, "America/Los_Angeles"),
    ("Portland", "ME", "US", 43.66, -70.26, 4, "America/New_York"),
    ("Honolulu", "HI", "US", 21.31, -157.86, 4, "Pacific/Honolulu"),
    ("Anchorage", "AK", "US", 61.22, -149.90, 3, "America/Anchorage"),
    ("Toronto", "ON", "CA", 43.65, -79.38, 16, "America/Toronto"),
    ("Vancouver", "BC", "CA", 49.28, -123.12, 8, "America/Vancouver"),
    ("St. John's", "NL", "CA", 47.56, -52.71, 2, "America/St_Johns"),
    ("London", "England", "GB", 51.51, -0.13, 30, "Europe/London"),
    ("Manchester", "England", "GB", 53.48, -2.24, 9, "Europe/London"),
    ("Dublin", "Leinster", "IE", 53.35, -6.26, 8, "Europe/Dublin"),
    ("Paris", "Île-de-France", "FR", 48.86, 2.35, 12, "Europe/Paris"),
    ("Berlin", "Berlin", "DE", 52.52, 13.41, 12, "Europe/Berlin"),
    ("Kraków", "Małopolskie", "PL", 50.06, 19.95, 5, "Europe/Warsaw"),
    ("Sydney", "NSW", "AU", -33.87, 151.21, 12, "Australia/Sydney"),
    ("Lord Howe Island", "NSW", "AU", -31.55, 159.08, 1, "Australia/Lord_Howe"),
    ("Auckland", "Auckland", "NZ", -36.85, 174.76, 5, "Pacific/Auckland"),
    ("Kathmandu", "Bagmati", "NP", 27.72, 85.32, 3, "Asia/Kathmandu"),
    ("Santiago", "Santiago", "CL", -33.45, -70.67, 5, "America/Santiago"),
    ("Suva", "Central", "FJ", -18.14, 178.44, 2, "Pacific/Fiji"),
    ("Taveuni", "Northern", "FJ", -16.85, -179.97, 2, "Pacific/Fiji"),
    ("Apia", "Tuamasaga", "WS", -13.83, -171.77, 1, "Pacific/Apia"),
    ("Longyearbyen", "Svalbard", "SJ", 78.22, 15.65, 1, "Arctic/Longyearbyen"),
    ("North Camp", "North", "AQ", 89.95, 20.0, 1, "UTC"),
    ("South Camp", "South", "AQ", -89.95, -60.0, 1, "Antarctica/McMurdo"),
)
_FIRST = "Serenity Gratitude Harbor Lantern Morning Courage Bridge Open Quiet Second Willow River Candle New Plain"
_SECOND = "Group Circle Hour Women Steps Beginners Path Table Workshop Gathering Fellowship Lights Mesón"
FIRST_WORDS, SECOND_WORDS = tuple(_FIRST.split()), tuple(_SECOND.split())
HALLS = (
    "Larkspur Hall",
    "St. Brendan Parish",
    "Elm Street Library",
    "Cedar Community Center",
    "Old Mill Rooms",
    "Zion Chapel",
)
NOTES = (
    "",
    "",
    "Use the side door.",
    "Ring the bell and wait; somebody comes down.",
    "Bring your own cup. Children are welcome.",
    "Parking behind the building, not on the street.",
)
HOURS = (7 * 60, 8 * 60, 12 * 60, 17 * 60 + 30, 18 * 60, 19 * 60, 19 * 60, 19 * 60 + 30, 20 * 60, 21 * 60, 23 * 60 + 30)
ODD_HOURS = (0, 30, 90, 119, 120, 150, 179, 5 * 60, 23 * 60 + 59)
