"""Words and character pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.english import GLOSSARY
from matcher.engine.tokens import bigrams, words
from matcher.engine.types import Token


def forms(text: str) -> list[str]:
    return [token.form for token in words(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サーバ", "サーバー"),
        ("障がい", "障害"),
        ("子ども", "子供"),
        ("ﾄﾞﾛｰﾝ", "ドローン"),
        ("ＡＩ", "ai"),
        ("見まもり", "見守り"),
    ],
)
def test_spellings_of_one_word_are_one_word(one: str, other: str) -> None:
    assert forms(one) == forms(other) != []


def test_only_content_words_remain() -> None:
    assert forms("高齢者を守るために、2,500人が使っていること。") == ["高齢", "守る", "使う"]
    assert forms("The city and its people want kites") == ["シティー", "ピープル", "want", "kites"]


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("Elderly residents", "高齢の住民"),
        ("wild animals", "鳥獣"),
        ("batteries", "蓄電"),
        ("Second-hand furniture", "リユース家具"),
        ("disaster prevention", "防災"),
    ],
)
def test_english_terms_of_the_field_are_the_japanese_words(english: str, japanese: str) -> None:
    assert forms(english) == forms(japanese) != []


def test_an_english_term_stands_where_it_was_written() -> None:
    assert words("Few wild animals") == (Token("few", 0, 3), Token("鳥獣", 4, 16))


def test_japanese_katakana_is_no_english() -> None:
    assert forms("プラント") == ["プラント"]
    assert forms("plant") == ["工場"]


def test_each_english_term_has_one_meaning() -> None:
    lines = GLOSSARY.read_text("utf-8").splitlines()
    terms = [term.strip() for line in lines for term in line.split(":")[1].split(",")]
    assert len(terms) == len(set(terms)) > 450
    assert all(term.isascii() and term == term.lower() for term in terms)


def test_latin_pieces_stay_together() -> None:
    assert forms("5GとCO2とIoT") == ["5g", "co2", "iot"]


def test_bigrams_keep_latin_words_whole() -> None:
    assert bigrams("ﾄﾞﾛｰﾝ×IoT 空") == ("ドロ", "ロー", "ーン", "iot", "空")


@given(st.text(max_size=200))
def test_any_text_has_words_that_stand_where_they_say(text: str) -> None:
    found = words(text)
    assert all(0 <= token.start < token.end <= len(text) and token.form for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)


def test_hostile_texts_are_read() -> None:
    assert forms("\ud800避難\x00所" + "ﷺ" * 10)
    assert len(words("避難所。" * 20_000)) == 20_000 * len(words("避難所。"))
