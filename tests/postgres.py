"""Starts a throw-away PostgreSQL cluster for the tests, on a port of its own, and stops it by its own pid."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import Engine

from models.session import make_engine


def binaries() -> Path | None:
    """The folder with the newest installed server's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_postgres() -> dict[str, object]:
    """PostgreSQL refuses to run as root; then its own account runs it."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def start() -> tuple[str, Callable[[], None]]:
    """Start a cluster; gives the URL prefix of its databases and a function that ends it.

    Raises RuntimeError when no server is installed.
    """
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed: run `make test-tools`")
    folder = Path(tempfile.mkdtemp(prefix="musubi-pg-"))
    who = _as_postgres()
    if who:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run = {"check": True, "capture_output": True, "cwd": folder, **who}
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "musubi", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"], **run
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], **run)

    def stop() -> None:
        subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **{**run, "check": False})
        shutil.rmtree(folder, ignore_errors=True)

    return f"postgresql://musubi@127.0.0.1:{port}", stop


def fresh(url: str, name: str) -> Engine:
    """An empty database `name` in the cluster behind `url`."""
    server = make_engine(f"{url}/template1", isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    server.dispose()
    return make_engine(f"{url}/{name}")
