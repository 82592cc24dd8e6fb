"""The background worker: reads what changed into the index, sends what waits in the outbox, reminds, and cleans up."""

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from types import FrameType

import structlog
from flask import Flask
from sqlalchemy.engine import Engine

from embeddings.encoder import EncoderConfig, open_encoder, open_query_encoder
from embeddings.paired import PairedEncoder
from embeddings.server import serve
from matcher.services import corpora, indexing, planning
from matcher.services.matching import open_matchbook
from models.base import utcnow
from models.session import open_session
from web import jobs
from web.settings import Settings

PAUSE = 0.4
#: while much is waiting, what has been read becomes findable this often
PUBLISH_EVERY = 8.0
TIDY_EVERY = timedelta(hours=1)
HEARTBEAT = "worker.json"

log = structlog.get_logger("musubi.worker")


def encoder_config(settings: Settings) -> EncoderConfig:
    """The encoder as the settings name it."""
    return EncoderConfig(
        settings.data_dir,
        settings.encoder_model,
        settings.encoder_query_prompt,
        settings.encoder_document_prompt,
    )


def open_paired(settings: Settings) -> PairedEncoder:
    """The encoder for documents; nothing is loaded before it is used."""
    config = encoder_config(settings)
    return PairedEncoder(lambda: open_query_encoder(config), lambda: open_encoder(config))


class Worker:
    """One per installation. May be killed at any moment: everything it does is either stored or done again."""

    def __init__(self, app: Flask, settings: Settings, engine: Engine) -> None:
        self._app, self._settings, self._engine = app, settings, engine
        self._stop = Event()
        self._encoder = open_paired(settings)
        self._library: corpora.Library | None = None
        self._published = 0.0
        self._dirty = self._idle = True
        self._tidied = utcnow() - TIDY_EVERY

    def run(self) -> None:
        """Work until SIGTERM or Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        server = Thread(target=self._serve_queries, name="encoder", daemon=True)
        server.start()
        planner = Thread(target=self._plan, name="planner", daemon=True)
        planner.start()
        self._begin()
        while not self._stop.is_set():
            busy = [self._safely(task) for task in (self._read, self._publish, self._send, self._tidy)]
            self._beat()
            if not any(busy):
                self._stop.wait(PAUSE)
        server.join(timeout=5)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _serve_queries(self) -> None:
        serve(self._settings.encoder_socket, lambda: self._encoder.light, self._stop)

    def _plan(self) -> None:
        """Assignments take up to a minute: beside the rest, so that mail and index do not wait for them."""
        book = open_matchbook(self._settings.data_dir, self._settings.encoder_socket)

        def make_plan() -> int:
            return planning.work(self._engine, book, utcnow)

        self._safely(lambda: planning.requeue(self._engine, utcnow()))
        while not self._stop.is_set():
            if not self._safely(make_plan):
                self._stop.wait(PAUSE)

    def _begin(self) -> None:
        self._beat()
        with open_session(self._engine) as session:
            unread = indexing.mark_unread(session, self._encoder.model_id, utcnow())
            session.commit()
        log.info("worker started", unread=unread, model=self._encoder.model_id)

    def _safely(self, task: Callable[[], int]) -> bool:
        """Whether `task` found something to do; what it raises is logged and tried again after a pause."""
        try:
            return task() > 0
        except Exception:
            log.exception("task failed", task=getattr(task, "__name__", "task"))
            self._stop.wait(2)
            return False

    def _read(self) -> int:
        read = indexing.drain(self._engine, self._encoder)
        self._dirty = self._dirty or read > 0
        self._idle = read == 0
        return read

    def _publish(self) -> int:
        """Write a new generation when something was read: at once when nothing more waits, else now and then."""
        if not self._dirty or not (self._idle or time.monotonic() - self._published > PUBLISH_EVERY):
            return 0
        before = self._library
        self._library = corpora.publish(self._engine, self._settings.data_dir, self._encoder, before)
        self._dirty, self._published = self._library is None, time.monotonic()
        if self._library and (before is None or before.model != self._library.model):
            indexing.forget_other_models(self._engine, self._library.model)
        return 0

    def _send(self) -> int:
        return jobs.deliver_due(self._engine, self._settings, self._app, utcnow())

    def _tidy(self) -> int:
        now = utcnow()
        if now - self._tidied < TIDY_EVERY:
            return 0
        self._tidied = now
        jobs.remind(self._engine, now)
        jobs.keep_terms(self._engine, now)
        jobs.tend_groups(self._engine, now)
        jobs.send_digests(self._engine, now)
        jobs.purge_expired(self._engine, now)
        return 0

    def _beat(self) -> None:
        """Tell /readyz and doctor that this process is alive."""
        beat = {"pid": os.getpid(), "at": utcnow().isoformat(), "model": self._encoder.model_id}
        path = Path(self._settings.data_dir) / HEARTBEAT
        partial = path.with_suffix(".tmp")
        partial.write_text(json.dumps(beat), encoding="utf-8")
        partial.replace(path)
