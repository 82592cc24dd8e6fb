"""Where pages and commands get the matcher from: built on first use, after the fork."""

from typing import cast

from flask import current_app

from matcher.services.matchbook import Matchbook


def matchbook() -> Matchbook:
    """The matcher of this process."""
    if "matchbook" not in current_app.extensions:
        from matcher.services.matching import open_matchbook
        from web.settings import Settings

        settings: Settings = current_app.extensions["settings"]
        current_app.extensions["matchbook"] = open_matchbook(settings.data_dir, settings.encoder_socket)
    return cast(Matchbook, current_app.extensions["matchbook"])
