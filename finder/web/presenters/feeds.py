"""Where programs find what a page shows: the address of its feed."""

from finder.web.forms.query import Asked, to_query

FEED = "/meetings.json"
#: What a question says about its page, which a feed has none of.
OF_PAGES = frozenset({"page", "per_page", "sort"})


def feed_of(asked: Asked) -> str:
    """The feed of a question, in canonical form."""
    query = to_query({name: values for name, values in asked.items() if name not in OF_PAGES})
    return f"{FEED}?{query}" if query else FEED
