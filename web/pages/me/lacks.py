"""What would open more challenges to a partner, in words, with the place where it is changed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from matcher.services import lacks as service
from matcher.services.matchbook import Lack
from models.queries.partner_rooms import OpenChallenge
from web.db import db
from web.labels import region
from web.matching import matchbook


@dataclass(frozen=True)
class Step:
    """One change: what it would open, what it rests on, and where it is made."""

    text: str
    note: str
    action: str
    url: str
    challenges: list[OpenChallenge]


def steps(partner_id: int, open_now: Mapping[int, OpenChallenge]) -> list[Step]:
    """Each change that was found to open at least one of `open_now`."""
    found = service.told(db(), matchbook(), partner_id, list(open_now))
    return [_step(lack, [open_now[key] for key in lack.challenge_ids if key in open_now]) for lack in found]


def _step(lack: Lack, challenges: list[OpenChallenge]) -> Step:
    text, note, action, url = _WORDS[lack.code](lack.value, challenges)
    return Step(text, note, action, url, challenges)


Words = tuple[str, str, str, str]


def _thin(value: str, challenges: Collection[OpenChallenge]) -> Words:
    note = ngettext("%(num)s challenge comes near already.", "%(num)s challenges come near already.", len(challenges))
    return (
        _("Write more about what you do. So little text can hardly be compared with a challenge."),
        note if challenges else "",
        _("Edit the profile"),
        url_for("me.profile", _anchor="profile"),
    )


def _topic(value: str, challenges: Collection[OpenChallenge]) -> Words:
    return (
        ngettext(
            "%(num)s more challenge wants “%(need)s”",
            "%(num)s more challenges want “%(need)s”",
            len(challenges),
            need=value,
        ),
        _("It would fit if you offered this as clearly as another partner already does. Add it only if you can do it."),
        _("Add an offering"),
        url_for("me.offering_new"),
    )


def _region(value: str, challenges: Collection[OpenChallenge]) -> Words:
    return (
        ngettext(
            "%(num)s more challenge would fit if you also worked in %(place)s",
            "%(num)s more challenges would fit if you also worked in %(place)s",
            len(challenges),
            place=region(value),
        ),
        _("What you offer fits; only the region does not."),
        _("Change the regions"),
        url_for("me.profile", _anchor="regions"),
    )


def _stage(value: str, challenges: Collection[OpenChallenge]) -> Words:
    return (
        ngettext(
            "%(num)s more challenge wants something that is tested in the field",
            "%(num)s more challenges want something that is tested in the field",
            len(challenges),
        ),
        _("What you offer fits, but all of it is at an earlier stage. If that has changed, say so."),
        _("Edit the offerings"),
        url_for("me.offerings"),
    )


def _capacity(value: str, challenges: Collection[OpenChallenge]) -> Words:
    return (
        ngettext(
            "%(num)s more challenge would fit if you could take on another pilot",
            "%(num)s more challenges would fit if you could take on another pilot",
            len(challenges),
        ),
        _("According to your profile you have no capacity left."),
        _("Change the capacity"),
        url_for("me.profile", _anchor="capacity"),
    )


def _registration(value: str, challenges: Collection[OpenChallenge]) -> Words:
    return (
        ngettext(
            "%(num)s challenge in %(place)s fits you, but you are not registered there",
            "%(num)s challenges in %(place)s fit you, but you are not registered there",
            len(challenges),
            place=region(value),
        ),
        _("Municipalities sometimes look among their own partners only."),
        _("Register"),
        url_for("me.registrations"),
    )


_WORDS: dict[str, Callable[[str, Collection[OpenChallenge]], Words]] = {
    "thin": _thin,
    "topic": _topic,
    "region": _region,
    "stage": _stage,
    "capacity": _capacity,
    "registration": _registration,
}
