"""The real encoder, converted once into the data directory and opened once per test process."""

import os
from pathlib import Path

import pytest

from embeddings.convert import convert_bundled
from embeddings.encoder import Encoder, EncoderConfig, open_encoder, open_query_encoder

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def encoder_config() -> EncoderConfig:
    data_dir = Path(os.environ.get("DATA_DIR", REPOSITORY / "var"))
    convert_bundled(data_dir)
    return EncoderConfig(data_dir)


@pytest.fixture(scope="session")
def documents_encoder(encoder_config: EncoderConfig) -> Encoder:
    return open_encoder(encoder_config)


@pytest.fixture(scope="session")
def query_encoder(encoder_config: EncoderConfig) -> Encoder:
    return open_query_encoder(encoder_config)
