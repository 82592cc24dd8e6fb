"""Match quality on real municipal pairs with the real encoder; slow, and the reason why the engine is as it is."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.progress import Progress

from embeddings.convert import convert_bundled
from embeddings.encoder import Encoder, EncoderConfig, open_encoder
from matcher.engine.corpus import Corpus, Query
from matcher.engine.evaluate import METRICS, measure
from matcher.engine.rank import rank
from matcher.engine.types import Document, Passage, Role, Sentence, with_vectors
from web.cli import match_records
from web.cli.match_measure import BM25, COSINE, NO_MATCH, OURS, RRF, Report, measure_systems
from web.cli.match_read import read_table
from web.cli.match_work import Desk

pytestmark = pytest.mark.encoder
HERE = Path(__file__).parent
NDCG = METRICS.index("nDCG@10")

PARTNERS = match_records.partners(read_table(HERE / "organizations.jsonl"))
CHALLENGES = match_records.challenges(read_table(HERE / "challenges.jsonl"))
ENGLISH = match_records.challenges(read_table(HERE / "challenges_en.jsonl"))


def known_pairs() -> dict[str, set[str]]:
    pairs: dict[str, set[str]] = {}
    for line in (HERE / "pairs.jsonl").read_text("utf-8").splitlines():
        pair = json.loads(line)
        pairs.setdefault(pair["challenge"], set()).add(pair["organization"])
    return pairs


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    data_dir = Path(os.environ.get("DATA_DIR", HERE.parents[1] / "var"))
    convert_bundled(data_dir)
    return open_encoder(EncoderConfig(data_dir))


@pytest.fixture(scope="module")
def plain() -> Encoder:
    """The model as anyone can have it, for the baselines."""
    data_dir = Path(os.environ.get("DATA_DIR", HERE.parents[1] / "var"))
    convert_bundled(data_dir)
    return open_encoder(EncoderConfig(data_dir, adapted=False))


@pytest.fixture(scope="module")
def bars() -> Iterator[Progress]:
    with Progress(disable=True) as progress:
        yield progress


@pytest.fixture(scope="module")
def desk(encoder: Encoder, bars: Progress) -> Desk:
    return Desk(encoder, [record.document for record in PARTNERS], bars)


@pytest.fixture(scope="module")
def report(encoder: Encoder, plain: Encoder, bars: Progress) -> Report:
    return measure_systems(encoder, bars, PARTNERS, CHALLENGES, known_pairs(), plain=plain)


def test_better_than_what_anyone_would_build_in_a_day(report: Report) -> None:
    assert (report.challenges, report.partners) == (74, 170)
    ours = report.figures[OURS]["nDCG@10"].mean
    assert ours >= 0.77
    assert report.figures[OURS]["R@10"].mean >= 0.9
    assert report.ahead[RRF].low > 0.08
    for baseline in (BM25, COSINE, RRF):
        assert ours > report.figures[baseline]["nDCG@10"].mean
        assert report.ahead[baseline].low > 0


def test_english_questions_find_japanese_partners(desk: Desk, plain: Encoder) -> None:
    """Words find nothing there and abstain; the language itself is taken out of the vectors."""
    documents = desk.encoded([record.document for record in ENGLISH], Role.NEED, "")
    relevant = {document.owner: known_pairs()[document.owner] for document in documents}
    answers = zip(documents, desk.rank(documents, 170, 0), strict=True)
    rankings = {document.owner: [c.owner for c in ranking.candidates] for document, ranking in answers}
    asked = plain.encode_queries([document.passages[0].text for document in documents])
    order = np.argsort(-asked @ plain.encode_documents([r.document.passages[0].text for r in PARTNERS]).T, axis=1)
    cosine = {d.owner: [PARTNERS[i].document.owner for i in row] for d, row in zip(documents, order, strict=True)}
    ours, theirs = (measure(found, relevant)[:, NDCG].mean() for found in (rankings, cosine))
    assert ours > theirs + 0.1
    assert ours >= 0.7


def test_without_its_right_partners_a_challenge_is_told_so(report: Report) -> None:
    """From half of the challenges they are taken away: "no good match" is mostly right, and seldom said in error."""
    found = report.abstention
    said = next(verdict for verdict in found.verdicts if verdict.fit is NO_MATCH)
    assert said.precision.mean >= 0.7
    assert said.recall.mean >= 0.4
    assert said.false_alarms.mean <= 0.2
    assert found.auroc.low > 0.6


@pytest.mark.parametrize(
    "text",
    [
        "第三楽章のホルンの独奏を、ほかの楽器に埋もれないように響かせたい。",
        "二重星の軌道を、小さな望遠鏡の写真から計算したい。",
        "中世の写本に使われた顔料の退色を、古文書学の論文にまとめたい。",
    ],
)
def test_what_no_partner_speaks_of_finds_nobody(desk: Desk, text: str) -> None:
    document = Document("foreign", (Passage((Sentence(text, "problem"),)),))
    best = desk.rank(desk.encoded([document], Role.NEED, ""), 10, 0)[0].candidates
    assert max(candidate.fit.level for candidate in best) <= NO_MATCH.level


def test_sharing_attention_costs_no_quality(report: Report) -> None:
    """Among practically equal partners the less seen goes first: attention is more even, the lists as good."""
    before, after = report.exposure[OURS], report.evened.exposure
    assert after.gini < before.gini
    assert after.shown >= before.shown
    assert report.evened.change.ahead.mean < 0.005


def test_without_the_cited_sentence_the_score_falls(desk: Desk, encoder: Encoder) -> None:
    """The partner's text is read anew without it, as if it had never been written."""
    documents = desk.encoded([record.document for record in CHALLENGES[:25]], Role.NEED, "")
    partners = {record.document.owner: record.document for record in PARTNERS}
    fell = []
    for document in documents:
        query = Query.of(document, Role.NEED, desk.frame)
        best = rank(query, desk.corpus, desk.frame, limit=1).candidates[0]
        poorer = _without(partners[best.owner], best.evidence[0].answers.text)
        read = with_vectors([poorer], encoder.encode_documents(poorer.texts())) if poorer.passages else [poorer]
        after = rank(query, Corpus.build(read, Role.OFFER, desk.frame), desk.frame).candidates
        fell.append(not after or after[0].score < best.score)
    assert np.mean(fell) >= 0.95


def _without(document: Document, text: str) -> Document:
    passages = (
        Passage(tuple(sentence for sentence in passage.sentences if sentence.text != text))
        for passage in document.passages
    )
    return replace(document, passages=tuple(passage for passage in passages if passage.sentences))
