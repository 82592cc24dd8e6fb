"""Writing a challenge down: the form, and the panel beside it that suggests targets and finds what resembles it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matcher.errors import Conflict, Invalid, NotAllowed
from matcher.lifecycles import PUBLIC_CHALLENGE
from matcher.services import challenges as service
from matcher.services.matchbook import Match, TargetSuggestion
from models import Challenge, Collaboration, Municipality, reference
from models.enums import EntityType
from models.queries import city as queries
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other, wants_fragment
from web.matching import matchbook
from web.pages.city.clinic import examine
from web.pages.city.forms import ChallengeForm, typed
from web.pages.city.room import bp, own
from web.pages.city.version_words import said

SHOWN, LOOKED_AT, SHORTEST = 4, 8, 10


@dataclass(frozen=True)
class Resembling:
    """A challenge or a precedent that resembles what is being written."""

    row: Challenge | Collaboration
    municipality: Municipality
    match: Match


@dataclass(frozen=True)
class Check:
    """What the matcher makes of the text so far; `done` is False while there is too little text."""

    done: bool = False
    targets: Sequence[TargetSuggestion] = ()
    challenges: Sequence[Resembling] = ()
    precedents: Sequence[Resembling] = ()


@bp.route("/city/challenges/new", methods=["GET", "POST"])
@access(Access.CITY)
def challenge_new() -> Response:
    """Write a new challenge down."""
    user = current_user.user
    mine = {"contact_name": user.name, "contact_email": user.email, "contact_phone": user.phone}
    return _write(ChallengeForm.of_request(data=mine), None)


@bp.route("/city/challenges/<int:challenge_id>/edit", methods=["GET", "POST"])
@access(Access.CITY)
def challenge_edit(challenge_id: int) -> Response:
    """Change what a challenge says."""
    row = own(challenge_id).challenge
    if not service.may_edit(actor(), row):
        raise NotAllowed(action="challenge.edit")
    return _write(ChallengeForm.of_request(data=typed(service.read(db(), row), row.version)), row)


def _write(form: ChallengeForm, row: Challenge | None) -> Response:
    form.offer(queries.departments(db(), municipality_id()))
    form.take_target()
    if request.method == "GET" or form.change_rows() or "check" in request.form:
        return _show(form, row)
    if not form.validate():
        return _show(form, row, 422)
    try:
        saved = _save(form, row)
    except Invalid as error:
        form.show(error)
        return _show(form, row, 422)
    except Conflict as error:
        form.version.data = str(error.version)
        return _show(form, row, 409, _versions(form, error))
    flash(_("The challenge has been saved."), "success")
    return see_other(url_for("city.challenge", challenge_id=saved.pk))


def _save(form: ChallengeForm, row: Challenge | None) -> Challenge:
    """Store the text, and hand it to the coordinators when that button was pressed."""
    data = form.challenge()
    if row is None:
        saved = service.create(db(), actor(), municipality_id(), data, now=now())
    else:
        saved = service.edit(db(), actor(), row.pk, data, form.read_version(), now=now())
    if "submit" in request.form:
        service.submit(db(), actor(), saved.pk, now=now())
    return saved


def _show(
    form: ChallengeForm, row: Challenge | None, status: int = 200, versions: Sequence[tuple[str, str, str]] = ()
) -> Response:
    block = "check" if "check" in request.form else "content"
    return page(
        "city/challenge_form.html",
        block,
        status,
        form=form,
        row=row,
        versions=versions,
        clinic=examine(own(row.pk), compare=False) if row else None,
        check=_check(form, row) if request.method == "POST" else Check(),
        fragment=wants_fragment(),
        own_municipality=municipality_id(),
        target_groups=_target_groups(),
    )


def _check(form: ChallengeForm, row: Challenge | None) -> Check:
    """Ask the matcher about the text as it stands, in front of the person who writes it."""
    text = form.spoken()
    if len(text) < SHORTEST:
        return Check()
    chosen = set(form.targets.data or ())
    own_challenges = queries.readable_challenges(db(), municipality_id(), PUBLIC_CHALLENGE)
    precedents = queries.readable_collaborations(db(), municipality_id())
    return Check(
        True,
        [suggestion for suggestion in matchbook().suggest_targets(text) if suggestion.target not in chosen],
        _resembling(text, EntityType.CHALLENGE, Challenge, own_challenges - ({row.pk} if row else set())),
        _resembling(text, EntityType.COLLABORATION, Collaboration, precedents),
    )


def _resembling(
    text: str, kind: EntityType, model: type[Challenge] | type[Collaboration], allowed: set[int]
) -> list[Resembling]:
    ranking = matchbook().similar(db(), text, kind, limit=LOOKED_AT, allowed=allowed)
    matches = [match for match in ranking.matches if match.fit][:SHOWN]
    rows = queries.with_town(db(), model, [match.entity_id for match in matches])
    return [Resembling(*rows[match.entity_id], match) for match in matches if match.entity_id in rows]


def _target_groups() -> list[tuple[reference.Goal, list[reference.Target]]]:
    """All 169 targets by goal, for picking one that was not suggested."""
    targets = reference.targets()
    return [(goal, [t for t in targets if t.goal == goal.number]) for goal in reference.goals()]


def _versions(form: ChallengeForm, error: Conflict) -> list[tuple[str, str, str]]:
    """Both versions of every field that differs: (its label, what was typed, what the other person saved)."""
    return [
        (str(form[name].label.text), said(db(), name, mine), said(db(), name, theirs))
        for name, mine, theirs in error.differences
    ]
