"""Commands that make an instance ready: init and places."""

import click

from finder.cli.screen import error_screen, progress, screen
from finder.cli.toolbox import Toolbox, toolbox_of
from finder.directory.batch import Batch, apply_batch, held_listings
from finder.directory.vocabulary import load_vocabulary
from finder.feeds.demo import demo_listings
from finder.feeds.seed import load_formats, load_programs
from finder.search.gazetteer_build import build_gazetteer, is_current
from finder.store import migrate

DEMO_SOURCE = "Demo"


@click.command()
@click.option("--demo", is_flag=True, help="Load made-up meetings when the directory has none, to try everything.")
@click.pass_context
def init(context: click.Context, *, demo: bool) -> None:
    """Make an instance ready: database, places, programs and formats.

    Quick, and safe to repeat: what is there already stays as it is.
    """
    toolbox = toolbox_of(context)
    out = error_screen()
    with out.status("Bringing the database up to date ..."):
        migrate.upgrade(toolbox.database)
    build_places(toolbox, force=False)
    seeds = toolbox.root / "seed_data"
    programs = load_programs((seeds / "programs.toml").read_text(encoding="utf-8"))
    formats = load_formats((seeds / "formats.toml").read_text(encoding="utf-8"))
    with toolbox.database.unit_of_work() as session:
        changed = load_vocabulary(session, programs, formats, actor="seed", now=toolbox.clock())
    out.print(f"Programs {len(programs)}, formats {len(formats)}: {changed or 'nothing'} new or changed.")
    if demo:
        _load_demo(toolbox)


def _load_demo(toolbox: Toolbox) -> None:
    from finder.directory.counts import published_listings  # noqa: PLC0415

    with toolbox.database.reading() as session:
        present = published_listings(session)
        held = held_listings(session, DEMO_SOURCE)
    if present or held:
        error_screen().print(f"The directory has {present} listings: no demo meetings were added.")
        return
    text = (toolbox.root / "seed_data" / "demo.toml").read_text(encoding="utf-8")
    drafts = tuple(demo_listings(text, now=toolbox.clock()))
    batch = Batch(source=DEMO_SOURCE, source_kind="demo", new=drafts)
    with progress("Demo meetings") as tell, toolbox.database.unit_of_work() as session:
        apply_batch(session, batch, actor="seed", reason="made-up meetings to try", now=toolbox.clock(), progress=tell)
    error_screen().print(f"{len(drafts)} made-up meetings added. Every page says that they are a demo.")


def build_places(toolbox: Toolbox, *, force: bool) -> None:
    """Build the file of places unless it is up to date, or whatever it is."""
    path = toolbox.gazetteer_path
    if not force and is_current(path):
        return
    with progress("Places") as tell:
        build_gazetteer(path, progress=lambda _step, done, total: tell(done, total))
    error_screen().print(f"Places are ready ({path.stat().st_size / 1e6:.0f} MB).")


@click.command()
@click.option("--rebuild", is_flag=True, help="Build the places anew even when they are up to date.")
@click.argument("look_up", required=False)
@click.pass_context
def places(context: click.Context, *, rebuild: bool, look_up: str | None) -> None:
    """Build the file of places that searches are answered from, or look up LOOK_UP in it.

    Places come with the product (GeoNames, CC BY 4.0, and US ZIP codes); nothing is fetched from the network.
    """
    from finder.search.places import Gazetteer  # noqa: PLC0415

    toolbox = toolbox_of(context)
    build_places(toolbox, force=rebuild)
    if look_up is None:
        return
    answer = Gazetteer(toolbox.gazetteer_path).lookup(look_up, default_country=toolbox.settings.country)
    for place in filter(None, (answer.place, *answer.choices, *answer.suggestions)):
        screen().print(f"{place.label}  {place.latitude:.3f}, {place.longitude:.3f}  {place.zone}", markup=False)
    if answer.message:
        screen().print(answer.message, markup=False)
