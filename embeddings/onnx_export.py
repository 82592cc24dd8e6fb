"""Writes the int8 ONNX twin of the bundled model, which answers short queries without torch in memory."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ONNX_FILE = "onnx/query_int8.onnx"
INPUTS = ["input_ids", "attention_mask"]
OUTPUT = "sentence_vector"


def write_onnx(folder: Path) -> Path:
    """Export the standard folder's model with pooling and normalisation inside, weights in int8 per channel.

    Dynamic quantisation: activations are measured at run time, so no calibration texts are needed. Cosine with
    the fp32 model is .994 at worst. Needs about 3 GB of memory for half a minute.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = folder / ONNX_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".export-") as scratch, _quiet():
        plain = Path(scratch) / "fp32.onnx"
        _export(folder, plain)
        quantize_dynamic(plain, target, per_channel=True, weight_type=QuantType.QInt8)
    return target


def _export(folder: Path, target: Path) -> None:
    import torch
    from transformers import AutoModel

    # Plain attention: the fused kinds export to graphs that the quantiser cannot see into.
    bert = AutoModel.from_pretrained(folder, attn_implementation="eager", local_files_only=True)
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", max=bert.config.max_position_embeddings)
    ids = torch.tensor([[0, 5, 6, 7, 2], [0, 5, 2, 1, 1]])
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    torch.onnx.export(
        _sentence_model(bert).eval(),
        (ids, mask),
        target,
        input_names=INPUTS,
        output_names=[OUTPUT],
        dynamic_shapes=({0: batch, 1: tokens}, {0: batch, 1: tokens}),
        dynamo=True,
        external_data=True,
        verbose=False,
    )


def _sentence_model(bert: Any) -> Any:
    """The transformer, mean pooling and normalisation as one torch module: token ids in, unit vectors out."""
    import torch

    class SentenceModel(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            weight = attention_mask.to(torch.float32)
            # Given in four dimensions, the mask is taken as it is; otherwise its making would be exported as well.
            added = ((weight - 1) * 1e9)[:, None, None, :]
            hidden = self.bert(input_ids=input_ids, attention_mask=added).last_hidden_state
            mean = (hidden * weight.unsqueeze(-1)).sum(1) / weight.sum(1, keepdim=True)
            return torch.nn.functional.normalize(mean, dim=-1)

    return SentenceModel()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the exporter's chatter (missing torchvision, axis names) out of the installation's output."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(level)
