"""Keys in addresses: whole numbers that fit into a key column; a larger one is simply not found."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST_KEY = 2**31 - 1


class KeyConverter(IntegerConverter):
    """``<int:…>`` that no database can choke on."""

    def __init__(self, map: Any, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_KEY, **options})


def init_routing(app: Flask) -> None:
    """Use it for every ``<int:…>``; call before the blueprints are registered."""
    app.url_map.converters["int"] = KeyConverter
