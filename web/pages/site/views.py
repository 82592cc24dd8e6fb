"""The portal's front page, the municipalities, and what stands beside them."""

from datetime import timedelta
from email.utils import parseaddr

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for

from matcher.lifecycles import OPEN_CHALLENGE, PUBLIC_CHALLENGE
from matcher.services.challenge_data import today
from models import User
from models.queries import challenges, collaborations, groups, proposals
from models.queries import site as queries
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import page
from web.i18n import DEFAULT_LANGUAGE, LANGUAGE_COOKIE, LANGUAGES
from web.links import safe_next
from web.pages.site.words import SCHEME_KINDS

bp = Blueprint("site", __name__)

LATEST, PRECEDENTS = 6, 4
SITE_MAP_LIMIT = 10_000
PLAIN_PAGES = ("site.home", "site.about", "site.municipalities", "site.accessibility", "site.privacy")
LISTS = ("challenges.index", "partners.index", "collaborations.index", "groups.index")


@bp.app_template_filter()
def scheme_kind(kind: str) -> str:
    """The word for a kind of scheme."""
    return str(SCHEME_KINDS.get(kind, kind))


@bp.get("/")
@access(Access.PUBLIC)
def home() -> Response:
    """The front page."""
    open_now = challenges.ChallengeFilter(statuses=OPEN_CHALLENGE, open=OPEN_CHALLENGE)
    return page(
        "site/home.html",
        counts=queries.counts(db(), OPEN_CHALLENGE),
        latest=challenges.newest(db(), open_now, today(now()), LATEST),
        outcomes=collaborations.latest_outcomes(db(), PRECEDENTS),
        by_goal=challenges.counts_by_goal(db(), OPEN_CHALLENGE),
        towns=queries.municipalities(db()),
    )


@bp.get("/about")
@access(Access.PUBLIC)
def about() -> Response:
    return page("site/about.html")


@bp.get("/accessibility")
@access(Access.PUBLIC)
def accessibility() -> Response:
    return page("site/accessibility.html", contact=_contact())


@bp.get("/privacy")
@access(Access.PUBLIC)
def privacy() -> Response:
    return page("site/privacy.html", contact=_contact())


def _contact() -> str:
    """The address of whoever runs this site."""
    return parseaddr(current_app.extensions["settings"].mail_from)[1]


@bp.get("/municipalities")
@access(Access.PUBLIC)
def municipalities() -> Response:
    return page("site/municipalities.html", towns=queries.municipality_cards(db(), OPEN_CHALLENGE))


@bp.get("/municipalities/<code>")
@access(Access.PUBLIC)
def municipality(code: str) -> Response:
    """Everything that one municipality publishes."""
    known = code.isascii() and code.isdigit() and len(code) == 6
    found = queries.municipality_cards(db(), OPEN_CHALLENGE, code) if known else []
    if not found:
        abort(404)
    town = found[0].municipality
    posted = challenges.ChallengeFilter(statuses=OPEN_CHALLENGE, open=OPEN_CHALLENGE, municipalities=[code])
    done = collaborations.CollaborationFilter(municipalities=[code])
    return page(
        "site/municipality.html",
        town=town,
        counts=found[0],
        open_challenges=challenges.newest(db(), posted, today(now()), LATEST),
        precedents=collaborations.newest(db(), done, PRECEDENTS),
        schemes=queries.schemes(db(), town.pk),
        groups=groups.of_municipality(db(), town.pk),
        indicators=queries.indicators(db(), town.pk),
        proposed=proposals.outcomes(db(), [town.pk]).get(town.pk),
    )


@bp.post("/language")
@access(Access.PUBLIC)
def set_language() -> Response:
    """Remember the language in a cookie and, for somebody signed in, with the account; then go back."""
    wanted = request.form.get("lang", "")
    language = wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE
    user = db().get(User, actor().user_id) if actor().signed_in else None
    if user is not None:
        user.language = language
    response = make_response(redirect(safe_next(request.form.get("next")), 303))
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=timedelta(days=365),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/robots.txt")
@access(Access.PUBLIC)
def robots() -> Response:
    return _plain("site/robots.txt", "text/plain")


@bp.get("/sitemap.xml")
@access(Access.PUBLIC)
def sitemap() -> Response:
    """Every public page, for search engines."""
    paths = [url_for(name) for name in PLAIN_PAGES + LISTS]
    paths += [url_for("site.municipality", code=town.code) for town in queries.municipalities(db())]
    keys = queries.public_keys(db(), PUBLIC_CHALLENGE, SITE_MAP_LIMIT)
    paths += [url_for(f"{area}.detail", **{f"{area[:-1]}_id": key}) for area, found in keys.items() for key in found]
    return _plain("site/sitemap.xml", "application/xml", paths=paths)


def _plain(template: str, mimetype: str, **context: object) -> Response:
    base = current_app.extensions["settings"].base_url
    return Response(render_template(template, base=base, **context), mimetype=mimetype)
