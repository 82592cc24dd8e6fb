"""What Prometheus reads: the counters of all web processes, and what waits in the database at this moment."""

import os
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlmodel import Session

from models.enums import MailStatus
from models.queries import indexing
from models.queries import ops as queries
from web.observe import REGISTRY
from web.pages.ops import state
from web.settings import Settings


class Waiting(Collector):
    """Gauges that are read when somebody asks; a part that has never run has no value."""

    def __init__(self, session: Session, settings: Settings, now: datetime) -> None:
        self._session, self._settings, self._now = session, settings, now

    def collect(self) -> Iterator[Metric]:
        mails, index = queries.mails_by_status(self._session), state.generation(self._settings, self._now)
        silent = state.worker_age(self._settings, self._now)
        values: tuple[tuple[str, str, float | None], ...] = (
            ("musubi_outbox_pending", "Mails waiting to be sent", mails.get(MailStatus.PENDING, 0)),
            ("musubi_outbox_dead", "Mails that were given up", mails.get(MailStatus.DEAD, 0)),
            ("musubi_index_changes_waiting", "Changes not yet in the index", indexing.waiting(self._session)),
            ("musubi_index_generation", "Newest generation of the index", index.number),
            ("musubi_index_age_seconds", "Age of the newest generation", index.age),
            ("musubi_worker_silent_seconds", "Time since the worker's last sign of life", silent),
        )
        for name, meaning, value in values:
            if value is not None:
                yield GaugeMetricFamily(name, meaning, value=value)


def text(session: Session, settings: Settings, now: datetime) -> bytes:
    """Everything in Prometheus' text format."""
    waiting = CollectorRegistry()
    waiting.register(Waiting(session, settings, now))
    return generate_latest(_requests()) + generate_latest(waiting)


def _requests() -> CollectorRegistry:
    """The counters of this process, or of all of them when they share a folder (PROMETHEUS_MULTIPROC_DIR)."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared
