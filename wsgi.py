"""The application for gunicorn and for ``flask --app wsgi``."""

from web.app import create_app
from web.settings import load_settings

app = create_app(load_settings())
