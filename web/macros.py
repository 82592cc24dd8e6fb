"""Makes the component macros available to every template and every fragment, without an import."""

from typing import Any

from flask import Flask

FILES = {"ui": "ui.html", "forms": "forms.html", "ev": "evidence.html", "times": "time.html"}


def init_macros(app: Flask) -> None:
    """Register the macro files as `ui`, `forms`, `ev` and `times`; call after init_i18n.

    A block rendered alone for htmx does not run the imports at the top of its template, so imports would
    have to be repeated in every block; globals do not have that trap.
    """
    for name, file in FILES.items():
        module: Any = app.jinja_env.get_template(f"_macros/{file}").module
        app.jinja_env.globals[name] = module
