"""What reading a source takes, put together from the settings of this instance."""

from functools import partial

from finder.cli.toolbox import Toolbox
from finder.feeds.seed import load_catalogue
from finder.review.letters import Letterhead
from finder.review.source_notices import tell_trouble
from finder.search.places import Gazetteer
from finder.sources.geocoding import geocoder_of
from finder.sources.refresh import Tools


def tools_of(toolbox: Toolbox) -> Tools:
    """The catalogue of formats, places, geocoder, who is told of what, and what else the settings say."""
    settings = toolbox.settings
    letterhead = Letterhead(site_name=settings.site_name, public_url=settings.public_url)
    text = (toolbox.root / "seed_data" / "formats.toml").read_text(encoding="utf-8")
    return Tools(
        catalogue=load_catalogue(text),
        gazetteer=Gazetteer(toolbox.gazetteer_path) if toolbox.gazetteer_path.exists() else None,
        geocoder=geocoder_of(settings.geocoder, settings.geocoder_url),
        zone=settings.zone,
        country=settings.country,
        hosts=settings.conference_hosts,
        allow=settings.feed_allow,
        tell=partial(tell_trouble, letterhead=letterhead),
    )
