"""One prepared installation per test run, one running copy of it per test process, one Chromium, and people."""

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from embeddings.files import locked
from tests.browser import installation
from tests.browser.installation import Installation
from tests.browser.person import DESK, Person

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
Meet = Callable[..., Person]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A data folder in which `prepare` has run; test processes of one run share it, and only copy from it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with locked(shared / "prepared.lock"):
        installation.prepare(shared / "prepared")
    return shared / "prepared"


@pytest.fixture(scope="session")
def site(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The running site, on a copy of its own, so that what one test process writes no other one sees."""
    data_dir = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(prepared, data_dir, symlinks=True)
    with installation.serving(data_dir) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS])
        yield browser
        browser.close()


@pytest.fixture
def meet(chromium: Browser, site: Installation) -> Iterator[Meet]:
    """Make people, each with a browser of their own; none of their pages may have raised an error at the end."""
    met: list[Person] = []

    def someone(language: str = "ja", **options: Any) -> Person:
        context = chromium.new_context(**{"viewport": DESK, "locale": "ja-JP", **options})
        context.set_default_timeout(15_000)
        met.append(Person(context, site, language))
        return met[-1]

    yield someone
    for person in met:
        person.context.close()
    faults = [fault for person in met for fault in person.faults]
    assert not faults, faults


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure brings along what the server said and what the people saw."""
    report = yield
    site = getattr(item, "funcargs", {}).get("site")
    if report.failed and site is not None:
        said = [line for line in site.said().splitlines() if '"level": "info"' not in line]
        report.sections.append((f"what the server said ({site.data_dir})", "\n".join(said[-60:])))
    return report
