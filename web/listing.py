"""Lists that a visitor searches and narrows down: what the address says, cleaned; and what the page shows of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from models.enums import EntityType
from web.db import db
from web.forms import clean
from web.htmx import page as answer
from web.htmx import wants_fragment
from web.matching import matchbook

LONGEST_QUERY = 200
PER_PAGE = 20
FOUND_AT_MOST = 200
NEAREST = 6
RELEVANCE = "relevance"


@dataclass(frozen=True)
class Facet:
    """One filter: its name in the address, its words, and what can be chosen (value → words).

    A `single` one is drawn as a drop-down list, the others as boxes to tick.
    """

    name: str
    label: Any
    options: Mapping[str, Any]
    single: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a list; `number` counts from 1 and always lies within `pages`."""

    listing: "Listing"
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def number(self) -> int:
        return min(self.listing.number, self.pages)

    def url_for(self, number: int) -> str:
        """The address of a page, to be followed or shared."""
        return self.listing.url(page=str(number) if number > 1 else None)

    def of(self, keys: Sequence[int]) -> Sequence[int]:
        """The part of `keys` that this page shows."""
        first = (self.number - 1) * self.per_page
        return keys[first : first + self.per_page]


@dataclass(frozen=True)
class Found:
    """The keys that a search leaves, in order.

    `semantic` is False when only words could be compared; `distant` when nothing matches and these merely come nearest.
    """

    keys: list[int]
    semantic: bool = True
    distant: bool = False


@dataclass(frozen=True)
class Listing:
    """What a visitor asked of a list. Whatever the address holds, nothing in here can be out of bounds."""

    endpoint: str
    facets: Sequence[Facet]
    sorts: Mapping[str, Any]
    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    number: int = 1
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_request(
        cls, endpoint: str, facets: Sequence[Facet], sorts: Mapping[str, Any], **arguments: Any
    ) -> "Listing":
        """Read the address; unknown values are ignored, long ones cut. With a text, relevance is the first order.

        `arguments` are those of the endpoint itself.
        """
        q = " ".join((clean(request.args.get("q", "")[: LONGEST_QUERY * 2]) or "").split())[:LONGEST_QUERY]
        offered = {RELEVANCE: _l("Relevance"), **sorts} if q and sorts else dict(sorts)
        sort = request.args.get("sort", "")
        return cls(
            endpoint,
            facets,
            offered,
            q,
            {facet.name: _chosen(facet) for facet in facets},
            sort if sort in offered else next(iter(offered), ""),
            _number(request.args.get("page", "")),
            arguments,
        )

    def __getitem__(self, name: str) -> tuple[str, ...]:
        """What is chosen in a facet."""
        return self.chosen.get(name, ())

    @property
    def narrowed(self) -> bool:
        return bool(self.q) or any(self.chosen.values())

    @property
    def action(self) -> str:
        return url_for(self.endpoint, **self.arguments)

    def url(self, **changes: Any) -> str:
        """The address of this list with `changes`; without a page, and without what is the default anyway."""
        values: dict[str, Any] = {"q": self.q or None, **{name: list(held) for name, held in self.chosen.items()}}
        values["sort"] = self.sort if self.sort != next(iter(self.sorts), "") else None
        return url_for(self.endpoint, **{**self.arguments, **values, **changes})

    @property
    def chips(self) -> list[tuple[Any, str]]:
        """Each condition in force with the address of the list without it."""
        chips: list[tuple[Any, str]] = [(_("“%(text)s”", text=self.q), self.url(q=None))] if self.q else []
        for facet in self.facets:
            held = self[facet.name]
            chips += [
                (facet.options[value], self.url(**{facet.name: [other for other in held if other != value]}))
                for value in held
            ]
        return chips

    def search(self, entity_type: EntityType, keys: list[int], named: Sequence[int] = ()) -> Found:
        """What of `keys` answers the text, in the order asked for; all of them when there is no text.

        `named` are those that are called so: the index knows what somebody does, not the name. They come first.
        """
        if not self.q:
            return Found(keys)
        allowed = set(keys)
        ranking = matchbook().search(db(), self.q, entity_type, limit=FOUND_AT_MOST, allowed=allowed)
        called = [key for key in named if key in allowed]
        ranked = list(dict.fromkeys([*called, *(match.entity_id for match in ranking.matches if match.fit)]))
        if not ranked:
            return Found(self._nearest(entity_type, keys) if ranking.semantic else [], ranking.semantic, distant=True)
        if self.sort == RELEVANCE:
            return Found(ranked, ranking.semantic)
        hits = set(ranked)
        return Found([key for key in keys if key in hits], ranking.semantic)

    def _nearest(self, entity_type: EntityType, keys: list[int]) -> list[int]:
        """What resembles the text most although nothing answers it, as when it is in another language."""
        found = matchbook().similar(db(), self.q, entity_type, limit=NEAREST, allowed=set(keys))
        return [match.entity_id for match in found.matches]

    def show(self, template: str, page: Page, found: Found, cards: Sequence[Any], **more: Any) -> Response:
        """The whole page, or only its results; htmx learns the address to be shown and shared."""
        response = answer(template, "results", listing=self, page=page, found=found, cards=cards, **more)
        if wants_fragment():
            response.headers["HX-Push-Url"] = page.url_for(page.number)
        return response


def _chosen(facet: Facet) -> tuple[str, ...]:
    asked = set(request.args.getlist(facet.name))
    held = tuple(value for value in facet.options if value in asked)
    return held[:1] if facet.single else held


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def goals(values: Iterable[str]) -> list[int]:
    """Chosen goals as numbers."""
    return [int(value) for value in values]
