"""What a challenge insists on, and what a partner looks for."""

from dataclasses import replace

import numpy as np

from matcher.engine.corpus import Corpus, Query
from matcher.engine.features import MINOR
from matcher.engine.rank import rank
from matcher.engine.requirements import apart, meeting
from matcher.engine.seeking import resembling
from matcher.engine.types import Profile, Role
from tests.engine.world import FRAME, WORLD, asking, topic_of, unread

HERE, ELSEWHERE = frozenset({"172065"}), frozenset({"13"})
NEED = Profile(place="172065", required=("region",))


def offers(count: int = 24) -> Corpus:
    """Every second partner works elsewhere; the last one does not say where."""
    documents = [
        replace(offer, profile=Profile(serves=ELSEWHERE if row % 2 else HERE))
        for row, offer in enumerate(WORLD.offers(count))
    ]
    documents[-1] = replace(documents[-1], profile=Profile())
    return Corpus.build(documents, Role.OFFER, FRAME)


def test_who_breaks_a_requirement_stands_apart_and_takes_nobodys_place() -> None:
    corpus, query = offers(), asking("農業", profile=NEED)
    met = meeting(query.profile, corpus)
    assert met is not None
    listed = rank(query, corpus, FRAME, limit=5, allowed=met)
    ranking = apart(listed, rank(query, corpus, FRAME, limit=20, allowed=~met), 5)
    assert len(ranking.candidates) == 5
    assert ranking.considered == len(corpus)
    unrestricted = rank(asking("農業", profile=Profile(place="172065")), corpus, FRAME, limit=5)
    for candidate in ranking.excluded:
        assert {s.code for s in candidate.signals if s.params.get("required")} == {"region_not_served"}
        assert candidate.score > ranking.candidates[-1].score
    assert {c.owner for c in unrestricted.candidates} <= {c.owner for c in (*ranking.candidates, *ranking.excluded)}


def test_a_list_that_is_not_full_excludes_everybody_who_fits_and_breaks_it() -> None:
    corpus, query = offers(6), asking("農業", profile=NEED)
    met = meeting(query.profile, corpus)
    assert met is not None
    listed = rank(query, corpus, FRAME, limit=20, allowed=met)
    excluded = apart(listed, rank(query, corpus, FRAME, allowed=~met), 20).excluded
    assert [candidate.owner for candidate in excluded] == ["offer-01"], "offer-03 would not fit anyway"


def test_nothing_required_costs_nothing() -> None:
    assert meeting(Profile(place="172065"), offers(3)) is None
    assert np.array_equal(meeting(NEED, offers(4)), [True, False, True, True])


def test_a_partner_that_looks_for_it_gains_a_little() -> None:
    corpus = offers()
    seekers = Corpus.build(
        [WORLD.document(owner, ["農業" if owner == "offer-07" else "交通"], Role.NEED) for owner in corpus.owners[:12]],
        Role.NEED,
        FRAME,
    )
    query = asking("農業")
    plain = {c.owner: c for c in rank(query, corpus, FRAME, limit=99).candidates}
    sought = {
        c.owner: c for c in rank(query, corpus, FRAME, limit=99, sought=resembling(query, seekers, FRAME)).candidates
    }
    gained = {owner for owner in sought if sought[owner].score > plain[owner].score}
    assert gained == {"offer-07"}
    assert topic_of("offer-07") == "農業"
    assert "seeks_this" in {signal.code for signal in sought["offer-07"].signals if signal.positive}
    assert sought["offer-07"].score - plain["offer-07"].score <= MINOR["seeks"] + 1e-6
    assert sought["offer-07"].fit is plain["offer-07"].fit, "facts make no fit"


def test_common_words_make_no_common_wish() -> None:
    seekers = Corpus.build(WORLD.needs(6), Role.NEED, FRAME)
    words_only = Query.of(unread(WORLD.document("asking", ["農業"], Role.NEED)), Role.NEED, FRAME)
    assert resembling(words_only, seekers, FRAME) is None
    assert resembling(None, seekers, FRAME) is None
    among = resembling(asking("農業"), seekers, FRAME)
    assert among is not None
    assert among(["nobody"]) == {}
