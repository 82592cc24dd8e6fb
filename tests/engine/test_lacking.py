"""What a partner lacks: each kind of change is told when the ranking answers it, and only then."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.engine.corpus import Corpus, Query
from matcher.engine.features import HARD
from matcher.engine.lacking import Lack, grouped, lacking
from matcher.engine.rank import rank
from matcher.engine.types import Candidate, Document, Fit, Passage, Profile, Role, Sentence, with_vectors
from tests.engine.world import FRAME, TOPICS, WORLD, unread

HERE, THERE = "172065", "141305"
ABLE = Profile(serves=frozenset({"17"}), stages=frozenset({"on_sale"}), capacity_left=1, registered=(HERE,))
MORE = "地域の皆さまと長く続けてきた活動を、これからも丁寧に広げていきます。" * 2


def offer(profile: Profile = ABLE, *topics: str, owner: str = "us", more: str = MORE) -> Document:
    """One offering a topic, beside a sentence that makes the text long enough."""
    passages, rows = [], []
    for number, topic in enumerate(topics or ("防災",)):
        said = (TOPICS[topic][1], *((more,) if more else ()))
        passages.append(Passage(tuple(Sentence(text, "offering", str(number)) for text in said)))
        rows += [WORLD.vector(f"{owner} {topic} {text}", topic, Role.OFFER) for text in ("whole", *said)]
    return with_vectors([Document(owner, tuple(passages), profile)], np.stack(rows))[0]


def need(owner: str, *topics: str, place: str = HERE, **facts: object) -> Document:
    sentences = tuple(Sentence(TOPICS[topic][0], "need", str(n)) for n, topic in enumerate(topics))
    rows = [WORLD.vector(f"{topic} asked", topic, Role.NEED) for topic in topics]
    whole = np.mean(rows, axis=0)
    profile = replace(Profile(place=place), **facts)  # type: ignore[arg-type]
    document = Document(owner, (Passage(sentences),), profile)
    return with_vectors([document], np.stack([whole / np.linalg.norm(whole), *rows]))[0]


def asked(partner: Document, *needs: Document, limit: int = 5) -> tuple[Lack, ...]:
    others = [offer(ABLE, topic, owner=f"other {topic}") for topic in TOPICS]
    offers = Corpus.build([partner, *others], Role.OFFER, FRAME)
    return lacking(Query.of(partner, Role.OFFER, FRAME), offers, _corpus(*needs), FRAME, limit=limit)


def works(partner: Document, *needs: Document) -> set[str]:
    """What fits and is not kept from working, by the ranking that the page shows."""
    found = rank(Query.of(partner, Role.OFFER, FRAME), _corpus(*needs), FRAME, limit=99).candidates
    return {c.owner for c in found if c.fit.level >= Fit.FAIR.level and HARD.isdisjoint(_codes(c))}


def _codes(candidate: Candidate) -> set[str]:
    return {signal.code for signal in candidate.signals if not signal.positive}


def _corpus(*needs: Document) -> Corpus:
    return Corpus.build(needs, Role.NEED, FRAME)


def test_a_region_is_told_as_narrowly_as_it_helps() -> None:
    needs = [need("a", "防災", place=THERE), need("b", "農業", place=THERE), need("c", "防災")]
    assert asked(offer(), *needs)[0] == Lack("region", ("a",), THERE)
    two = [need("a", "防災", place=THERE), need("b", "防災", place="142034")]
    prefecture, *others = asked(offer(), *two)
    assert prefecture == Lack("region", ("a", "b"), "14")
    assert "region" not in {lack.code for lack in others}, "its municipalities open nothing more"


def test_what_is_told_comes_true() -> None:
    needs = [need("a", "防災", place=THERE), need("b", "防災"), need("c", "交通", place=THERE)]
    changed = {
        "region": (replace(ABLE, serves=frozenset({"26"})), replace(ABLE, serves=frozenset({"26", THERE}))),
        "stage": (
            replace(ABLE, serves=frozenset({"00"}), stages=frozenset({"prototype"})),
            replace(ABLE, serves=frozenset({"00"}), stages=frozenset({"prototype", "field_tested"})),
        ),
        "capacity": (
            replace(ABLE, serves=frozenset({"00"}), capacity_left=0),
            replace(ABLE, serves=frozenset({"00"}), capacity_left=1),
        ),
    }
    for code, (before, after) in changed.items():
        told = [lack for lack in asked(offer(before), *needs) if lack.code == code]
        opened = works(offer(after), *needs) - works(offer(before), *needs)
        assert opened
        assert opened <= {owner for lack in told for owner in lack.owners}, code


def test_two_obstacles_are_no_single_step() -> None:
    profile = replace(ABLE, serves=frozenset({"26"}), capacity_left=0)
    assert asked(offer(profile), need("a", "防災")) == ()


def test_what_cannot_be_changed_is_not_advised() -> None:
    profile = replace(ABLE, kind="company")
    assert asked(offer(profile), need("a", "防災", wanted_kinds=frozenset({"npo"}), required=("kind",))) == ()


def test_a_required_stage_is_met_by_a_field_test() -> None:
    profile = replace(ABLE, stages=frozenset({"prototype"}))
    wanted = need("a", "防災", accepts_prototypes=True, required=("stage",))
    assert asked(offer(profile), wanted) == (Lack("stage", ("a",)),)
    assert asked(offer(profile), need("a", "防災", accepts_prototypes=True)) == ()


def test_a_registration_is_told_where_the_fit_works_already() -> None:
    profile = replace(ABLE, serves=frozenset({"00"}))
    assert asked(offer(profile), need("a", "防災", place=THERE), need("b", "防災")) == (
        Lack("registration", ("a",), THERE),
    )


def test_an_open_need_is_told_when_an_offering_would_lift_it() -> None:
    mixed = [need(owner, "防災", "農業", "交通", "教育", "環境") for owner in ("a", "b")]
    needs = [*mixed, need("c", "交通", "教育")]
    ranking = rank(Query.of(offer(), Role.OFFER, FRAME), _corpus(*needs), FRAME)
    assert {c.owner: c.fit for c in ranking.candidates} == {"a": Fit.WEAK, "b": Fit.WEAK, "c": Fit.NONE}
    told = {lack.value: lack for lack in asked(offer(), *needs)}
    assert told
    assert TOPICS["防災"][0] not in told, "this one it answers"
    for topic in ("農業", "交通", "教育", "環境"):
        lifted = works(offer(ABLE, "防災", topic), *needs) & {"a", "b"}
        lack = told.get(TOPICS[topic][0])
        assert (set(lack.owners) if lack else set()) == lifted, topic


@pytest.mark.parametrize("listed", [True, False])
def test_without_another_partner_no_topic_is_tried(listed: bool) -> None:
    """A partner that is not public yet stands in no corpus, and the corpus of a new installation is empty."""
    partner, needs = offer(), _corpus(need("a", "防災", "農業", "交通", "教育", "環境"))
    offers = Corpus.build([partner] if listed else [], Role.OFFER, FRAME)
    assert lacking(Query.of(partner, Role.OFFER, FRAME), offers, needs, FRAME) == ()


def test_a_thin_profile_is_asked_for_more_before_all() -> None:
    first, *others = asked(offer(more=""), need("a", "防災", place=THERE), need("b", "防災", "農業"))
    assert first.code == "thin"
    assert "topic" not in {lack.code for lack in others}, "nobody knows what else is there"


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert asked(offer()) == ()
    assert asked(offer(), need("a", "交通")) == ()
    assert asked(unread(offer()), need("a", "防災", place=THERE)) == ()


def test_only_what_is_allowed_is_counted() -> None:
    needs = _corpus(need("a", "防災", place=THERE), need("b", "防災", place=THERE))
    offers = Corpus.build([offer()], Role.OFFER, FRAME)
    found = lacking(Query.of(offer(), Role.OFFER, FRAME), offers, needs, FRAME, allowed=needs.mask(["b"]))
    assert {owner for lack in found for owner in lack.owners} == {"b"}


def test_groups_open_with_their_most_central_sentence() -> None:
    angles = np.radians([0, 40, 80, 180])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert grouped(rows) == [[1, 0, 2], [3]]
