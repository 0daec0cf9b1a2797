"""A group's own listings, behind a link that is mailed: confirm, change, close, see what was done."""

from flask import Response, request

from finder.review import manage as managing
from finder.review import tokens
from finder.web import human
from finder.web.forms.submit import AddressForm
from finder.web.parts import parts
from finder.web.presenters.manage import history_lines, manage_page
from finder.web.submit import ASKED
from finder.web.submit_listing import open_listing, take_listing
from finder.web.submit_page import REFUSED, letterhead, new_blueprint, page, refused
from finder.web.submit_way import group_way, own_way

blueprint = new_blueprint("manage")


@blueprint.get("/manage")
def ask() -> Response:
    """The page on which somebody asks for the link."""
    return page("manage/ask.html", form=AddressForm())


@blueprint.post("/manage")
def send_link() -> Response:
    """Mail the link, if the address answers for a group; the answer is the same for every address."""
    held, form = parts(), AddressForm(request.form)
    if not form.validate():
        return page("manage/ask.html", form, form=form)
    try:
        human.keep_programs_out()
        with held.database.unit_of_work() as register:
            managing.ask_for_link(
                register, form.email.data, letterhead=letterhead(), network=human.network(), now=held.clock()
            )
    except REFUSED as error:
        return refused(error, "manage/ask.html", form=form)
    return Response(status=303, headers={"Location": "/manage/mail"})


@blueprint.get("/manage/mail")
def look_at_mail() -> Response:
    """That a mail is on its way, if we know the address."""
    return page("manage/mail.html")


@blueprint.get("/manage/<secret>")
def look(secret: str) -> Response:
    """The button that opens the listings; programs that look at mail change nothing by opening this."""
    held = parts()
    with held.database.reading() as register:
        tokens.look(register, "manage", secret, now=held.clock())
    return page("manage/open.html", secret=secret)


@blueprint.post("/manage/<secret>")
def use(secret: str) -> Response:
    """Use the mailed link up; the listings are open for two hours."""
    held = parts()
    with held.database.unit_of_work() as register:
        opened = managing.open_link(register, secret, now=held.clock())
    return Response(status=303, headers={"Location": f"/managing/{opened}"})


@blueprint.get("/managing/<secret>")
def listings(secret: str) -> Response:
    """The listings of one's groups."""
    held = parts()
    now = held.clock()
    with held.database.reading() as register:
        found = managing.managed(register, secret, now=now)
    return page("manage/listings.html", secret=secret, groups=manage_page(found, now=now))


@blueprint.post("/managing/<secret>/confirm/<int:number>")
def confirm(secret: str, number: int) -> Response:
    """Everything is still right: takes effect at once."""
    held = parts()
    with held.database.unit_of_work() as register:
        managing.confirm(register, secret, number, now=held.clock())
    return Response(status=303, headers={"Location": f"/managing/{secret}"})


@blueprint.get("/managing/<secret>/<int:number>/<any(change, dates, close):what>")
def ask_about(secret: str, number: int, what: str) -> Response:
    """The page on which a group asks something about its listing; it sees what is hidden of it."""
    return ASKED[what][0](own_way(secret, number))


@blueprint.post("/managing/<secret>/<int:number>/<any(change, dates, close):what>")
def take(secret: str, number: int, what: str) -> Response:
    """Take what a group asks about its listing; the link has proven the address."""
    return ASKED[what][1](own_way(secret, number))


@blueprint.get("/managing/<secret>/groups/<int:number>/new")
def new(secret: str, number: int) -> Response:
    """The form of a new meeting of one's group."""
    return open_listing(group_way(secret, number))


@blueprint.post("/managing/<secret>/groups/<int:number>/new")
def send_new(secret: str, number: int) -> Response:
    """Look a new meeting of one's group over, or send it; the link has proven the address."""
    return take_listing(group_way(secret, number))


@blueprint.get("/managing/<secret>/history/<int:number>")
def history(secret: str, number: int) -> Response:
    """What was done to a listing of one's group."""
    held = parts()
    with held.database.reading() as register:
        steps = managing.history(register, secret, number, now=held.clock())
    return page("manage/history.html", secret=secret, steps=history_lines(steps))
