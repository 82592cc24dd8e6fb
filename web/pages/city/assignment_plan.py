"""A plan as a page shows it: by challenge, the worst-served first; by partner, the fullest first; and as a file."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask_babel import gettext as _

from models import Assignment, Challenge, Partner
from models.queries.assignments import Pair, Rule
from web.labels import fit_label, label
from web.sheets import answer


@dataclass(frozen=True)
class Pager:
    """One page of the plan, as `ui.pagination` draws it."""

    number: int
    pages: int
    address: Callable[[int], str]

    @classmethod
    def of(cls, asked: str, total: int, per_page: int, address: Callable[[int], str]) -> "Pager":
        pages = max(1, -(-total // per_page))
        number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
        return cls(min(max(number, 1), pages), pages, address)

    def url_for(self, number: int) -> str:
        return self.address(number)


@dataclass(frozen=True)
class Served:
    """A challenge with its partners; `service` is the sum of their worth, `share` of the best-served one's 0..1."""

    challenge: Challenge
    pairs: Sequence[Pair]
    service: float
    share: float
    worst: bool
    short: int


@dataclass(frozen=True)
class Loaded:
    """A partner with the challenges it was given, and what it could take."""

    partner: Partner
    pairs: Sequence[Pair]
    room: int

    @property
    def full(self) -> bool:
        return len(self.pairs) >= self.room


def by_challenge(row: Assignment, challenges: Iterable[Challenge], pairs: Iterable[Pair]) -> list[Served]:
    """The worst-served first; those that nobody was found for before all."""
    given: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        given[pair.challenge.pk].append(pair)
    services = {c.pk: sum(p.pair.worth for p in given[c.pk]) for c in challenges}
    short = {int(key): int(number) for key, number in row.result.get("short", {}).items()}
    best = max(services.values(), default=0.0) or 1.0
    least = min((value for key, value in services.items() if not short.get(key)), default=None)
    served = [
        Served(
            challenge,
            given[challenge.pk],
            services[challenge.pk],
            services[challenge.pk] / best,
            least is not None and not short.get(challenge.pk) and services[challenge.pk] <= least,
            short.get(challenge.pk, 0),
        )
        for challenge in challenges
    ]
    return sorted(served, key=lambda found: (-found.short, found.service, found.challenge.pk))


def by_partner(pairs: Iterable[Pair]) -> list[Loaded]:
    """The fullest first."""
    given: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        given[pair.partner.pk].append(pair)
    loaded = [Loaded(some[0].partner, some, min(found.pair.room for found in some)) for some in given.values()]
    return sorted(loaded, key=lambda found: (-len(found.pairs), found.partner.name_key, found.partner.pk))


def percent(part: float | None, whole: float | None) -> str:
    """98.7 %, or a dash where there is nothing to compare."""
    return f"{100 * part / whole:.1f} %" if part is not None and whole else "–"


def sheet(row: Assignment, served: Iterable[Served], rules: Iterable[Rule]) -> Response:
    """One pair per line."""
    laid = {(found.rule.challenge_id, found.rule.partner_id) for found in rules if found.rule.kind == "lock"}
    header = (
        *(
            _("Challenge number"),
            _("Challenge"),
            _("Sum of fits"),
            _("Short of"),
            _("Partner"),
            _("Kind of organisation"),
        ),
        *(_("Fit"), _("Worth"), _("Locked"), _("Room of the partner"), _("Status"), _("The challenge says")),
        _("The partner says"),
    )
    lines = (_line(found, pair, laid) for found in served for pair in found.pairs)
    return answer(row.name, header, lines)


def _line(found: Served, item: Pair, laid: set[tuple[int, int]]) -> tuple[Any, ...]:
    evidence = item.pair.explained.get("evidence") or [{"asks": {"text": ""}, "answers": {"text": ""}}]
    locked = (item.challenge.pk, item.partner.pk) in laid
    return (
        *(item.challenge.pk, item.challenge.title, round(found.service, 3), found.short),
        *(item.partner.name, label(item.partner.kind), fit_label(item.pair.fit), round(item.pair.worth, 3)),
        *(_("yes") if locked else _("no"), item.pair.room, label(item.status) if item.status else ""),
        *(evidence[0]["asks"]["text"], evidence[0]["answers"]["text"]),
    )
