"""The bundled transformer with a trainable low-rank difference beside each of its matrices (LoRA, Hu et al. 2021)."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from embeddings.adapter import Adapter

TOKENS = 192  # of one training text; the longest of ours has fewer
AT_ONCE = 36
State = dict[str, torch.Tensor]


class LowRank(nn.Module):
    """A frozen linear layer, and up @ down added to its matrix."""

    def __init__(self, base: Any, rank: int) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.randn(rank, base.in_features) / math.sqrt(base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))  # so training starts from the model as it is

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        added = functional.linear(functional.linear(values, self.down), self.up)
        return torch.as_tensor(self.base(values)) + added


class Student:
    """Texts in, unit vectors out; only the low-rank factors learn, word embeddings and all else stay."""

    def __init__(self, model: Any, rank: int) -> None:
        """`model`: a SentenceTransformer of the bundled kind (BERT, mean pooling). It is changed."""
        # Without dropout: on a processor its random numbers take longer than the model, and few factors overfit little.
        self._bert, self._tokenizer = model[0].auto_model.eval(), model.tokenizer
        for parameter in self._bert.parameters():
            parameter.requires_grad_(False)
        self._layers = {name: self._replace(name, layer, rank) for name, layer in list(self._linear_layers())}

    @property
    def parameters(self) -> list[nn.Parameter]:
        return [factor for layer in self._layers.values() for factor in (layer.up, layer.down)]

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """(n, d), with gradients; texts of like length go together, so that little is padded."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        parts = [order[start : start + AT_ONCE] for start in range(0, len(order), AT_ONCE)]
        rows = torch.cat([self._read([texts[row] for row in part]) for part in parts])
        return rows[torch.tensor(order).argsort()]

    @torch.no_grad()
    def encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, d), without gradients."""
        return np.asarray(self.vectors(texts).numpy(), np.float32)

    def _read(self, texts: Sequence[str]) -> torch.Tensor:
        tokens = self._tokenizer(list(texts), padding=True, truncation=True, max_length=TOKENS, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self._bert(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1)
        return functional.normalize((hidden.float() * mask).sum(1) / mask.sum(1), dim=-1)

    def state(self) -> State:
        """A copy of what has been learnt so far."""
        return {
            f"{name}.{side}": getattr(layer, side).detach().clone()
            for name, layer in self._layers.items()
            for side in ("up", "down")
        }

    def adapter(self, state: State, strength: float) -> Adapter:
        """What was learnt, taken `strength` (0..1) of the way from the model as it was (Wortsman et al. 2022)."""
        return Adapter(
            {
                f"{name}.weight": ((state[f"{name}.up"] * strength).numpy(), state[f"{name}.down"].numpy())
                for name in self._layers
            },
            checksum="",
        )

    def _linear_layers(self) -> Iterator[tuple[str, nn.Linear]]:
        for name, module in self._bert.named_modules():
            if name.startswith("encoder.") and isinstance(module, nn.Linear):
                yield name, module

    def _replace(self, name: str, layer: nn.Linear, rank: int) -> LowRank:
        parent, _, child = name.rpartition(".")
        adapted = LowRank(layer, rank)
        setattr(self._bert.get_submodule(parent), child, adapted)
        return adapted
