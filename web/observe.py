"""Structured logs without personal data, a request id on every answer, and counters for Prometheus."""

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

from web.settings import Settings

REGISTRY = CollectorRegistry()
REQUESTS = Counter("musubi_requests_total", "Requests answered", ["method", "endpoint", "status"], registry=REGISTRY)
SECONDS = Histogram("musubi_request_seconds", "Time to answer", ["endpoint"], registry=REGISTRY)
#: others are counted as one: whoever makes methods up shall not make up time series
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def init_observe(app: Flask, settings: Settings) -> None:
    """Number, time, count and log every request."""
    _configure_logs(settings)
    log = structlog.get_logger("musubi.web")

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        endpoint = request.endpoint or "none"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(method, endpoint, response.status_code).inc()
        SECONDS.labels(endpoint).observe(seconds)
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if endpoint != "static":
            log.info(
                "request",
                id=g.get("request_id"),
                method=request.method,
                endpoint=endpoint,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
            )
        return response


def _configure_logs(settings: Settings) -> None:
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    if settings.mode == "test":
        level = logging.CRITICAL
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
