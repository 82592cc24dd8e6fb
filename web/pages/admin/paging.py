"""One page of a long list, by the number in the address."""

from dataclasses import dataclass

from flask import request, url_for

PER_PAGE = 50
#: so that nobody makes the database skip millions of rows
LAST_PAGE = 10_000


@dataclass(frozen=True)
class Page:
    """What ui.pagination draws."""

    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    def url_for(self, number: int) -> str:
        args = {name: value for name, value in request.args.items() if name != "page"}
        return url_for(request.endpoint or "", **(request.view_args or {}), **args, page=number)


def requested() -> int:
    """The number of the page that is asked for, from 1."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isdecimal() and len(text) < 9 else 1


def offset() -> int:
    """How many rows stand before that page."""
    return (requested() - 1) * PER_PAGE
