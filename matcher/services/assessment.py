"""Self-assessment (自己評価): what the rules of a form ask for, and how far the answers come. Pure.

`SchemeForm.rules` holds {"categories": [{"name", "weight", "pass_share"}], "total_pass_share", "all_basic",
"min_challenge", "min_targets"}; what is absent is not asked for. Shares lie between 0 and 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from models import SchemeQuestion
from models.enums import ItemLevel, QuestionKind

#: a share that equals its mark but for rounding has reached it
ROUNDING = 1e-9
SCORED = frozenset({QuestionKind.CHECK, QuestionKind.CHOICE})


@dataclass(frozen=True)
class CategoryRule:
    """A category: what it weighs in the total, and which share of its points must be reached (None: any)."""

    name: str
    weight: float = 1.0
    pass_share: float | None = None


@dataclass(frozen=True)
class Rules:
    """What passes."""

    categories: tuple[CategoryRule, ...] = ()
    total_pass_share: float | None = None
    all_basic: bool = False
    min_challenge: int | None = None
    min_targets: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The rules as a form stores them."""
        return cls(
            tuple(
                CategoryRule(found["name"], float(found.get("weight", 1.0)), found.get("pass_share"))
                for found in stored.get("categories", ())
            ),
            stored.get("total_pass_share"),
            bool(stored.get("all_basic")),
            stored.get("min_challenge"),
            stored.get("min_targets"),
        )

    @property
    def asks(self) -> bool:
        """Whether there is anything to pass."""
        wanted = (self.total_pass_share, self.min_challenge, self.min_targets)
        return bool(self.categories) or self.all_basic or any(value is not None for value in wanted)


@dataclass(frozen=True)
class Item:
    """A question as far as it counts; `most` is the largest number of points of its options."""

    key: str
    kind: QuestionKind
    label: str = ""
    category: str = ""
    level: ItemLevel | None = None
    weight: float = 1.0
    points: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, question: SchemeQuestion) -> Self:
        points = tuple((option["label"], float(option.get("points") or 0)) for option in question.options)
        shown = (question.label, question.category, question.level, question.weight)
        return cls(question.key, question.kind, *shown, points)

    def reached(self, answer: Any) -> float:
        """The share of its points that `answer` earns."""
        if self.kind is QuestionKind.CHECK:
            return float(answer is True)
        most = max((points for _, points in self.points), default=0.0)
        return max(0.0, dict(self.points).get(answer, 0.0) / most) if most > 0 else 0.0

    @property
    def counts(self) -> bool:
        """Whether it adds to its category: a choice without points does not."""
        return self.kind is QuestionKind.CHECK or (
            self.kind is QuestionKind.CHOICE and any(points > 0 for _, points in self.points)
        )


@dataclass(frozen=True)
class Share:
    """How far a category, or the total under the name "", comes, and how far it must."""

    name: str
    share: float
    needed: float | None = None
    weight: float = 1.0

    @property
    def passed(self) -> bool:
        return self.needed is None or self.share >= self.needed - ROUNDING


@dataclass(frozen=True)
class Count:
    """How many are there, out of how many, and how many it takes."""

    reached: int
    of: int
    needed: int | None = None

    @property
    def passed(self) -> bool:
        return self.needed is None or self.reached >= self.needed


@dataclass(frozen=True)
class Result:
    """A self-assessment; `unticked` are the basic items that are missing, where all are asked for."""

    shares: tuple[Share, ...]
    total: Share
    basic: Count
    challenge: Count
    targets: Count
    unticked: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What stands in the way: "category:NAME", "total", "basic", "challenge", "targets"."""
        whole = (
            ("total", self.total.passed),
            ("basic", self.basic.passed),
            ("challenge", self.challenge.passed),
            ("targets", self.targets.passed),
        )
        short = tuple(f"category:{share.name}" for share in self.shares if not share.passed)
        return short + tuple(name for name, passed in whole if not passed)

    @property
    def passed(self) -> bool:
        return not self.missing

    def stored(self) -> dict[str, Any]:
        """What is kept with an application when it is handed in."""
        return asdict(self) | {"missing": list(self.missing), "passed": self.passed}


def assess(rules: Rules, items: Sequence[Item], answers: Mapping[str, Any]) -> Result:
    """How `answers`, by the keys of the questions, stand against `rules`."""
    shares = tuple(_share(rule, items, answers) for rule in rules.categories)
    basic = [item for item in items if item.kind is QuestionKind.CHECK and item.level is ItemLevel.BASIC]
    unticked = tuple(item.key for item in basic if answers.get(item.key) is not True) if rules.all_basic else ()
    return Result(
        shares,
        Share("", _total(shares), rules.total_pass_share),
        Count(_ticked(basic, answers), len(basic), len(basic) if rules.all_basic else None),
        _challenge(rules, items, answers),
        Count(*_targets(items, answers), rules.min_targets),
        unticked,
    )


def _share(rule: CategoryRule, items: Iterable[Item], answers: Mapping[str, Any]) -> Share:
    inside = [item for item in items if item.counts and item.category == rule.name]
    whole = sum(item.weight for item in inside)
    reached = sum(item.weight * item.reached(answers.get(item.key)) for item in inside)
    return Share(rule.name, reached / whole if whole else 0.0, rule.pass_share, rule.weight)


def _total(shares: Sequence[Share]) -> float:
    whole = sum(share.weight for share in shares)
    return sum(share.weight * share.share for share in shares) / whole if whole else 0.0


def _ticked(items: Iterable[Item], answers: Mapping[str, Any]) -> int:
    return sum(answers.get(item.key) is True for item in items)


def _challenge(rules: Rules, items: Iterable[Item], answers: Mapping[str, Any]) -> Count:
    inside = [item for item in items if item.kind is QuestionKind.CHECK and item.level is ItemLevel.CHALLENGE]
    return Count(_ticked(inside, answers), len(inside), rules.min_challenge)


def _targets(items: Iterable[Item], answers: Mapping[str, Any]) -> tuple[int, int]:
    """How many different targets are named, of the 169."""
    asked = [item for item in items if item.kind is QuestionKind.TARGETS]
    named = {row["target"] for item in asked for row in answers.get(item.key) or ()}
    return len(named), 169
