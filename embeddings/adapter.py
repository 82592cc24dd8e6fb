"""The low-rank difference that our own training adds to the bundled weights (LoRA, Hu et al. 2021): read and merged."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.files import sha256_of

Weights = NDArray[np.float32]
ADAPTER = Path(__file__).parent / "adapted" / "adapter.safetensors"


class Adapter:
    """For some weight matrices W (out, in) the factors of a difference: W + up @ down, of rank r."""

    def __init__(self, factors: Mapping[str, tuple[Weights, Weights]], checksum: str) -> None:
        self._factors = dict(factors)
        self.checksum = checksum  # SHA-256 of the file it came from

    @classmethod
    def read(cls, path: Path = ADAPTER) -> "Adapter":
        """Raises FileNotFoundError, or safetensors' error for a damaged file."""
        from safetensors.numpy import load_file

        tensors = {name: array.astype(np.float32) for name, array in load_file(path).items()}
        names = sorted(name.removesuffix(".down") for name in tensors if name.endswith(".down"))
        return cls({name: (tensors[f"{name}.up"], tensors[f"{name}.down"]) for name in names}, sha256_of(path))

    def write(self, path: Path) -> None:
        """Half precision: a few megabytes."""
        from safetensors.numpy import save_file

        tensors = {}
        for name, (up, down) in self._factors.items():
            tensors[f"{name}.up"], tensors[f"{name}.down"] = up.astype(np.float16), down.astype(np.float16)
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, path)

    def differences(self) -> dict[str, Weights]:
        """Name of a weight matrix → what is added to it."""
        return {name: up @ down for name, (up, down) in self._factors.items()}

    def merged(self, weights: Mapping[str, Weights]) -> dict[str, Weights]:
        """All weights, the adapted ones with their difference. Raises KeyError when one is not there."""
        return {**weights, **{name: weights[name] + added for name, added in self.differences().items()}}
