"""Measures the suggestion of SDG targets beside a keyword baseline, for ``match evaluate-tags``."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import Progress

from embeddings.encoder import Encoder
from matcher.engine import baselines
from matcher.engine.background import foreign_needs
from matcher.engine.evaluate import Estimate
from matcher.engine.evaluate_tags import (
    Bin,
    Step,
    Tagging,
    at,
    best_threshold,
    calibration_error,
    f1_difference,
    goals_of,
    micro,
    reliability,
    sweep,
)
from matcher.engine.sdg import LEAST_CONFIDENCE, Example, Tagger
from matcher.engine.types import Document, Passage, joined_texts, with_vectors
from matcher.services import corpora
from models import reference
from web.cli import match_read, match_records
from web.cli.match_options import given, translations
from web.cli.match_read import Row, Table
from web.cli.match_text import lead, shown
from web.cli.match_work import DEMO

OURS, UNREAD, KEYWORDS = "Musubi", "Musubi, words alone", "keywords"
SHOWN = 8  # suggestions that a form shows
SHOWN_STEPS = tuple(round(0.1 * step, 1) for step in range(1, 10))
STATED, GIVEN = "printed targets", "printed and inferred targets"
UNSEEN = "the examples' own targets, each city's by what the other cities teach"
Tags = list[set[str]]


@dataclass(frozen=True)
class Judged:
    """Systems against one set of labels: targets, and the goals that these belong to."""

    targets: Mapping[str, Tagging]
    goals: Mapping[str, Tagging]
    targets_ahead: Estimate
    goals_ahead: Estimate
    bins: Sequence[Bin]
    calibration_error: float


@dataclass(frozen=True)
class TagReport:
    """`judged` by set of labels; `out_of_fold` is each city's examples judged by what those of the others teach;
    `steps` are thresholds on ours against printed targets; `languages` are goals."""

    model: str
    texts: int
    learned_from: int
    threshold: float
    learned_threshold: float
    keyword_hits: int
    out_of_fold: Judged
    judged: Mapping[str, Judged]
    steps: Sequence[Step]
    languages: Mapping[str, Mapping[str, Tagging]] = field(default_factory=dict)


class Bench:
    """The tagger as the product builds it, except that its background holds none of the texts it is judged on."""

    def __init__(self, encoder: Encoder, bars: Progress) -> None:
        self._encoder, self._bars = encoder, bars
        rows = [json.loads(line) for line in (DEMO / "challenges.jsonl").read_text("utf-8").splitlines()]
        read = self.read([record.document for record in _records(rows)], "reading challenges")
        pairs = list(zip(rows, read, strict=True))
        self.known = [(row, text) for row, text in pairs if not row["sdg_targets_stated"]]
        self.judged = [(row, text) for row, text in pairs if row["sdg_targets_stated"]]
        foreign = {name: self.read(group, "reading background") for name, group in foreign_needs().items()}
        task = bars.add_task("reading targets", total=None)
        self.tagger: Tagger = corpora.tagger(encoder, [text for _, text in self.known], foreign)
        bars.update(task, total=1, completed=1)
        self.keywords = {target.code: target.keywords_ja for target in reference.targets()}

    def read(self, documents: Sequence[Document], title: str) -> list[Document]:
        task = self._bars.add_task(title, total=len(documents))
        found = with_vectors(documents, self._encoder.encode_queries(joined_texts(documents)))
        self._bars.update(task, completed=len(documents))
        return found

    def sure(self, texts: Sequence[Document]) -> list[dict[str, float]]:
        """Per text the confidences that a form would show: the first few."""
        return _first(self.tagger, texts)

    def out_of_fold(self, keyword_hits: int) -> Judged:
        """The examples themselves, each city's by a tagger that learned from the other cities' alone."""
        task = self._bars.add_task("teaching without one city", total=len({_city(row) for row, _ in self.known}))
        texts: list[Document] = []
        sure: list[dict[str, float]] = []
        wanted: Tags = []
        for city in sorted({_city(row) for row, _ in self.known}):
            others = [Example(text, frozenset(row["sdg_targets"])) for row, text in self.known if _city(row) != city]
            held = [(row, text) for row, text in self.known if _city(row) == city]
            texts += [text for _, text in held]
            wanted += [set(row["sdg_targets"]) for row, _ in held]
            sure += _first(self.tagger.taught(others), [text for _, text in held])
            self._bars.advance(task)
        suggested = {KEYWORDS: at(self.hits(texts), keyword_hits), OURS: at(sure, LEAST_CONFIDENCE)}
        return _judged(suggested, sure, wanted)

    def hits(self, texts: Sequence[Document]) -> list[dict[str, float]]:
        return [dict(baselines.keyword_hits(_text(text), self.keywords)) for text in texts]

    def systems(self, texts: Sequence[Document], keyword_hits: int) -> dict[str, Tags]:
        """What each system suggests."""
        unread = [Document(t.owner, tuple(Passage(p.sentences) for p in t.passages)) for t in texts]
        return {
            KEYWORDS: at(self.hits(texts), keyword_hits),
            UNREAD: at(self.sure(unread), LEAST_CONFIDENCE),
            OURS: at(self.sure(texts), LEAST_CONFIDENCE),
        }


def measure_tags(encoder: Encoder, bars: Progress, data: Path | None = None) -> TagReport:
    """Everything; goals in other languages when `data` has challenges with goals and translations of them."""
    bench = Bench(encoder, bars)
    learned = [set(row["sdg_targets"]) for row, _ in bench.known]
    known = [text for _, text in bench.known]
    hits = int(best_threshold(bench.hits(known), learned, (1, 2, 3)))
    texts = [text for _, text in bench.judged]
    labels = {
        STATED: [set(row["sdg_targets_stated"]) for row, _ in bench.judged],
        GIVEN: [set(row["sdg_targets"]) for row, _ in bench.judged],
    }
    suggested, sure = bench.systems(texts, hits), bench.sure(texts)
    return TagReport(
        model=encoder.model_id,
        texts=len(texts),
        learned_from=len(known),
        threshold=LEAST_CONFIDENCE,
        learned_threshold=best_threshold(bench.sure(known), learned),
        keyword_hits=hits,
        out_of_fold=bench.out_of_fold(hits),
        judged={name: _judged(suggested, sure, wanted) for name, wanted in labels.items()},
        steps=sweep(sure, labels[STATED], SHOWN_STEPS),
        languages=_languages(bench, data, hits) if data is not None else {},
    )


def as_json(report: TagReport) -> dict[str, Any]:
    """Steps and bins as objects, not as bare rows."""
    figures = asdict(report)
    figures["steps"] = [step._asdict() for step in report.steps]
    figures["out_of_fold"]["bins"] = [found._asdict() for found in report.out_of_fold.bins]
    for name, judged in report.judged.items():
        figures["judged"][name]["bins"] = [found._asdict() for found in judged.bins]
    return figures


def as_text(report: TagReport) -> str:
    return "\n\n".join("\n".join(lines) for lines in (_head(report), *_tables(report), _balance(report)))


def _judged(suggested: Mapping[str, Tags], sure: Sequence[Mapping[str, float]], wanted: Tags) -> Judged:
    goals = {name: _goals(tags) for name, tags in suggested.items()}
    bins = reliability([{c: s for c, s in text.items() if s >= LEAST_CONFIDENCE} for text in sure], wanted)
    return Judged(
        targets={name: micro(tags, wanted) for name, tags in suggested.items()},
        goals={name: micro(tags, _goals(wanted)) for name, tags in goals.items()},
        targets_ahead=f1_difference(suggested[OURS], suggested[KEYWORDS], wanted),
        goals_ahead=f1_difference(goals[OURS], goals[KEYWORDS], _goals(wanted)),
        bins=bins,
        calibration_error=calibration_error(bins),
    )


def _languages(bench: Bench, data: Path, hits: int) -> dict[str, dict[str, Tagging]]:
    """Goals of the same challenges in the file's own language and in the others."""
    own = match_records.challenges(match_read.read_table(given(None, data, "challenges")))
    goals = {record.document.owner: {str(goal) for goal in record.document.profile.goals} for record in own}
    found: dict[str, dict[str, Tagging]] = {}
    for name, records in translations(data).items():
        texts = {record.document.owner: record.document for record in records if goals.get(record.document.owner)}
        same = [record.document for record in own if record.document.owner in texts]
        wanted = [goals[document.owner] for document in same]
        for label, asked in (("own", same), (name, [texts[document.owner] for document in same])):
            read = bench.read(asked, "reading translations")
            systems = bench.systems(read, hits)
            found[f"{name}: {label}"] = {system: micro(_goals(tags), wanted) for system, tags in systems.items()}
    return found


def _first(tagger: Tagger, texts: Sequence[Document]) -> list[dict[str, float]]:
    ranked = (sorted(tagger.confidences(text).items(), key=lambda item: -item[1]) for text in texts)
    return [dict(confidences[:SHOWN]) for confidences in ranked]


def _city(row: Mapping[str, Any]) -> str:
    return str(row["municipality_code"])


def _goals(tags: Sequence[Collection[str]]) -> Tags:
    return [goals_of(codes) for codes in tags]


def _records(rows: Sequence[dict[str, Any]]) -> list[match_records.Record]:
    return match_records.challenges(Table(DEMO / "challenges.jsonl", [Row(n, row) for n, row in enumerate(rows, 1)]))


def _text(document: Document) -> str:
    return "".join(passage.text for passage in document.passages)


def _head(report: TagReport) -> Iterator[str]:
    yield f"{report.texts} challenges with printed targets, {report.model}"
    yield f"confidence learned from {report.learned_from} other challenges; shown from {report.threshold:g}"
    yield f"(there the best F1 was at {report.learned_threshold:g}, for keywords at {report.keyword_hits} hit(s))"
    yield "micro averages, 95 % bootstrap intervals in brackets"


def _tables(report: TagReport) -> Iterator[list[str]]:
    for name, judged in [(UNSEEN, report.out_of_fold), *report.judged.items()]:
        yield [
            f"targets, against {name}:",
            *_rows(judged.targets),
            f"F1 ahead of keywords {lead(judged.targets_ahead)}",
        ]
        yield [f"goals, against {name}:", *_rows(judged.goals), f"F1 ahead of keywords {lead(judged.goals_ahead)}"]
        yield [f"how sure and how often right, against {name}:", *_bins(judged)]
    for name, systems in report.languages.items():
        yield [f"goals of the same challenges, {name}:", *_rows(systems)]


def _rows(systems: Mapping[str, Tagging]) -> Iterator[str]:
    width = max(map(len, systems))
    yield f"{'':{width}}  {'precision':>16}  {'recall':>16}  {'F1':>16}  per text"
    for name, found in systems.items():
        cells = "  ".join(f"{shown(value):>16}" for value in (found.precision, found.recall, found.f1))
        yield f"{name:{width}}  {cells}  {found.suggested:8.1f}"


def _bins(judged: Judged) -> Iterator[str]:
    yield "confidence    suggestions  sure  right"
    for found in judged.bins:
        share = f"{found.low:.1f} to {found.high:.1f}"
        yield f"{share:<12}  {found.suggestions:>11}  {found.confidence:4.0%}  {found.right:5.0%}"
    yield f"mean distance {judged.calibration_error:.3f}"


def _balance(report: TagReport) -> Iterator[str]:
    yield f"other thresholds, targets against {STATED}:"
    yield "confidence  precision  recall     F1  per text"
    for step in report.steps:
        yield f"{step.threshold:>10g}  {step.precision:9.3f}  {step.recall:6.3f}  {step.f1:5.3f}  {step.suggested:8.1f}"
