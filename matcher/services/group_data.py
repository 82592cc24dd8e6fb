"""What people say about a group, its meetings, tasks and results, and the limits of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from matcher.errors import Invalid
from models.enums import GroupKind, JoinRule, PartnerKind
from models.group import DORMANT_AFTER_DAYS

LONGEST_NAME, LONGEST_TEXT, LONGEST_MINUTES, LONGEST_LINK = 200, 4_000, 20_000, 500
GOALS = range(1, 18)
#: a group that meets once a year is no sleeper, one that is silent for ten is
REST_DAYS = range(30, 3_651)
#: how long before it goes to rest a group is told
NOTICE_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class GroupData:
    """A group as its founder or its office describes it; no `kinds` means every kind of partner may join."""

    name: str
    kind: GroupKind
    purpose: str
    conditions: str = ""
    join_rule: JoinRule = JoinRule.OPEN
    goals: tuple[int, ...] = ()
    kinds: tuple[PartnerKind, ...] = ()
    needs_registration: bool = True
    dormant_after_days: int = DORMANT_AFTER_DAYS

    def check(self) -> None:
        """Raises Invalid."""
        wrong = _texts(
            required={"name": (self.name, LONGEST_NAME), "purpose": (self.purpose, LONGEST_TEXT)},
            optional={"conditions": (self.conditions, LONGEST_TEXT)},
        )
        wrong |= {"goals": "unknown"} if any(goal not in GOALS for goal in self.goals) else {}
        wrong |= {"dormant_after_days": "rest_days"} if self.dormant_after_days not in REST_DAYS else {}
        _refuse(wrong)

    def columns(self) -> dict[str, Any]:
        """The same as the columns of its row."""
        return {
            "name": self.name.strip(),
            "kind": self.kind,
            "purpose": self.purpose,
            "conditions": self.conditions,
            "join_rule": self.join_rule,
            "goals": sorted(set(self.goals)),
            "kinds": [kind.value for kind in PartnerKind if kind in self.kinds],
            "needs_registration": self.needs_registration,
            "dormant_after_days": self.dormant_after_days,
        }


@dataclass(frozen=True, kw_only=True)
class MeetingData:
    """When and where a group meets, and about what."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    online_link: str = ""
    agenda: str = ""

    def check(self) -> None:
        """Raises Invalid."""
        wrong = _texts(
            required={"title": (self.title, LONGEST_NAME)},
            optional={
                "place": (self.place, LONGEST_NAME),
                "online_link": (self.online_link, LONGEST_LINK),
                "agenda": (self.agenda, LONGEST_TEXT),
            },
        )
        wrong |= {"ends_at": "ends_first"} if self.ends_at <= self.starts_at else {}
        wrong |= {"place": "place_or_link"} if not self.place.strip() and not self.online_link.strip() else {}
        linked = self.online_link.startswith(("https://", "http://"))
        wrong |= {"online_link": "url"} if self.online_link and not linked else {}
        _refuse(wrong)


@dataclass(frozen=True, kw_only=True)
class TaskData:
    """Something to be done; by the office when no member is named."""

    title: str
    assignee_id: int | None = None
    due: date | None = None

    def check(self) -> None:
        """Raises Invalid."""
        _refuse(_texts(required={"title": (self.title, LONGEST_NAME)}, optional={}))


@dataclass(frozen=True, kw_only=True)
class ResultData:
    """Something that came of the work."""

    title: str
    text: str
    achieved_on: date
    published: bool = False

    def check(self) -> None:
        """Raises Invalid."""
        _refuse(_texts(required={"title": (self.title, LONGEST_NAME), "text": (self.text, LONGEST_TEXT)}, optional={}))


def check_text(name: str, text: str, longest: int) -> None:
    """A text that must be there. Raises Invalid."""
    _refuse(_texts(required={name: (text, longest)}, optional={}))


def _texts(required: dict[str, tuple[str, int]], optional: dict[str, tuple[str, int]]) -> dict[str, str]:
    wrong = {field: "required" for field, (text, _longest) in required.items() if not text.strip()}
    return wrong | {
        field: "too_long" for field, (text, longest) in (required | optional).items() if len(text) > longest
    }


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise Invalid(wrong)
