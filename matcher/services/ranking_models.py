"""Which weights order the lists at this moment, and which inputs of a score can be compared with each other."""

from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from matcher.engine.learn import FEATURE_SET, weights_of
from matcher.engine.score import DEFAULT, Weights
from models.queries import ranking_models as queries


@dataclass(frozen=True)
class InUse:
    """The weights in use and the model that they belong to; None for those that are built in."""

    model_id: int | None
    weights: Weights


BUILT_IN = InUse(None, DEFAULT)


def in_use(session: Session) -> InUse:
    """Asked anew before every ranking, so that every process notices a change at once."""
    found = queries.in_use(session)
    return BUILT_IN if found is None else InUse(found[0], weights_of(found[1]))


def basis_of(encoder_model: str) -> str:
    """Inputs are comparable when the same encoder and the same definition of the parts made them."""
    return f"{FEATURE_SET}-{sha256(encoder_model.encode()).hexdigest()[:12]}"
