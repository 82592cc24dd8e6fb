"""Measures the engine and three baselines on the same files in the same run, for ``match evaluate``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from rich.progress import Progress

from embeddings.encoder import Encoder
from matcher.engine import baselines
from matcher.engine.corpus import Corpus, Query
from matcher.engine.evaluate import METRICS, Estimate, Values, difference, estimate, estimates, grouped, measure
from matcher.engine.evaluate_abstention import Abstention, Best, abstention
from matcher.engine.evaluate_exposure import Exposure, exposure
from matcher.engine.evaluate_reciprocal import Reciprocal, reciprocal
from matcher.engine.exposure import SPARE, Standing, attention, in_fair_order
from matcher.engine.rank import margin_of, rank
from matcher.engine.score import DEFAULT, Weights
from matcher.engine.types import Document, Fit, Floats, Role
from web.cli.match_records import Record
from web.cli.match_work import Desk

OURS = "Musubi"
BM25, COSINE, RRF = "BM25, character pairs", "plain cosine", "rank fusion (k = 60)"
NO_MATCH = Fit.WEAK  # a list whose best fit is no better is shown as "no good match yet"
LISTED = 10  # candidates that a person reads before concluding that nobody fits
NDCG, RECALL = METRICS.index("nDCG@10"), METRICS.index("R@10")
Rankings = dict[str, list[str]]  # by query, all answers, best first


@dataclass(frozen=True)
class Goal:
    """The challenges of one SDG goal; with few of them the interval is wide and says so."""

    challenges: int
    ndcg: Estimate
    recall: Estimate


@dataclass(frozen=True)
class Change:
    """What another setting reaches in nDCG@10, and how far the engine as it is stays ahead of it (paired)."""

    ndcg: Estimate
    ahead: Estimate


@dataclass(frozen=True)
class Language:
    """The same challenges in another language and in the file's own; `ahead` is ours over cosine in that language."""

    challenges: int
    own: Estimate
    foreign: Estimate
    cosine: Estimate
    ahead: Estimate


@dataclass(frozen=True)
class Evened:
    """The lists as offices see them, in which the less seen of two practically equal partners goes first."""

    exposure: Exposure
    change: Change


@dataclass(frozen=True)
class Report:
    """Figures of every system, and by how much ours is ahead of each other one in nDCG@10 (paired)."""

    challenges: int
    partners: int
    model: str
    baseline_model: str
    weights: Mapping[str, float]
    figures: Mapping[str, Mapping[str, Estimate]]
    ahead: Mapping[str, Estimate]
    exposure: Mapping[str, Exposure]
    reciprocal: Mapping[str, Reciprocal]
    goals: Mapping[int, Goal]
    evened: Evened
    abstention: Abstention
    against: Change | None = None
    ablation: Mapping[str, Change] = field(default_factory=dict)
    languages: Mapping[str, Language] = field(default_factory=dict)


class Study:
    """Partners and challenges, read once, and the known pairs: what every measurement starts from.

    `ours` reads for the engine, `plain` for the baselines. All partners are considered for each challenge; figures
    count challenges with a known right partner.
    """

    def __init__(
        self,
        ours: Encoder,
        bars: Progress,
        partners: Sequence[Record],
        challenges: Sequence[Record],
        relevant: Mapping[str, set[str]],
        *,
        plain: Encoder | None = None,
        weights: Weights = DEFAULT,
    ) -> None:
        self.ours, self.plain, self.bars, self.weights = ours, plain or ours, bars, weights
        self.partners = [record.document for record in partners]
        self.challenges = [record.document for record in challenges]
        self.desk = Desk(ours, self.partners, bars)
        self.asking = self.desk.encoded(self.challenges, Role.NEED, "reading challenges")
        self.wanted = {c.owner: relevant[c.owner] for c in self.challenges if relevant.get(c.owner)}

    def ranked(
        self, weights: Weights | None = None, desk: Desk | None = None, asking: Sequence[Document] | None = None
    ) -> Rankings:
        """The engine's answer to each challenge with a known partner, in this or another setting."""
        asked = [document for document in asking or self.asking if document.owner in self.wanted]
        found = (desk or self.desk).rank(asked, len(self.partners), 0, weights or self.weights)
        return {document.owner: _owners(answer.candidates) for document, answer in zip(asked, found, strict=True)}

    def evened(self) -> Rankings:
        """The first ten of each challenge in turn, each list read to its end before the next one is made."""
        asked = [document for document in self.asking if document.owner in self.wanted]
        margin, given = margin_of(self.desk.frame.match_scale), Counter[str]()
        found: Rankings = {}
        for document, answer in zip(asked, self.desk.rank(asked, LISTED + SPARE, 0, self.weights), strict=True):
            standings = [Standing(c.owner, c.score, c.fit.level, given[c.owner]) for c in answer.candidates]
            found[document.owner] = [placed.owner for placed in in_fair_order(standings, margin)[:LISTED]]
            given.update({owner: attention(place) for place, owner in enumerate(found[document.owner], 1)})
        return found

    def ranked_back(self) -> Rankings:
        """For each partner all challenges, best first."""
        frame = self.desk.frame
        needs = Corpus.build(self.asking, Role.NEED, frame)
        task = self.bars.add_task("the other way", total=len(self.partners))
        found: Rankings = {}
        for owner in self.desk.corpus.owners:
            query = self.desk.corpus.query(owner)
            answer = rank(query, needs, frame, limit=len(needs), weights=self.weights, explained=0)
            found[owner] = _owners(answer.candidates)
            self.bars.advance(task)
        return found

    def measured(self, rankings: Rankings) -> Values:
        return measure(rankings, self.wanted)

    def change(self, full: Values, other: Values) -> Change:
        return Change(estimate(other[:, NDCG]), difference(full, other))

    def baselines(self) -> dict[str, Floats]:
        """Scores (challenges, partners). Query = title and description, passage = profile, as one text each."""
        profiles = [joined(document, "profile") for document in self.partners]
        queries = [joined(document, "title", "problem") for document in self.challenges]
        lexical = baselines.bm25(queries, profiles)
        cosine = np.asarray(self.plain.encode_queries(queries) @ self.plain.encode_documents(profiles).T)
        return {BM25: lexical, COSINE: cosine, RRF: baselines.fused(lexical, cosine)}

    def abstained(self) -> Abstention:
        """The best of the first ten, with the right partners and without them."""
        asked = [document for document in self.asking if document.owner in self.wanted]
        task = self.bars.add_task("taking partners away", total=len(asked))
        present, absent = {}, {}
        for document in asked:
            query = Query.of(document, Role.NEED, self.desk.frame)
            present[document.owner] = self._best(query, set())
            absent[document.owner] = self._best(query, self.wanted[document.owner])
            self.bars.advance(task)
        return abstention(present, absent)

    def _best(self, query: Query, without: set[str]) -> Best:
        corpus = self.desk.corpus
        allowed = ~corpus.mask(without)
        found = rank(query, corpus, self.desk.frame, limit=LISTED, allowed=allowed, weights=self.weights, explained=0)
        return Best.of(found.candidates)


def measure_systems(
    ours: Encoder,
    bars: Progress,
    partners: Sequence[Record],
    challenges: Sequence[Record],
    relevant: Mapping[str, set[str]],
    *,
    plain: Encoder | None = None,
    weights: Weights = DEFAULT,
) -> Report:
    """The engine beside three baselines; `plain` (default: ours) is the encoder that the baselines are given."""
    return report_of(Study(ours, bars, partners, challenges, relevant, plain=plain, weights=weights))


def report_of(study: Study) -> Report:
    """Everything that is always measured."""
    forth, back = {OURS: study.ranked()}, {OURS: study.ranked_back()}
    asked, offered = [c.owner for c in study.challenges], [p.owner for p in study.partners]
    for name, scores in study.baselines().items():
        every = dict(zip(asked, baselines.in_order(scores, offered), strict=True))
        forth[name] = {owner: every[owner] for owner in study.wanted}
        back[name] = dict(zip(offered, baselines.in_order(scores.T, asked), strict=True))
    systems = (BM25, COSINE, RRF, OURS)
    values = {name: study.measured(forth[name]) for name in systems}
    evened = study.evened()
    goals = [c.profile.all_goals for c in study.challenges if c.owner in study.wanted]
    return Report(
        challenges=len(study.wanted),
        partners=len(study.partners),
        model=study.ours.model_id,
        baseline_model=study.plain.model_id,
        weights=study.weights.as_dict(),
        figures={name: estimates(rows) for name, rows in values.items()},
        ahead={name: difference(values[OURS], rows) for name, rows in values.items() if name != OURS},
        exposure={name: exposure(list(forth[name].values()), offered) for name in systems},
        reciprocal={name: reciprocal(forth[name], back[name], study.wanted) for name in systems},
        goals={goal: _goal(rows) for goal, rows in grouped(values[OURS], goals).items()},
        evened=Evened(exposure(list(evened.values()), offered), study.change(values[OURS], study.measured(evened))),
        abstention=study.abstained(),
    )


def compared(study: Study, report: Report, weights: Weights) -> Report:
    """The report with the figures of other weights beside it."""
    change = study.change(study.measured(study.ranked()), study.measured(study.ranked(weights)))
    return replace(report, against=change)


def measure_language(study: Study, foreign: Sequence[Record]) -> Language | None:
    """The challenges of a file in another language, found again by their ids; None when none of them is known."""
    documents = [record.document for record in foreign if record.document.owner in study.wanted]
    if not documents:
        return None
    wanted = {document.owner: study.wanted[document.owner] for document in documents}
    own = measure(study.ranked(asking=[a for a in study.asking if a.owner in wanted]), wanted)
    read = study.desk.encoded(documents, Role.NEED, "reading translations")
    ours = measure(study.ranked(asking=read), wanted)
    queries = [joined(document, "title", "problem") for document in documents]
    profiles = [joined(document, "profile") for document in study.partners]
    scores = np.asarray(study.plain.encode_queries(queries) @ study.plain.encode_documents(profiles).T)
    order = baselines.in_order(scores, [partner.owner for partner in study.partners])
    cosine = measure(dict(zip(wanted, order, strict=True)), wanted)
    figures = (estimate(rows[:, NDCG]) for rows in (own, ours, cosine))
    return Language(len(wanted), *figures, ahead=difference(ours, cosine))


def as_json(report: Report) -> dict[str, Any]:
    return asdict(report)


def joined(document: Document, *parts: str) -> str:
    """The passages that begin with these parts, as one text."""
    return "".join(passage.text for passage in document.passages if passage.sentences[0].part in parts)


def _owners(candidates: Sequence[Any]) -> list[str]:
    return [candidate.owner for candidate in candidates]


def _goal(rows: Values) -> Goal:
    return Goal(len(rows), estimate(rows[:, NDCG]), estimate(rows[:, RECALL]))
