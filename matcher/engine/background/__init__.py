"""Texts in other languages that ship with the engine, so that a frame knows what a language alone adds to a text."""

import json
from importlib.resources import files

from matcher.engine.types import Document, Passage, Sentence


def foreign_needs() -> dict[str, list[Document]]:
    """Needs of cities by language, not encoded yet: encode them as queries and hand them to `make_frame`."""
    lines = files(__name__).joinpath("needs_en.jsonl").read_text("utf-8").splitlines()
    return {"en": [_need(f"en-{row}", json.loads(line)) for row, line in enumerate(lines)]}


def _need(owner: str, texts: list[str]) -> Document:
    title, *problem = [Sentence(text, "title" if i == 0 else "problem") for i, text in enumerate(texts)]
    return Document(owner, (Passage((title, *problem)),))
