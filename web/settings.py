"""Every setting, its default and its meaning; production refuses to start on an unsafe one and says which."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEV_SECRET = "demo-only-secret-that-production-refuses"  # noqa: S105


@dataclass(frozen=True)
class Setting:
    """One environment variable as the README's table prints it."""

    name: str
    default: str
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting("MUSUBI_MODE", "demo", "demo (demonstration data and accounts), production, or test"),
    Setting("SECRET_KEY", DEV_SECRET, "signs cookies; at least 32 random characters in production"),
    Setting("DATABASE_URL", "sqlite:///<DATA_DIR>/musubi.db", "SQLite file or postgresql://user:password@host/name"),
    Setting("DATA_DIR", "var", "folder for the database file, models, index snapshots and written mail"),
    Setting("BASE_URL", "http://<HOST>:<PORT>", "public address, used in mail links; https in production"),
    Setting("HOST", "127.0.0.1", "address that the web server listens on"),
    Setting("PORT", "8000", "port that the web server listens on"),
    Setting("TRUSTED_HOSTS", "", "comma-separated host names that requests may carry; required in production"),
    Setting("PROXY_HOPS", "0", "reverse proxies in front whose X-Forwarded-* headers are believed"),
    Setting("COOKIE_SECURE", "0", "1 sends cookies over https only; required in production"),
    Setting("WEB_WORKERS", "2", "gunicorn processes"),
    Setting("WEB_THREADS", "4", "threads in each gunicorn process"),
    Setting("ENCODER_MODEL", "bundled", "bundled, a model name on a hub, or a local sentence-transformers folder"),
    Setting("ENCODER_QUERY_PROMPT", "query: ", "put before what is looked for (ruri-v3: 検索クエリ: )"),
    Setting("ENCODER_DOCUMENT_PROMPT", "passage: ", "put before what is searched (ruri-v3: 検索文書: )"),
    Setting(
        "SMTP_URL",
        "",
        "smtp://user:password@host:587 or smtps://…:465; encrypted unless ?tls=off; empty writes mail to DATA_DIR/mail",
    ),
    Setting("MAIL_FROM", "Musubi <musubi@localhost>", "sender of all mail"),
    Setting("METRICS_TOKEN", "", "bearer token for /metrics; empty switches it off"),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR"),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


class UnsafeSettings(RuntimeError):
    """Production was asked to start with settings that would harm its users; the message names each one."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process, read once."""

    mode: str
    secret_key: str
    database_url: str
    data_dir: Path
    base_url: str
    host: str
    port: int
    trusted_hosts: tuple[str, ...]
    proxy_hops: int
    cookie_secure: bool
    web_workers: int
    web_threads: int
    encoder_model: str
    encoder_query_prompt: str
    encoder_document_prompt: str
    smtp_url: str
    mail_from: str
    metrics_token: str
    log_level: str

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

    @property
    def encoder_socket(self) -> Path:
        return self.data_dir / "encoder.sock"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process's own by default).

    Raises UnsafeSettings when production is asked for and a setting is unsafe or malformed.
    """
    env = os.environ if environ is None else environ
    value = {name: env.get(name, default) for name, default in _DEFAULTS.items()}
    data_dir = (ROOT / value["DATA_DIR"]).resolve()
    settings = Settings(
        mode=value["MUSUBI_MODE"],
        secret_key=value["SECRET_KEY"],
        database_url=env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'musubi.db'}",
        data_dir=data_dir,
        base_url=(env.get("BASE_URL") or f"http://{value['HOST']}:{value['PORT']}").rstrip("/"),
        host=value["HOST"],
        port=_number("PORT", value["PORT"]),
        trusted_hosts=tuple(h.strip() for h in value["TRUSTED_HOSTS"].split(",") if h.strip()),
        proxy_hops=_number("PROXY_HOPS", value["PROXY_HOPS"]),
        cookie_secure=value["COOKIE_SECURE"] == "1",
        web_workers=_number("WEB_WORKERS", value["WEB_WORKERS"]),
        web_threads=_number("WEB_THREADS", value["WEB_THREADS"]),
        encoder_model=value["ENCODER_MODEL"],
        encoder_query_prompt=value["ENCODER_QUERY_PROMPT"],
        encoder_document_prompt=value["ENCODER_DOCUMENT_PROMPT"],
        smtp_url=value["SMTP_URL"],
        mail_from=value["MAIL_FROM"],
        metrics_token=value["METRICS_TOKEN"],
        log_level=value["LOG_LEVEL"],
    )
    found = problems(settings)
    if found:
        raise UnsafeSettings("Musubi does not start with these settings:\n- " + "\n- ".join(found))
    return settings


def _number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise UnsafeSettings(f"{name} must be a whole number, not {text!r}")
    return int(text)


def problems(settings: Settings) -> list[str]:
    """What keeps this configuration from being run, one sentence per setting; empty when it is sound."""
    if settings.mode not in {"demo", "production", "test"}:
        return [f"MUSUBI_MODE must be demo, production or test, not {settings.mode!r}"]
    if settings.mode != "production":
        return []
    checks = {
        "SECRET_KEY is the default one: set at least 32 random characters": settings.secret_key == DEV_SECRET,
        "SECRET_KEY is too short: at least 32 characters": len(settings.secret_key) < 32,
        "SECRET_KEY is too easy to guess: it repeats few characters": len(set(settings.secret_key)) < 10,
        "COOKIE_SECURE must be 1: session cookies would travel unencrypted": not settings.cookie_secure,
        "BASE_URL must start with https://": not settings.base_url.startswith("https://"),
        "TRUSTED_HOSTS is empty: name the hosts this site answers for": not settings.trusted_hosts,
    }
    return [sentence for sentence, wrong in checks.items() if wrong]
