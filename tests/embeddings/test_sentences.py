"""Sentences are found in Japanese and English, and nothing but spaces, bullets and bare punctuation is left out."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.sentences import sentence_spans, split_sentences

CASES = [
    ("市は補助を行う！？本当か？はい", ["市は補助を行う！？", "本当か？", "はい"]),
    (
        "担当者は「困っている。助けてほしい。」と話す。次へ。",
        ["担当者は「困っている。助けてほしい。」と話す。", "次へ。"],
    ),
    ("（詳細は別紙。）次の文です。", ["（詳細は別紙。）", "次の文です。"]),
    ("「閉じない。文が続く。", ["「閉じない。", "文が続く。"]),
    ("・太陽光・蓄電池の導入\n・省エネ診断　・補助金", ["太陽光・蓄電池の導入", "省エネ診断", "補助金"]),
    ("①調査②実施", ["①調査", "②実施"]),
    ("気温を１．５度に抑える．次の文．", ["気温を１．５度に抑える．", "次の文．"]),
    ("We, Example Co. Ltd., make 3.5 kW panels! See https://a.jp/?q=1.2 for more.", None),
    ("Founded in 1990. U.S. firms too.", ["Founded in 1990.", "U.S. firms too."]),
    ("- first item\n* second", ["first item", "second"]),
    ("😊", ["😊"]),
    ("。。。\n---\n", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_sentences(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["We, Example Co. Ltd., make 3.5 kW panels!", "See https://a.jp/?q=1.2 for more."]
    assert split_sentences(text) == expected


def test_a_long_sentence_is_divided_at_a_comma_else_anywhere() -> None:
    assert split_sentences("あ" * 15 + "、" + "い" * 10, 20) == ["あ" * 15 + "、", "い" * 10]
    assert split_sentences("あ" * 45, 20) == ["あ" * 20, "あ" * 20, "あ" * 5]
    assert split_sentences("か\u3099" * 15, 21)[0] == "か\u3099" * 10


@given(
    st.text(alphabet=st.sampled_from("あ漢a1 。、.!？「」（）・\n①-\u3099👩\u200d"), max_size=120), st.integers(1, 30)
)
def test_nothing_is_lost_doubled_or_too_long(text: str, max_chars: int) -> None:
    spans = sentence_spans(text, max_chars)

    assert all(0 < end - start <= max_chars for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert re.findall(r"[あ漢a1①👩]", kept) == re.findall(r"[あ漢a1①👩]", text)
