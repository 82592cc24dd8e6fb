"""Teaches the bundled encoder what a city's problem and an organisation's abilities have in common, and writes the
adapter: `python -m embeddings.training.train`. Needs 6 GB and about half an hour on two cores.

Contrastive (InfoNCE, van den Oord et al. 2018): each need must be nearer to its own organisation than to all others of
its batch and than to all organisations that only look right; each organisation nearer to its own need than to others.
"""

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import torch
from torch.nn import functional

from embeddings.adapter import ADAPTER
from embeddings.packed_e5 import find_weights, read_packed
from embeddings.standard_folder import PROMPTS, write_standard_folder
from embeddings.training.lora import State, Student
from embeddings.training.measure import Encode, Found, found
from embeddings.training.pairs import Pair, read_pairs, varied_need, varied_offer


@dataclass(frozen=True)
class Recipe:
    """How to train. Chosen on held-out texts of our own and on cities that are in no golden set."""

    rank: int = 16
    epochs: int = 5
    batch: int = 48
    rate: float = 3e-4
    temperature: float = 0.03
    backward: float = 0.5  # what organisation → need counts beside need → organisation
    warm_up: float = 0.1  # of all steps
    strength: float = 0.8
    seed: int = 0


def train(student: Student, pairs: Sequence[Pair], recipe: Recipe) -> State:
    """The factors after the epoch that did best on the held-out pairs."""
    learning = [pair for pair in pairs if not pair.held_out]
    held = [pair for pair in pairs if pair.held_out]
    steps = recipe.epochs * (len(learning) // recipe.batch)
    optimiser = torch.optim.AdamW(student.parameters, lr=recipe.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _pace(step / max(1, steps), recipe.warm_up))
    random, began = Random(recipe.seed), time.monotonic()  # noqa: S311
    best, kept = measured(student, held), student.state()
    print(f"{len(learning)} pairs to learn, {len(held)} held out; before: {best}", flush=True)
    for epoch in range(1, recipe.epochs + 1):
        for batch in _batches(learning, recipe.batch, random):
            optimiser.zero_grad()
            _loss(student, batch, recipe, random).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(student.parameters, 1.0)
            optimiser.step()
            schedule.step()
        now = measured(student, held)
        print(f"epoch {epoch}: {now} after {time.monotonic() - began:.0f} s", flush=True)
        if now.ndcg > best.ndcg:
            best, kept = now, student.state()
    return kept


def measured(student: Student, held: Sequence[Pair]) -> Found:
    """How well held-out needs find their organisation."""

    def encode(role: str) -> Encode:
        return lambda texts: student.encoded([PROMPTS[role] + text for text in texts])

    return found(held, encode("query"), encode("document"))


def _loss(student: Student, batch: Sequence[Pair], recipe: Recipe, random: Random) -> torch.Tensor:
    needs = [PROMPTS["query"] + varied_need(pair, random) for pair in batch]
    offers = [PROMPTS["document"] + varied_offer(text, random) for pair in batch for text in (pair.profile, pair.near)]
    asked, answered = student.vectors(needs), student.vectors(offers)
    scores = asked @ torch.cat([answered[0::2], answered[1::2]]).T / recipe.temperature
    own = torch.arange(len(batch))
    forward = functional.cross_entropy(scores, own)
    return forward + recipe.backward * functional.cross_entropy(scores[:, : len(batch)].T, own)


def _batches(pairs: Sequence[Pair], size: int, random: Random) -> Iterator[list[Pair]]:
    order = random.sample(pairs, len(pairs))
    for start in range(0, len(order) - size + 1, size):
        yield order[start : start + size]


def _pace(done: float, warm_up: float) -> float:
    """Rising, then falling along a cosine to almost nothing."""
    return min(1.0, (done + 1e-3) / warm_up) * max(0.02, (1 + math.cos(math.pi * min(1.0, done))) / 2)


def main() -> None:
    from sentence_transformers import SentenceTransformer

    recipe = Recipe()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ADAPTER)
    parser.add_argument("--threads", type=int, default=2)
    for name, kind in (("epochs", int), ("rank", int), ("batch", int), ("seed", int), ("rate", float)):
        parser.add_argument(f"--{name}", type=kind, default=getattr(recipe, name))
    parser.add_argument("--strength", type=float, default=recipe.strength)
    parser.add_argument("--temperature", type=float, default=recipe.temperature)
    chosen = vars(parser.parse_args())
    out, threads = chosen.pop("out"), chosen.pop("threads")
    recipe = Recipe(**chosen)
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    with TemporaryDirectory() as scratch:
        write_standard_folder(read_packed(find_weights()), Path(scratch))
        student = Student(SentenceTransformer(scratch, device="cpu"), recipe.rank)
    state = train(student, read_pairs(), recipe)
    student.adapter(state, recipe.strength).write(out)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
