"""One message of the query encoder's socket: four bytes of length, a JSON header, and as many raw bytes as it says."""

import json
import socket
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_HEADER = 1_000_000
MAX_PAYLOAD = 16_000_000
_LENGTH = struct.Struct(">I")
_FLOAT = np.dtype("<f4")


class WireError(ValueError):
    """The other side closed early, or sent what is not a message."""


def send_message(connection: socket.socket, header: dict[str, Any], vectors: NDArray[np.float32] | None = None) -> None:
    payload = b"" if vectors is None else np.ascontiguousarray(vectors, _FLOAT).tobytes()
    shape = {} if vectors is None else {"shape": list(vectors.shape)}
    text = json.dumps(header | shape | {"bytes": len(payload)}).encode("ascii")
    connection.sendall(_LENGTH.pack(len(text)) + text + payload)


def receive_message(connection: socket.socket) -> tuple[dict[str, Any], NDArray[np.float32] | None]:
    """Header and vectors. Raises WireError, and OSError (TimeoutError among them) from the socket."""
    (length,) = _LENGTH.unpack(_receive_exactly(connection, _LENGTH.size, _LENGTH.size))
    try:
        header = json.loads(_receive_exactly(connection, length, MAX_HEADER))
        payload = _receive_exactly(connection, int(header["bytes"]), MAX_PAYLOAD)
        vectors = np.frombuffer(payload, _FLOAT).reshape(header["shape"]) if "shape" in header else None
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise WireError(f"not a message: {error}") from error
    return header, vectors


def _receive_exactly(connection: socket.socket, count: int, limit: int) -> bytes:
    if not 0 <= count <= limit:
        raise WireError(f"{count} bytes announced, at most {limit} are taken")
    received = bytearray()
    while len(received) < count:
        part = connection.recv(min(count - len(received), 1 << 16))
        if not part:
            raise WireError("the connection was closed in the middle of a message")
        received += part
    return bytes(received)
