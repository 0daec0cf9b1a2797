"""What machines that gather pages are told: what they may read, where every page is, and how to search here."""

import datetime as dt
import textwrap
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

import orjson
from flask import Blueprint, Response

from finder.domain.errors import NotFoundError
from finder.search.snapshot import Snapshot
from finder.web.caching import answer_from_cache
from finder.web.feeding import feed
from finder.web.parts import Parts, parts

blueprint = Blueprint("machines", __name__)

#: Addresses in one part of the map of the site (sitemaps.org allows 50,000).
PART = 50_000
#: Characters of the short name of a search engine in OpenSearch 1.1.
SHORT_NAME = 16
XML = "application/xml; charset=utf-8"
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: Pages that are there whatever the directory holds.
PAGES = ("/", "/programs", "/about", "/privacy", "/submit")
#: Pages are for everybody. Answers to a question are endless, and may hold where somebody is; the rest is not for
#: machines that gather pages. The longest rule counts (RFC 9309), so that answers stay out.
DISALLOWED = (
    *("/*?", "/*lat=", "/*lon=", "/moderate", "/account", "/edit", "/manage", "/managing"),
    *("/status/", "/prove/", "/confirm/", "/leave", "/embed", "/export/", "/feeds/", "/*client_interface/"),
    *("/meetings/*/change", "/meetings/*/dates", "/meetings/*/close", "/meetings/*/confirm", "/meetings/*/problem"),
)
#: Calendar programs on the web ask here before they fetch what people told them to follow; somebody's place stays out.
ALLOWED = ("/meetings.ics",)
NO_PLACES = ("/meetings.ics?*lat=", "/meetings.ics?*lon=")
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What machines may read."""
    return answer_from_cache(lambda held, _, __: Response(_robots(held), mimetype="text/plain"))


def _robots(held: Parts) -> str:
    allowed = "".join(f"Allow: {path}\n" for path in ALLOWED)
    refused = "".join(f"Disallow: {path}\n" for path in (*NO_PLACES, *DISALLOWED))
    return f"User-agent: *\n{allowed}{refused}Allow: /\n\nSitemap: {held.settings.public_url}/sitemap.xml\n"


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """How browsers search here from their address bar (OpenSearch 1.1)."""
    mimetype = "application/opensearchdescription+xml"
    return answer_from_cache(lambda held, _, __: Response(_opensearch(held), mimetype=mimetype))


def _opensearch(held: Parts) -> str:
    address, name = held.settings.public_url, held.settings.site_name
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"<ShortName>{escape(_short(name))}</ShortName>\n"
        "<Description>Recovery meetings near a city or postcode</Description>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n"
        f'<Image type="image/svg+xml">{escape(address)}/favicon.ico</Image>\n'
        f'<Url type="text/html" template={quoteattr(address + "/?near={searchTerms}")}/>\n'
        "</OpenSearchDescription>\n"
    )


def _short(name: str) -> str:
    """The whole words of *name* that fit into 16 characters, which is what OpenSearch allows."""
    kept = textwrap.shorten(name, SHORT_NAME, placeholder="").rstrip(" &,-")
    return kept or name[:SHORT_NAME]


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The map of the site: where its parts are."""
    return feed(_index, content_type=XML)


def _index(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    address = held.settings.public_url
    changed = _date(held.reader.moment(snapshot.revision) or now)
    listings = range(1, -(-snapshot.size // PART) + 1)
    yield HEAD + f'<sitemapindex xmlns="{SITEMAPS}">\n'.encode()
    for part in ("pages", *(f"meetings-{number}" for number in listings)):
        place = f"<loc>{escape(address)}/sitemap/{part}.xml</loc>"
        yield f"<sitemap>{place}<lastmod>{changed}</lastmod></sitemap>\n".encode()
    yield b"</sitemapindex>\n"


@blueprint.get("/sitemap/pages.xml")
def pages() -> Response:
    """Every page that is not a listing's."""
    return feed(_pages, content_type=XML)


def _pages(held: Parts, snapshot: Snapshot, now: dt.datetime) -> Iterator[bytes]:
    del snapshot, now
    kinds = (("program", "programs"), ("region", "regions"))
    named = (
        f"/{folder}/{orjson.loads(document)['slug']}"
        for kind, folder in kinds
        for document in held.reader.vocabulary(kind)
    )
    return _addresses(held, ((path, None) for path in (*PAGES, *named)))


@blueprint.get("/sitemap/meetings-<int:number>.xml")
def meetings(number: int) -> Response:
    """The pages of one part of the listings. Raises NotFoundError for a part that there is not."""
    if not 0 < number <= -(-parts().keeper.current().size // PART):
        raise NotFoundError("The map of this site has no such part.")
    return feed(lambda held, snapshot, _: _meetings(held, snapshot, number), content_type=XML)


def _meetings(held: Parts, snapshot: Snapshot, number: int) -> Iterator[bytes]:
    ids = snapshot.first_ids(number * PART)[(number - 1) * PART :]
    found = held.reader.addresses(ids[0], ids[-1]) if ids else ()
    return _addresses(held, ((f"/meetings/{slug}", changed) for slug, changed in found))


def _addresses(held: Parts, paths: Iterable[tuple[str, dt.datetime | None]]) -> Iterator[bytes]:
    address = escape(held.settings.public_url)
    yield HEAD + f'<urlset xmlns="{SITEMAPS}">\n'.encode()
    for path, changed in paths:
        lastmod = f"<lastmod>{_date(changed)}</lastmod>" if changed else ""
        yield f"<url><loc>{address}{escape(path)}</loc>{lastmod}</url>\n".encode()
    yield b"</urlset>\n"


def _date(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
