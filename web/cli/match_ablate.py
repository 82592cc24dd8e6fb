"""Switches each part of the engine off in turn, to see what it is worth, for ``match evaluate --ablate``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np

from matcher.engine.frame import Frame, Plane
from matcher.engine.score import Weights
from matcher.engine.types import Document, Floats, Role
from web.cli.match_measure import OURS, Change, Rankings, Report, Study
from web.cli.match_work import Desk

TEXTS = ("passage", "sentence", "words", "grams")  # every other weight belongs to a structured fact
#: what a weight is called in a report
NAMES = {"passage": "whole passages", "sentence": "sentence level", "words": "words", "grams": "character pairs"}


@dataclass(frozen=True)
class Part:
    """A part of the engine, and how the engine ranks without it."""

    name: str
    without: Callable[[Study], Rankings]


def ablate(study: Study, report: Report) -> Report:
    """The report with what each part is worth: the full engine's lead over the engine without it, paired."""
    full = study.measured(study.ranked())
    parts = list(parts_of(study))
    changes: dict[str, Change] = {}
    task = study.bars.add_task(f"{OURS} without a part", total=len(parts))
    for part in parts:
        changes[part.name] = study.change(full, study.measured(part.without(study)))
        study.bars.advance(task)
    return replace(report, ablation=changes)


def parts_of(study: Study) -> Iterator[Part]:
    """Every part that takes part: weights that are not 0, what the frame of reference does, the encoder's training."""
    used = [field.name for field in fields(Weights) if getattr(study.weights, field.name)]
    facts = [name for name in used if name not in TEXTS]
    for name in used:
        if name in TEXTS:
            yield Part(NAMES[name], _without_weights(study.weights, [name]))
    if facts:
        yield Part("all structured facts", _without_weights(study.weights, facts))
    for name in facts:
        yield Part(f"fact: {name}", _without_weights(study.weights, [name]))
    yield Part("hubness correction", _in_frame(_without_hubness))
    yield Part("centring per role", _in_frame(_centred_together))
    yield Part("centring", _in_frame(_not_centred))
    if study.plain is not study.ours:
        yield Part("adaptation of the encoder", _with_plain_encoder)


def _without_weights(weights: Weights, names: list[str]) -> Callable[[Study], Rankings]:
    less = replace(weights, **dict.fromkeys(names, 0.0))
    return lambda study: study.ranked(less)


def _in_frame(change: Callable[[Desk], Frame]) -> Callable[[Study], Rankings]:
    return lambda study: study.ranked(desk=study.desk.framed(change(study.desk)))


def _with_plain_encoder(study: Study) -> Rankings:
    """The whole engine on the encoder as published; the frame is made of its vectors too."""
    desk = Desk(study.plain, study.partners, study.bars)
    return study.ranked(desk=desk, asking=desk.encoded(study.challenges, Role.NEED, "reading challenges"))


def _without_hubness(desk: Desk) -> Frame:
    """No background to be near to. The weight of a sentence that many needs resemble goes with it."""
    return replace(desk.frame, passages=_emptied(desk.frame.passages), sentences=_emptied(desk.frame.sentences))


def _centred_together(desk: Desk) -> Frame:
    """One mean for both roles instead of one for each; languages keep theirs."""
    return _moved(desk, lambda plane: (plane.need_means + plane.offer_means) / 2)


def _not_centred(desk: Desk) -> Frame:
    return _moved(desk, lambda plane: np.zeros_like(plane.need_means))


def _moved(desk: Desk, means: Callable[[Plane], Floats]) -> Frame:
    """The frame with other means, and the same background texts placed anew by them."""
    frame = desk.frame
    bare = replace(frame, passages=_at(frame.passages, means), sentences=_at(frame.sentences, means))
    needs, offers = desk.background
    need, offer = _placed(bare, needs, Role.NEED), _placed(bare, offers, Role.OFFER)
    return replace(
        bare,
        passages=replace(bare.passages, needs=need[0], offers=offer[0]),
        sentences=replace(bare.sentences, needs=need[1], offers=offer[1]),
    )


def _placed(frame: Frame, documents: list[Document], role: Role) -> tuple[Floats, Floats]:
    """Passages and sentences of the background: as many as the frame itself keeps of either."""
    sizes = [len(getattr(plane, f"{role}s")) for plane in (frame.passages, frame.sentences)]
    placed = [frame.place(document, role) for document in documents if document.encoded]
    passages, sentences = (np.concatenate(rows) for rows in zip(*placed, strict=True))
    return _some(passages, sizes[0]), _some(sentences, sizes[1])


def _some(rows: Floats, size: int, seed: int = 0) -> Floats:
    if len(rows) <= size:
        return rows
    return np.asarray(rows[np.sort(np.random.default_rng(seed).choice(len(rows), size, replace=False))])


def _at(plane: Plane, means: Callable[[Plane], Floats]) -> Plane:
    found = np.asarray(means(plane), np.float32)
    return replace(plane, need_means=found, offer_means=found)


def _emptied(plane: Plane) -> Plane:
    nothing = plane.needs[:0]
    return replace(plane, needs=nothing, offers=nothing)
