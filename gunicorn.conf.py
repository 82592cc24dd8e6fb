"""How gunicorn serves the site; gunicorn finds this file itself, whether `serve` or a person starts it."""

import sys
from pathlib import Path
from typing import Any

from web import startup
from web.environment import prepare_environment
from web.settings import UnsafeSettings, load_settings

try:
    settings = load_settings()
except UnsafeSettings as error:
    sys.exit(str(error))
prepare_environment(settings)

wsgi_app = "wsgi:app"
bind = f"{settings.host}:{settings.port}"
worker_class = "gthread"
workers = settings.web_workers
threads = settings.web_threads
preload_app = False  # the search index and the tokenizers must be opened after the fork
timeout = 60
graceful_timeout = 15
keepalive = 5
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
accesslog = None  # each request is logged by the application, without personal data
loglevel = "warning"


def on_starting(server: Any) -> None:
    """Refuse before a single request is answered; gunicorn prints the reason of a RuntimeError and ends."""
    startup.refuse_unready(settings)
