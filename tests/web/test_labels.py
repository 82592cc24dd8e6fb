"""Codes in words: every member of every enum has its own, and a place is named."""

from enum import StrEnum

import pytest
from flask import Flask

from models import enums
from tests import factories
from web import labels
from web.i18n import LANGUAGE_COOKIE


def closed_vocabularies() -> list[type[StrEnum]]:
    inside = (enums.TokenPurpose, enums.EntityType, enums.TextRole)
    said = (*inside, enums.ThreadSubject, enums.NoticeKind, enums.Rhythm)  # the last have words beside their pages
    return [e for e in vars(enums).values() if isinstance(e, type) and issubclass(e, StrEnum) and e not in said][1:]


@pytest.mark.parametrize("enum", closed_vocabularies())
def test_every_member_has_words(app: Flask, enum: type[StrEnum]) -> None:
    with app.test_request_context():
        assert all(labels.label(member) != member.value for member in enum)


def test_members_that_share_a_value_keep_their_own_words(app: Flask) -> None:
    """ "closed" is a value of two enums and one key of a dictionary; words must not slip from one to the other."""
    with app.test_request_context():
        assert labels.label(enums.ChallengeStatus.CLOSED) != labels.label(enums.GroupStatus.CLOSED)
        assert labels.label(enums.RecommendationStatus.DECLINED) != labels.label(enums.GroupMemberStatus.DECLINED)
        assert labels.tone(enums.BudgetStage.REQUESTED) != labels.tone(enums.GroupMemberStatus.REQUESTED)


def test_regions_by_name(app: Flask, store) -> None:
    factories.municipality(store)
    store.commit()
    with app.test_request_context():
        assert [labels.region(code) for code in ("00", "17", "172065", "141305")] == [
            "全国",
            "石川県",
            "加賀市",
            "141305",
        ]


def test_a_constant_is_named_in_each_readers_language(app: Flask) -> None:
    """Jinja would work it out once, when it compiles the template, in the language of whoever came first."""
    template = app.jinja_env.from_string("{{ 'problem'|part_label }}")
    said = []
    for language in ("en", "ja"):
        with app.test_request_context(headers={"Cookie": f"{LANGUAGE_COOKIE}={language}"}):
            said.append(template.render())
    assert said == ["What is wrong", "困りごと"]


def test_no_sentence_of_a_weak_fit_calls_itself_strong() -> None:
    side = {"text": "空き家", "marks": [], "part": "problem"}
    pair = {"asks": side, "answers": side, "strength": 0.9}
    assert [labels.pairs([pair], fit)[0]["strength"] for fit in (1, 3)] == [0.6, 0.9]


def test_a_pair_of_partners_is_told_apart_by_who_asks() -> None:
    ours, theirs = ({"asks": {"text": text}} for text in ("場所を探しています。", "仲間を探しています。"))
    assert labels.asked_in([ours, theirs], "人手と、仲間を探しています。") == [theirs]
