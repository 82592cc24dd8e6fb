"""The installation that the bench measures: a data folder of its own with the demonstration and synthetic partners."""

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session

import migrations
from embeddings.convert import bundled_folder, convert_bundled
from embeddings.encoder import EncoderConfig
from matcher.policy import SYSTEM
from matcher.services import challenges, corpora, demo_data, indexing, partners, registrations, texts
from matcher.services.challenge_data import ChallengeData
from matcher.services.matching import LiveMatchbook, open_matchbook
from matcher.services.partner_data import PartnerData
from models.base import utcnow
from models.enums import EntityType
from models.queries import indexing as queue
from models.queries import upkeep
from models.queries.texts import public_ids
from models.session import make_engine, open_session
from tests.bench import bench_texts
from tests.bench.bench_figures import timed
from tests.bench.bench_vectors import RememberingEncoder

PARTNERS, CHALLENGES = 3_308, 300  # Kawasaki's partners
Report = Callable[[str], None]


@dataclass(frozen=True)
class Site:
    """An installation with everything indexed; `seconds` says what making it took, `texts` how many were indexed."""

    data_dir: Path
    encoder: RememberingEncoder
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.data_dir / 'musubi.db'}"

    @property
    def socket(self) -> Path:
        return self.data_dir / "encoder.sock"

    def engine(self) -> Engine:
        return make_engine(self.url)

    def matchbook(self) -> LiveMatchbook:
        return open_matchbook(self.data_dir, self.socket)


def model_folder(data_dir: Path, weights: Path) -> None:
    """Let `data_dir` use the bundled model that was converted for `weights`'s folder."""
    convert_bundled(weights)
    ours = data_dir / "models"
    ours.parent.mkdir(parents=True, exist_ok=True)
    if not ours.exists():
        ours.symlink_to(bundled_folder(weights).parent.resolve())


def build(home: Path, weights: Path, count: int, threads: int, report: Report) -> Site:
    """Make the installation anew in `home`/site, through the services; only vectors are remembered from run to run."""
    data_dir = home / "site"
    shutil.rmtree(data_dir, ignore_errors=True)
    model_folder(data_dir, weights)
    encoder = RememberingEncoder(EncoderConfig(data_dir, threads=threads), home, report)
    site = Site(data_dir, encoder)
    engine = site.engine()
    migrations.upgrade(engine)
    report("loading the demonstration")
    demo_data.load(engine, utcnow())
    report(f"storing partners up to {count:,} and challenges up to {CHALLENGES}")
    site.seconds["add"] = _fill(engine, count, site.counts)
    site.counts["texts"] = _learn(engine, encoder)
    report("reading the queue into vectors that are known, and publishing")
    site.seconds["store"], _ = timed(drain_all, engine, encoder)
    site.seconds["publish"], _ = timed(corpora.publish, engine, data_dir, encoder)
    engine.dispose()
    return site


def drain_all(engine: Engine, encoder: object) -> int:
    """As the worker does, until nothing waits; gives how many entities were read."""
    total = 0
    while read := indexing.drain(engine, encoder):  # type: ignore[arg-type]
        total += read
    return total


def enter_partners(session: Session, rows: Sequence[PartnerData], seed: int = 0) -> None:
    """Store and register each with one of the municipalities, as an import does."""
    draw, now = random.Random(seed), utcnow()
    towns = sorted(town.pk for town in upkeep.towns(session).values())
    for data in rows:
        partner = partners.add(session, SYSTEM, data, now=now)
        town = draw.choice(towns)
        asked = registrations.apply(session, SYSTEM, partner.pk, town, now=now)
        registrations.accept(session, demo_data.office(town), asked.pk, now=now)


def _fill(engine: Engine, count: int, counts: dict[str, int]) -> float:
    """Add what is missing up to the numbers wanted; gives the seconds that the partners took."""
    with open_session(engine) as session:
        there = len(public_ids(session, EntityType.PARTNER))
        rows = bench_texts.partners(count - there)
        seconds, _ = timed(enter_partners, session, rows)
        missing = CHALLENGES - len(public_ids(session, EntityType.CHALLENGE))
        _enter_challenges(session, bench_texts.challenges(missing))
        session.commit()
        counts["added"] = len(rows)
        counts["partners"] = len(public_ids(session, EntityType.PARTNER))
        counts["challenges"] = len(public_ids(session, EntityType.CHALLENGE))
    return seconds


def _enter_challenges(session: Session, rows: Sequence[ChallengeData]) -> None:
    draw, now = random.Random(1), utcnow()
    towns = sorted(town.pk for town in upkeep.towns(session).values())
    for data in rows:
        actor = demo_data.office(town := draw.choice(towns))
        row = challenges.create(session, actor, town, data, now=now)
        challenges.submit(session, actor, row.pk, now=now)
        challenges.publish(session, actor, row.pk, now=now)


def _learn(engine: Engine, encoder: RememberingEncoder) -> int:
    """Have everything encoded that the queue will ask for; gives how many different texts that is."""
    wanted: dict[str, dict[str, None]] = {"query": {}, "document": {}}
    with open_session(engine, write=False) as session:
        waiting = queue.next_changes(session, queue.waiting(session))
        for entity_type in EntityType:
            ids = [key for kind, key, _ in waiting if kind is entity_type]
            for by_role in texts.of_entities(session, entity_type, ids).values():
                for role, document in by_role.items():
                    wanted[role.value] |= dict.fromkeys(document.texts())
    for role, found in wanted.items():
        encoder.learn(role, list(found))
    return sum(map(len, wanted.values()))
