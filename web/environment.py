"""What the numeric libraries read from the environment when they are first loaded."""

import os
from collections.abc import MutableMapping
from pathlib import Path

from web.settings import Settings

#: one thread each: a FAISS search after a fork hangs otherwise, and several processes would fight over the cores
THREADS = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
#: no hub is asked for a model that is on this machine
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


def prepare_environment(settings: Settings, environ: MutableMapping[str, str] | None = None) -> None:
    """Set these in `environ` (the process's own by default) before anything heavy is imported; set ones stay."""
    target = os.environ if environ is None else environ
    local = settings.encoder_model == "bundled" or Path(settings.encoder_model).exists()
    for name, value in (THREADS | (OFFLINE if local else {})).items():
        target.setdefault(name, value)
