"""The README tells the truth about settings, commands and pictures."""

import re
from pathlib import Path

from flask import Flask

from web.settings import ROOT, SETTINGS

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_table_with_its_default_and_meaning() -> None:
    rows = set(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", README, re.MULTILINE))
    expected = {(s.name, f"`{s.default}`" if s.default else "(empty)", s.meaning) for s in SETTINGS}
    assert rows == expected


def test_every_command_stands_in_the_readme(app: Flask) -> None:
    ours = {name for name, command in app.cli.commands.items() if name not in {"run", "shell", "routes"}}
    assert {name for name in ours if f"`{name}" not in README} == set()


def test_every_picture_and_file_it_names_exists() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert pictures
    assert [path for path in pictures if not (ROOT / path).is_file()] == []
    assert [
        name for name in ("ARCHITECTURE.md", "LICENSE", "web/static/VENDOR.md") if not Path(ROOT / name).is_file()
    ] == []
