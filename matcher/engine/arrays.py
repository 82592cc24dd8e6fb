"""Turns dataclasses of arrays into flat dictionaries and back, so that a corpus can be saved and memory-mapped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints, overload

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Strings(Sequence[str]):
    """Many strings as two arrays: UTF-8 bytes, and where each string ends."""

    data: NDArray[np.uint8]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Strings":
        encoded = [text.encode("utf-8", "replace") for text in texts]
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
        return cls(np.frombuffer(b"".join(encoded), np.uint8), np.cumsum(lengths))

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        end = self.ends[index]  # numpy raises IndexError
        start = self.ends[index - 1] if index % len(self.ends) else 0
        return self.data[start:end].tobytes().decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(len(self)))

    def take(self, rows: NDArray[np.integer[Any]]) -> "Strings":
        """Only the strings at these positions, in this order."""
        flat, starts = runs(np.concatenate([[0], self.ends]), rows)
        return Strings(self.data[flat], starts[1:])

    def joined(self, other: "Strings") -> "Strings":
        shift = self.ends[-1] if len(self) else 0
        return Strings(np.concatenate([self.data, other.data]), np.concatenate([self.ends, other.ends + shift]))


def to_arrays(value: Any, prefix: str = "") -> Arrays:
    """Flat name → array of a dataclass of arrays, numbers, strings and such dataclasses; None is left out."""
    arrays: Arrays = {}
    for field in fields(value):
        content, name = getattr(value, field.name), prefix + field.name
        if is_dataclass(content):
            arrays |= to_arrays(content, name + ".")
        elif content is not None:
            arrays[name] = np.asarray(content)
    return arrays


def from_arrays(cls: type[T], arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> T:
    """The inverse of `to_arrays`; large arrays are taken as they are, so a memory map stays one."""
    hints = get_type_hints(cls)
    values = {}
    for field in fields(cls):  # type: ignore[arg-type]
        values[field.name] = _value(hints[field.name], arrays, prefix + field.name)
    return cls(**values)


def _value(kind: Any, arrays: Mapping[str, NDArray[Any]], name: str) -> Any:
    nested = next(
        (option for option in (kind, *get_args(kind)) if isinstance(option, type) and is_dataclass(option)), None
    )
    if nested is not None:
        present = any(key.startswith(name + ".") for key in arrays)
        return from_arrays(nested, arrays, name + ".") if present else None
    array = arrays[name]
    return kind(array.item()) if array.ndim == 0 else array


def segment_max(values: NDArray[np.float32], starts: NDArray[np.int64], empty: float) -> NDArray[np.float32]:
    """Maximum along the last axis of each run values[..., starts[i]:starts[i+1]]; `empty` where a run is empty."""
    return _segments(np.maximum, values, starts, empty)


def segment_sum(values: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Sum along the last axis of each run; 0 where a run is empty."""
    return _segments(np.add, values, starts, 0.0)


def _segments(
    reduce: np.ufunc, values: NDArray[np.float32], starts: NDArray[np.int64], empty: float
) -> NDArray[np.float32]:
    result = np.full((*values.shape[:-1], len(starts) - 1), empty, np.float32)
    filled = starts[1:] > starts[:-1]  # reduceat would return the next run's first value for an empty one
    if filled.any():
        result[..., filled] = reduce.reduceat(values, starts[:-1][filled], axis=-1)
    return result


def runs(starts: NDArray[np.int64], rows: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the runs of `rows` one after another, and where each begins among them (with the end appended)."""
    begins = starts[rows]
    sizes = starts[rows + 1] - begins
    local = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    return np.arange(local[-1]) + np.repeat(begins - local[:-1], sizes), local


def starts_of(sizes: Iterable[int]) -> NDArray[np.int64]:
    """Where runs of these sizes begin, with the end appended."""
    return np.concatenate([[0], np.cumsum(np.fromiter(sizes, np.int64))]).astype(np.int64)
