"""The application for gunicorn and for ``flask --app wsgi``."""

import sys

from web.app import create_app
from web.environment import prepare_environment
from web.settings import UnsafeSettings, load_settings

try:
    settings = load_settings()
except UnsafeSettings as error:
    sys.exit(str(error))
prepare_environment(settings)
app = create_app(settings)
