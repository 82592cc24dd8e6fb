"""The recommendation model: what is in use, what was learned, how it compares, how it drifts, and the way back."""

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext as _

from matcher.errors import NotAllowed
from models.enums import RankingModelStatus
from models.queries import ranking_models as queries
from web.auth import Access, access, actor, now
from web.db import db
from web.feature_words import FEATURES
from web.htmx import page, see_other
from web.pages.admin import bp


@dataclass(frozen=True)
class Weight:
    """One part of the score: its name and code, its built-in weight, and the weight of a model."""

    name: Any
    code: str
    built_in: float
    weight: float

    @property
    def change(self) -> int:
        """1 counts more than built in, -1 less, 0 the same to a hundredth."""
        apart = self.weight - self.built_in
        return 0 if abs(apart) < 0.01 else (1 if apart > 0 else -1)


@bp.get("/admin/model")
@access(Access.ADMIN)
def model() -> Response:
    from matcher.engine import drift as bounds
    from matcher.engine import learn
    from matcher.services import learning

    history = queries.history(db())
    active = next((pair for pair in history if pair[0].status is RankingModelStatus.ACTIVE), (None, None))
    candidates = [row for row, _user in history if row.status is RankingModelStatus.CANDIDATE]
    return page(
        "admin/model.html",
        active=active[0],
        activated_by=active[1],
        weights=_weights(active[0].weights if active[0] else {}),
        candidates=[(row, _weights(row.weights)) for row in candidates],
        ready=learning.readiness(learning.decided_lists(db())),
        needed=(learn.MIN_LISTS, learn.MIN_DECISIONS),
        drift=learning.drift(db(), now()),
        bounds=bounds,
        months=learning.months(db(), now()),
        attention=learning.attention(db(), now()),
        history=history,
    )


def _weights(stored: dict[str, float]) -> list[Weight]:
    """Every part that counts in either, in the order of the engine."""
    from matcher.engine.learn import weights_of
    from matcher.engine.score import DEFAULT

    known, built_in = weights_of(stored).as_dict(), DEFAULT.as_dict()
    rows = [Weight(FEATURES.get(code, code), code, built_in[code], weight) for code, weight in known.items()]
    return [row for row in rows if row.weight or row.built_in]


@bp.post("/admin/model/train")
@access(Access.ADMIN)
def model_train() -> Response:
    from matcher.services import learning

    try:
        row = learning.train(db(), actor(), now=now())
    except NotAllowed as error:
        if error.code != "too_few_decisions":
            raise
        flash(_("There are not enough decisions to learn from yet."), "warning")
    else:
        better = _("A model has been learned, and it is better than the one in use. You can bring it into use.")
        worse = _("A model has been learned, but it is not better beyond chance than the one in use.")
        flash(better if row.figures["better"] else worse, "success" if row.figures["better"] else "info")
    return see_other(url_for("admin.model"))


@bp.post("/admin/model/<int:model_id>/<any(activate, dismiss):action>")
@access(Access.ADMIN)
def model_step(model_id: int, action: str) -> Response:
    from matcher.services import learning

    try:
        if action == "activate":
            learning.activate(db(), actor(), model_id, now=now())
            flash(_("The model is in use from the next list on."), "success")
        else:
            learning.dismiss(db(), actor(), model_id, now=now())
            flash(_("The model has been set aside."), "success")
    except NotAllowed as error:
        if error.code != "not_better":
            raise
        flash(_("The model was not brought into use: it is not better beyond chance than the one in use."), "warning")
    return see_other(url_for("admin.model"))


@bp.post("/admin/model/roll-back")
@access(Access.ADMIN)
def model_roll_back() -> Response:
    from matcher.services import learning

    before = learning.roll_back(db(), actor(), now=now())
    back = _("Model no. %(number)s is in use again.", number=before.pk) if before else ""
    flash(back or _("The built-in weights are in use again."), "success")
    return see_other(url_for("admin.model"))
