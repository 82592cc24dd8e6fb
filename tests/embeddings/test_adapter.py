"""The adapter adds a low-rank difference to the weights it names, and nothing to the others."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.adapter import ADAPTER, Adapter


def made() -> Adapter:
    up, down = np.array([[1.0], [2.0]], np.float32), np.array([[0.5, 0.0, -1.0]], np.float32)
    return Adapter({"layer.weight": (up, down)}, checksum="")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    made().write(tmp_path / "folder" / "adapter.safetensors")

    read = Adapter.read(tmp_path / "folder" / "adapter.safetensors")

    assert np.array_equal(read.differences()["layer.weight"], made().differences()["layer.weight"])
    assert len(read.checksum) == 64


def test_only_named_weights_change() -> None:
    weights = {"layer.weight": np.ones((2, 3), np.float32), "layer.bias": np.zeros(2, np.float32)}

    merged = made().merged(weights)

    assert np.array_equal(merged["layer.weight"], [[1.5, 1, 0], [2, 1, -1]])
    assert merged["layer.bias"] is weights["layer.bias"]
    assert np.array_equal(weights["layer.weight"], np.ones((2, 3)))


def test_a_model_of_another_shape_is_refused() -> None:
    with pytest.raises(KeyError):
        made().merged({"other.weight": np.ones((2, 3), np.float32)})


def test_the_adapter_that_ships_speaks_of_the_transformer_only() -> None:
    names = Adapter.read(ADAPTER).differences()

    assert len(names) == 12 * 6  # query, key, value, output and both feed-forward matrices of each layer
    assert all(name.startswith("encoder.layer.") and name.endswith(".weight") for name in names)
