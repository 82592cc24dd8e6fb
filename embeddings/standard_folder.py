"""Writes the packed weights as a standard sentence-transformers folder: BERT, Unigram tokenizer, mean pooling."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.adapter import Adapter
from embeddings.packed_e5 import PackedModel, Shape, Vocabulary

PROMPTS = {"query": "query: ", "document": "passage: "}

# SentencePiece's nmt_nfkc keeps the full-width tilde, as common in Japanese as a dash, where NFKC folds it to ASCII.
# A private-use character carries it over the NFKC step.
_TILDE, _TILDE_IN_HIDING = "\uff5e", "\uf8fe"

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def write_standard_folder(model: PackedModel, folder: Path, adapter: Adapter | None = None) -> None:
    """Write `folder` so that `SentenceTransformer(folder)` opens it, with the adapter merged into the weights.

    Needs torch; about 500 MB on disk.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    plain = folder / "plain"
    _write_transformer(model, plain, adapter)
    modules = [
        Transformer(str(plain), max_seq_length=model.shape.positions),
        Pooling(model.shape.hidden, "mean"),
        Normalize(),
    ]
    SentenceTransformer(modules=modules, prompts=PROMPTS, device="cpu").save(str(folder), create_model_card=False)
    for path in plain.iterdir():
        path.unlink()
    plain.rmdir()


def _write_transformer(model: PackedModel, folder: Path, adapter: Adapter | None) -> None:
    import torch
    from transformers import BertConfig, BertModel

    with torch.device("meta"):
        bert = BertModel(BertConfig(**_bert_config(model)))
    arrays = bert_weights(model) if adapter is None else adapter.merged(bert_weights(model))
    bert.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()}, assign=True)
    bert.save_pretrained(folder)
    _fast_tokenizer(model).save_pretrained(folder)


def _bert_config(model: PackedModel) -> dict[str, Any]:
    shape = model.shape
    return {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.epsilon,
        "pad_token_id": model.vocabulary.pad,
        "hidden_act": "gelu",
    }


def bert_weights(model: PackedModel) -> dict[str, NDArray[np.float32]]:
    """The tensors under the names and in the shapes of `transformers.BertModel`."""
    shape, tensors = model.shape, model.tensors
    weights = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, shape.hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, shape.hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, shape.hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(shape.layers):
        weights |= _layer_weights(tensors, layer, shape)
    # BERT's own pooler is not used (tokens are averaged); zeros keep the folder complete and its checksum stable.
    weights["pooler.dense.weight"] = np.zeros((shape.hidden, shape.hidden), np.float32)
    weights["pooler.dense.bias"] = np.zeros(shape.hidden, np.float32)
    return {name: np.array(array, dtype=np.float32) for name, array in weights.items()}


def _layer_weights(tensors: dict[str, NDArray[np.float32]], layer: int, shape: Shape) -> dict[str, NDArray[np.float32]]:
    columns = dict.fromkeys(_LAYER_PARTS, shape.hidden) | {"fo": shape.feed_forward}
    weights = {}
    for short, long in _LAYER_PARTS.items():
        weight = tensors[f"l{layer}.{short}.w"]
        is_norm = long.endswith("LayerNorm")
        weights[f"encoder.layer.{layer}.{long}.weight"] = weight if is_norm else weight.reshape(-1, columns[short])
        weights[f"encoder.layer.{layer}.{long}.bias"] = tensors[f"l{layer}.{short}.b"]
    return weights


def _fast_tokenizer(model: PackedModel) -> Any:
    from transformers import PreTrainedTokenizerFast

    vocabulary = model.vocabulary
    name = {key: vocabulary.pieces[getattr(vocabulary, key)][0] for key in ("bos", "eos", "pad", "unk")}
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=build_tokenizer(vocabulary),
        bos_token=name["bos"],
        eos_token=name["eos"],
        cls_token=name["bos"],
        sep_token=name["eos"],
        pad_token=name["pad"],
        unk_token=name["unk"],
        mask_token=vocabulary.pieces[-1][0],
        model_max_length=model.shape.positions,
        model_input_names=["input_ids", "attention_mask"],
    )


def build_tokenizer(vocabulary: Vocabulary) -> Any:
    """XLM-RoBERTa's tokenizer in Rust: nmt_nfkc, runs of spaces to one, metaspace, Unigram, <s> … </s>."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    bos, eos = vocabulary.pieces[vocabulary.bos][0], vocabulary.pieces[vocabulary.eos][0]
    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.Replace(_TILDE, _TILDE_IN_HIDING),
            normalizers.NFKC(),
            normalizers.Replace(_TILDE_IN_HIDING, _TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    return tokenizer
