"""Measures the engine and three baselines on the same files in the same run, for ``match evaluate``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.progress import Progress

from embeddings.encoder import Encoder
from matcher.engine import baselines
from matcher.engine.evaluate import METRICS, Estimate, difference, estimates, measure
from matcher.engine.types import Document, Role
from web.cli.match_records import Record
from web.cli.match_work import Desk

OURS = "Musubi"
BM25, COSINE, RRF = "BM25, character pairs", "plain cosine", "rank fusion (k = 60)"


@dataclass(frozen=True)
class Report:
    """Figures of every system, and by how much ours is ahead of each other one in nDCG@10 (paired)."""

    challenges: int
    partners: int
    model: str
    figures: Mapping[str, Mapping[str, Estimate]]
    ahead: Mapping[str, Estimate]


def measure_systems(
    encoder: Encoder,
    bars: Progress,
    partners: Sequence[Record],
    challenges: Sequence[Record],
    relevant: Mapping[str, set[str]],
    plain: Encoder | None = None,
) -> Report:
    """Only challenges with a known right partner count; all partners are considered for each.

    The baselines read with `plain`, the model as anyone can have it; without it with the same encoder as ours.
    """
    asked = [record.document for record in challenges if record.document.owner in relevant]
    desk = Desk(encoder, [record.document for record in partners], bars)
    asking = desk.encoded(asked, Role.NEED, "reading challenges")
    rankings = _baselines(plain or encoder, [record.document for record in partners], asked)
    rankings[OURS] = [[c.owner for c in found.candidates] for found in desk.rank(asking, len(partners), explained=0)]
    wanted = {document.owner: relevant[document.owner] for document in asked}
    values = {name: measure(dict(zip(wanted, ranked, strict=True)), wanted) for name, ranked in rankings.items()}
    return Report(
        challenges=len(asked),
        partners=len(partners),
        model=encoder.model_id,
        figures={name: estimates(rows) for name, rows in values.items()},
        ahead={name: difference(values[OURS], rows) for name, rows in values.items() if name != OURS},
    )


def as_json(report: Report) -> dict[str, Any]:
    return asdict(report)


def as_text(report: Report) -> str:
    """A table that fits a terminal of 100 columns, and the paired differences below it."""
    width = max(map(len, report.figures))
    lines = [
        f"{report.challenges} challenges, {report.partners} partners, {report.model}",
        "95 % bootstrap intervals in brackets",
        "",
        f"{'':{width}}  " + "  ".join(f"{name:>14}" for name in METRICS),
    ]
    for name, figures in report.figures.items():
        lines.append(f"{name:{width}}  " + "  ".join(f"{_shown(figures[metric]):>14}" for metric in METRICS))
    lines += ["", f"nDCG@10, {OURS} ahead of (paired bootstrap):"]
    for name, ahead in report.ahead.items():
        lines.append(f"{name:{width}}  {ahead.mean:+.3f} [{ahead.low:+.3f}, {ahead.high:+.3f}]")
    return "\n".join(lines)


def _shown(estimate: Estimate) -> str:
    low, high = (f"{bound:.2f}".removeprefix("0") for bound in (estimate.low, estimate.high))
    return f"{estimate.mean:.3f}".removeprefix("0") + f" [{low},{high}]"


def _baselines(encoder: Encoder, partners: Sequence[Document], asked: Sequence[Document]) -> dict[str, list[list[str]]]:
    """Query = title and description, passage = profile, as one text each."""
    profiles = [_joined(document, "profile") for document in partners]
    queries = [_joined(document, "title", "problem") for document in asked]
    lexical = baselines.bm25(queries, profiles)
    cosine = np.asarray(encoder.encode_queries(queries) @ encoder.encode_documents(profiles).T)
    owners = [document.owner for document in partners]
    scores = {BM25: lexical, COSINE: cosine, RRF: baselines.fused(lexical, cosine)}
    return {name: baselines.in_order(rows, owners) for name, rows in scores.items()}


def _joined(document: Document, *parts: str) -> str:
    return "".join(passage.text for passage in document.passages if passage.sentences[0].part in parts)
