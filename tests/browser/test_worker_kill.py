"""The worker is killed in the middle of an import and started again: every partner is there once, and found."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from matcher.policy import SYSTEM
from matcher.services import corpora, partners, registrations
from matcher.services.demo_data import office
from matcher.services.matching import open_matchbook
from matcher.services.partner_data import OfferingData, PartnerData
from models import IndexChange, Municipality, Partner, Passage
from models.base import utcnow
from models.enums import EntityType, OfferingStage, PartnerKind
from models.session import make_engine, open_session
from tests.browser.installation import Installation, end

pytestmark = pytest.mark.encoder
PLACES = (
    "港の工場",
    "山あいの集落",
    "商店街の空き店舗",
    "温泉旅館",
    "小学校の給食室",
    "農家の直売所",
    "市民病院",
    "渡し船の桟橋",
    "図書館の書庫",
    "競技場の芝生",
)
SERVICES = (
    "排熱の回収",
    "害獣の侵入検知",
    "荷物の共同配送",
    "食べ残しの堆肥化",
    "雨水の再利用",
    "外国語の案内放送",
    "停電時の非常電源",
    "車椅子の貸出予約",
    "落書きの除去",
    "害虫の防除",
    "夜間の見回り",
    "古着の回収",
)
IMPORTED = [f"{place}で使う{service}の仕組みを提供しています。" for place in PLACES for service in SERVICES]
READ_WITHIN = 240.0


@pytest.fixture
def empty_hours(prepared: Path, tmp_path: Path) -> Iterator[tuple[Installation, Engine]]:
    """An installation of its own in which nothing runs yet."""
    shutil.copytree(prepared, tmp_path / "data", symlinks=True)
    place = Installation(tmp_path / "data")
    engine = make_engine(place.database_url)
    yield place, engine
    engine.dispose()


def test_a_killed_worker_loses_and_repeats_nothing(empty_hours: tuple[Installation, Engine]) -> None:
    place, engine = empty_hours
    first = place.spawn("worker")
    try:
        keys = add(engine, IMPORTED[:60])
        wait_until(lambda: read(engine, keys) > 0, place, first)
        keys += add(engine, IMPORTED[60:])
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert waiting(engine) > 0, "the worker was killed too late to prove anything"
    second = place.spawn("worker")
    try:
        wait_until(lambda: waiting(engine) == 0 and published(place) == last_passage(engine), place, second)
        each_is_there_once(place, engine, keys)
        each_is_found(place, engine, keys)
    finally:
        end(second)
    place.run("index", "verify")


def add(engine: Engine, sentences: list[str]) -> list[int]:
    """Import partners as the services do, a few in each transaction."""
    keys: list[int] = []
    for start in range(0, len(sentences), 10):
        with open_session(engine) as session:
            keys += [_add(session, sentence) for sentence in sentences[start : start + 10]]
            session.commit()
    return keys


def _add(session: Session, sentence: str) -> int:
    town, now = session.exec(select(Municipality).where(Municipality.code == "172065")).one(), utcnow()
    offering = OfferingData(title=sentence, stage=OfferingStage.ON_SALE, description="担当者が現地で調整します。")
    data = PartnerData(
        name=f"取込み試験 {sentence}",
        kind=PartnerKind.COMPANY,
        industry="R",
        prefecture="石川県",
        regions=("172065",),
        profile=f"{sentence}導入から保守までを引き受け、使う人の声を毎月聞いて改めています。",
        offerings=(offering,),
    )
    partner = partners.add(session, SYSTEM, data, now=now)
    applied = registrations.apply(session, SYSTEM, partner.pk, town.pk, now=now)
    registrations.accept(session, office(town.pk), applied.pk, now=now)
    return partner.pk


def read(engine: Engine, keys: list[int]) -> int:
    """How many of these partners have vectors."""
    wanted = (Passage.entity_type == EntityType.PARTNER, col(Passage.entity_id).in_(keys))
    with open_session(engine, write=False) as session:
        return session.exec(select(sa.func.count(sa.distinct(col(Passage.entity_id)))).where(*wanted)).one()


def waiting(engine: Engine) -> int:
    with open_session(engine, write=False) as session:
        return session.exec(select(sa.func.count(col(IndexChange.id)))).one()


def last_passage(engine: Engine) -> int:
    with open_session(engine, write=False) as session:
        return session.exec(select(sa.func.max(Passage.id))).one() or 0


def published(place: Installation) -> int:
    library = corpora.open_latest(place.data_dir)
    return library.last if library else 0


def each_is_there_once(place: Installation, engine: Engine, keys: list[int]) -> None:
    one = (col(Passage.entity_id), col(Passage.role), col(Passage.passage), col(Passage.sentence))
    partner = col(Passage.entity_type) == EntityType.PARTNER
    with open_session(engine, write=False) as session:
        doubled = session.execute(sa.select(*one).where(partner).group_by(*one).having(sa.func.count() > 1)).all()
        names = session.exec(select(sa.func.count(col(Partner.id))).where(col(Partner.name).like("取込み試験%"))).one()
    assert doubled == []
    assert names == len(IMPORTED)
    assert read(engine, keys) == len(keys) == len(IMPORTED)
    library = corpora.open_latest(place.data_dir)
    assert library is not None
    owners = [int(owner) for owner in library.corpus(corpora.PARTNERS).units.owners]
    assert len(owners) == len(set(owners))
    assert set(keys) <= set(owners)


def each_is_found(place: Installation, engine: Engine, keys: list[int]) -> None:
    """By its own sentence, first of all partners, by meaning and words together."""
    matchbook = open_matchbook(place.data_dir, place.data_dir / "encoder.sock")
    missed = []
    with open_session(engine, write=False) as session:
        for key, sentence in zip(keys, IMPORTED, strict=True):
            found = matchbook.search(session, sentence, EntityType.PARTNER, limit=1)
            assert found.semantic
            if [match.entity_id for match in found.matches] != [key]:
                missed.append(sentence)
    assert missed == []


def wait_until(done: Callable[[], bool], place: Installation, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READ_WITHIN
    while not done():
        assert process.poll() is None, f"the worker ended with {process.returncode}:\n{place.said('worker')}"
        assert time.monotonic() < deadline, f"the worker is too slow:\n{place.said('worker')[-3000:]}"
        time.sleep(0.05)
