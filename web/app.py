"""Puts the application together from its settings."""

from importlib import import_module

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from web import assets, auth, cli, db, errors, htmx, i18n, labels, macros, nav, observe, routing, security, uploads
from web.settings import Settings

AREAS = (
    "site",
    "accounts",
    "challenges",
    "partners",
    "collaborations",
    "groups",
    "schemes",
    "certificates",
    "messages",
    "register",
    "me",
    "city",
    "admin",
    "ops",
)
LARGEST_REQUEST = 2 * 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """The application for `settings`; nothing is opened or connected before the first request."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=2_000,
        SESSION_COOKIE_NAME="musubi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=86_400,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["settings"] = settings
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, *(settings.proxy_hops,) * 3)  # type: ignore[method-assign]
    routing.init_routing(app)
    observe.init_observe(app, settings)
    db.init_db(app, settings)
    uploads.init_uploads(app)
    auth.init_auth(app)
    CSRFProtect(app)
    security.init_security(app)
    assets.init_assets(app)
    i18n.init_i18n(app)
    labels.init_labels(app)
    macros.init_macros(app)
    htmx.init_htmx(app)
    errors.init_errors(app)
    nav.init_nav(app, settings)
    for area in AREAS:
        app.register_blueprint(import_module(f"web.pages.{area}.views").bp)
    cli.init_cli(app)
    auth.check_routes(app)
    return app
