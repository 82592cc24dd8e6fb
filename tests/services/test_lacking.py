"""What a partner lacks, told of real sentences by the real encoder: each change, once it is made, makes the fit."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from embeddings.encoder import Encoder
from matcher.engine.features import HARD
from matcher.engine.types import Fit
from matcher.services import corpora, indexing
from matcher.services.matchbook import Lack
from matcher.services.matching import LiveMatchbook
from models import Challenge, IndexChange, Municipality, Need, Offering, Partner, PartnerRegion
from models.enums import EntityType, OfferingStage
from models.session import make_engine, open_session
from tests import factories
from tests.embeddings.conftest import documents_encoder, encoder_config

__all__ = ["documents_encoder", "encoder_config"]
pytestmark = pytest.mark.encoder

KAGA, KAMAKURA = "172065", "142042"
WATCHING = "外出先で高齢者の異変に気付く見守り"
RIDES = "予約に応じて走る乗合の車で、買い物や通院の足をつくること"
BUS = ("予約型の乗合バス", "車を手放した高齢者を、家の前から店や病院まで送ります。")


@dataclass(frozen=True)
class Scene:
    """A maker of sensors that works in 石川県, and who runs shared buses; what each of two cities looks for."""

    engine: Engine
    folder: Path
    encoder: Encoder
    sensor: int
    far: int
    double: int

    def read(self) -> None:
        while indexing.drain(self.engine, self.encoder):
            pass
        corpora.publish(self.engine, self.folder, self.encoder)

    def lacks(self, code: str) -> list[Lack]:
        with open_session(self.engine, write=False) as session:
            return [lack for lack in self._book().lacking_for_partner(session, self.sensor) if lack.code == code]

    def works(self) -> set[int]:
        """The challenges that fit the sensors with nothing that speaks against it for certain."""
        with open_session(self.engine, write=False) as session:
            matches = self._book().challenges_for_partner(session, self.sensor).matches
        kept = {m.entity_id for m in matches for signal in m.signals if signal.code in HARD}
        return {m.entity_id for m in matches if m.fit >= Fit.FAIR.level} - kept

    def change(self, row: PartnerRegion | Offering) -> None:
        with open_session(self.engine) as session:
            session.add(row)
            session.add(IndexChange(entity_type=EntityType.PARTNER, entity_id=self.sensor, created_at=factories.NOW))
            session.commit()
        self.read()

    def _book(self) -> LiveMatchbook:
        return LiveMatchbook(self.folder, self.encoder)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scene(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory, documents_encoder: Encoder) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("lacking")
    engine = make_engine(f"sqlite:///{shutil.copy(sqlite_schema, folder / 'm.db')}")
    with open_session(engine) as session:
        town = factories.municipality(session, KAGA)
        far = factories.challenge(session, factories.municipality(session, KAMAKURA, "鎌倉市"))
        double = _rides_and_watching(session, town)
        sensor = _partner(
            session,
            town,
            "ひとり暮らしの高齢者を見守る小型のセンサーを製造しています。電池だけで三年動き、通信費がかかりません。",
            "17",
            ("見守りセンサー", "部屋の動きから異変に気付き、離れて暮らす家族と民生委員に知らせます。"),
        )
        _partner(session, town, "予約に応じて走る乗合の小型バスを、自治体と一緒に運行しています。", "00", BUS)
        indexing.mark_unread(session, documents_encoder.model_id, factories.NOW)
        session.commit()
        made = Scene(engine, folder, documents_encoder, sensor.pk, far.pk, double.pk)
    made.read()
    yield made
    engine.dispose()


def _rides_and_watching(session: Session, town: Municipality) -> Challenge:
    row = factories.challenge(session, town, title="店や病院に出かけられるまちにしたい")
    row.problem = "車を手放すと、店や病院に行けずに困る。路線バスは一日に三本しかない。"
    row.outcome = "好きなときに買い物や通院に出かけられるようにしたい。"
    session.exec(select(Need).where(Need.challenge_id == row.pk)).one().text = WATCHING
    session.add(Need(challenge_id=row.pk, position=1, text=RIDES))
    return row


def _partner(session: Session, town: Municipality, profile: str, region: str, offering: tuple[str, str]) -> Partner:
    row = factories.partner(session, offering[0], town=town, profile=profile)
    offered = session.exec(select(Offering).where(Offering.partner_id == row.pk)).one()
    offered.title, offered.description = offering
    session.exec(select(PartnerRegion).where(PartnerRegion.partner_id == row.pk)).one().region = region
    return row


def test_the_region_that_keeps_it_from_a_challenge(scene: Scene) -> None:
    assert scene.far not in scene.works()
    assert scene.lacks("region") == [Lack("region", (scene.far,), KAMAKURA)]
    scene.change(PartnerRegion(partner_id=scene.sensor, region=KAMAKURA))
    assert scene.far in scene.works()
    assert scene.lacks("region") == []


def test_the_need_that_it_leaves_open_beside_one_that_it_answers(scene: Scene) -> None:
    assert scene.double not in scene.works()
    assert scene.lacks("topic") == [Lack("topic", (scene.double,), RIDES)]
    title, description = BUS
    bus = Offering(
        partner_id=scene.sensor, position=1, title=title, description=description, stage=OfferingStage.ON_SALE
    )
    scene.change(bus)
    assert scene.double in scene.works()
    assert scene.lacks("topic") == []
