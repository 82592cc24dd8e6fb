"""Self-assessment: the rules of the real schemes, every reason for not passing, and what always holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.services.assessment import Count, Item, Result, Rules, assess
from models.enums import ItemLevel, QuestionKind

CHECK, CHOICE, TARGETS = QuestionKind.CHECK, QuestionKind.CHOICE, QuestionKind.TARGETS
BASIC, CHALLENGE = ItemLevel.BASIC, ItemLevel.CHALLENGE
POINTS = (("いいえ", 0.0), ("一部", 1.0), ("はい", 2.0))

#: four categories of which two weigh double, each with its mark
FOUR = Rules.of(
    {
        "categories": [
            {"name": "環境", "weight": 2.0, "pass_share": 0.6},
            {"name": "社会", "weight": 1.0},
            {"name": "ガバナンス", "weight": 1.0, "pass_share": 0.5},
            {"name": "地域", "weight": 2.0, "pass_share": 0.6},
        ],
        "total_pass_share": 0.6,
    }
)
FOUR_ITEMS = [
    Item(f"{name}{number}", CHECK, category=name)
    for name in ("環境", "社会", "ガバナンス", "地域")
    for number in range(4)
]
#: 25 basic items, all of them to be ticked, and five of 25 challenge items
FIFTY = Rules.of({"all_basic": True, "min_challenge": 5})
FIFTY_ITEMS = [Item(f"b{n}", CHECK, level=BASIC) for n in range(25)] + [
    Item(f"c{n}", CHECK, level=CHALLENGE) for n in range(25)
]


def ticked(*keys: str) -> dict[str, bool]:
    return dict.fromkeys(keys, True)


def test_four_categories_weighted_to_two() -> None:
    result = assess(FOUR, FOUR_ITEMS, ticked("環境0", "環境1", "環境2", "社会0", "ガバナンス0", "ガバナンス1", "地域0"))
    assert [share.share for share in result.shares] == [0.75, 0.25, 0.5, 0.25]
    assert result.total.share == pytest.approx((2 * 0.75 + 0.25 + 0.5 + 2 * 0.25) / 6)
    assert result.missing == ("category:地域", "total")
    better = assess(FOUR, FOUR_ITEMS, dict.fromkeys((item.key for item in FOUR_ITEMS), True))
    assert better.passed
    assert better.total.share == 1.0


@pytest.mark.parametrize(
    ("basic", "challenge", "missing"),
    [
        (25, 5, ()),
        (25, 25, ()),
        (24, 5, ("basic",)),
        (25, 4, ("challenge",)),
        (0, 0, ("basic", "challenge")),
    ],
)
def test_all_basic_items_and_five_challenge_items(basic: int, challenge: int, missing: tuple[str, ...]) -> None:
    given = ticked(*(f"b{n}" for n in range(basic)), *(f"c{n}" for n in range(challenge)))
    result = assess(FIFTY, FIFTY_ITEMS, given)
    assert result.missing == missing
    assert (result.basic, result.challenge) == (Count(basic, 25, 25), Count(challenge, 25, 5))
    assert result.unticked == tuple(f"b{n}" for n in range(basic, 25))


def test_a_choice_counts_by_the_points_of_its_option_over_the_largest() -> None:
    rules = Rules.of({"categories": [{"name": "社会"}]})
    items = [Item("a", CHOICE, category="社会", weight=3.0, points=POINTS), Item("b", CHECK, category="社会")]
    for answer, share in (("はい", 0.75), ("一部", 0.375), ("いいえ", 0.0), (None, 0.0), ("何か", 0.0)):
        assert assess(rules, items, {"a": answer}).shares[0].share == share
    assert assess(rules, items, {"a": "はい", "b": True}).shares[0].share == 1.0


def test_what_bears_no_points_does_not_count() -> None:
    rules = Rules.of({"categories": [{"name": "社会"}]})
    items = [
        Item("a", CHOICE, category="社会", points=(("東", 0.0), ("西", 0.0))),
        Item("text", QuestionKind.TEXT, category="社会"),
        Item("b", CHECK, category="社会"),
        Item("c", CHECK, category="他"),
    ]
    assert assess(rules, items, {"a": "東", "text": "あ", "b": True}).shares[0].share == 1.0


def test_a_category_without_questions_reaches_nothing() -> None:
    rules = Rules.of({"categories": [{"name": "無", "pass_share": 0.1}]})
    assert assess(rules, [], {}).missing == ("category:無",)


def test_targets_are_counted_once_each() -> None:
    rules = Rules.of({"min_targets": 2})
    said = [{"target": "8.1", "text": "一"}, {"target": "8.10", "text": "二"}, {"target": "8.1", "text": "三"}]
    items = [Item("t", TARGETS)]
    assert assess(rules, items, {"t": said}).passed
    assert assess(rules, items, {"t": said[:1]}).missing == ("targets",)
    assert assess(rules, items, {}).targets == Count(0, 169, 2)


def test_a_form_without_rules_asks_for_nothing() -> None:
    assert not Rules.of({}).asks
    assert assess(Rules.of({}), FIFTY_ITEMS, {}).passed
    assert all(rules.asks for rules in (FOUR, FIFTY, Rules.of({"min_targets": 0})))


def test_what_is_stored_can_be_read_without_the_rules() -> None:
    stored = assess(FIFTY, FIFTY_ITEMS, {}).stored()
    assert (stored["passed"], stored["missing"], stored["basic"]["of"]) == (False, ["basic", "challenge"], 25)


def test_a_mark_that_is_reached_but_for_rounding_is_reached() -> None:
    rules = Rules.of({"categories": [{"name": "環境", "weight": 0.1, "pass_share": 0.3}], "total_pass_share": 0.3})
    items = [Item(str(n), CHECK, category="環境", weight=0.1) for n in range(10)]
    assert assess(rules, items, ticked("0", "1", "2")).passed


#: a busy machine is no fault of the rules
PATIENTLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANSWERS = st.dictionaries(st.sampled_from([item.key for item in FOUR_ITEMS]), st.booleans())
WEIGHTS = st.lists(st.integers(1, 9), min_size=16, max_size=16)


def _weighed(weights: list[int]) -> list[Item]:
    return [
        Item(item.key, item.kind, category=item.category, weight=weight)
        for item, weight in zip(FOUR_ITEMS, weights, strict=True)
    ]


@PATIENTLY
@given(ANSWERS, WEIGHTS)
def test_shares_lie_between_nothing_and_all(answers: dict[str, bool], weights: list[int]) -> None:
    result = assess(FOUR, _weighed(weights), answers)
    shares = [share.share for share in result.shares]
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in [*shares, result.total.share])
    assert min(shares) - 1e-9 <= result.total.share <= max(shares) + 1e-9
    assert result.passed == (not result.missing)


@PATIENTLY
@given(ANSWERS, WEIGHTS, st.sampled_from([item.key for item in FOUR_ITEMS]))
def test_one_more_tick_never_makes_it_worse(answers: dict[str, bool], weights: list[int], key: str) -> None:
    items = _weighed(weights)
    before, after = (assess(FOUR, items, given) for given in (answers, answers | {key: True}))
    assert after.total.share >= before.total.share - 1e-9
    assert set(after.missing) <= set(before.missing)


@PATIENTLY
@given(ANSWERS)
def test_the_order_of_the_questions_does_not_matter(answers: dict[str, bool]) -> None:
    one: Result = assess(FOUR, FOUR_ITEMS, answers)
    other = assess(FOUR, FOUR_ITEMS[::-1], answers)
    assert one.total.share == pytest.approx(other.total.share)
    assert one.missing == other.missing
