"""How the parts of the site are, in values that a monitor can read; nothing in here raises."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from web import startup
from web.settings import Settings

PATIENCE = 0.5
HEARTBEAT = "worker.json"


@dataclass(frozen=True)
class Generation:
    """The newest generation of the search index, and how many seconds ago it was written; None before the first."""

    number: int | None
    age: float | None


def database(engine: Engine) -> dict[str, bool]:
    """Whether the database answers, and whether every migration has been made."""
    try:
        return {"reachable": True, "migrated": not startup.database_behind(engine)}
    except (SQLAlchemyError, OSError):
        return {"reachable": False, "migrated": False}


def generation(settings: Settings, now: datetime) -> Generation:
    from matcher.services import corpora

    number = corpora.generation_of(settings.data_dir)
    try:
        written = (settings.data_dir / corpora.FOLDER / corpora.NAME / "CURRENT").stat().st_mtime
    except OSError:
        return Generation(number, None)
    return Generation(number, max(0.0, now.timestamp() - written))


def encoder(settings: Settings) -> str:
    """ready, warming, busy, down or timeout."""
    from embeddings.query_client import QueryClient

    return QueryClient(settings.encoder_socket, timeout=PATIENCE).status().state


def worker_age(settings: Settings, now: datetime) -> float | None:
    """Seconds since the worker's last sign of life; None when it never gave one."""
    try:
        beat = json.loads((settings.data_dir / HEARTBEAT).read_text("utf-8"))
        at = datetime.fromisoformat(beat["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return max(0.0, (now - (at if at.tzinfo else at.replace(tzinfo=UTC))).total_seconds())
