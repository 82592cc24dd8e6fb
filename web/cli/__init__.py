"""What ``flask --app wsgi`` offers."""

from importlib import import_module

from flask import Flask

GROUPS: tuple[str, ...] = ("db", "demo", "doctor", "index", "match", "model", "prepare", "serve", "user", "worker")


def init_cli(app: Flask) -> None:
    """Register each command group; the modules load nothing heavy before a command runs."""
    for name in GROUPS:
        app.cli.add_command(import_module(f"web.cli.{name}").commands)
