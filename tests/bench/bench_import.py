"""An import, measured in a process of its own: `drain` against the encoder's own batches, and the peak of memory."""

import argparse
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

import migrations
from embeddings.encoder import EncoderConfig, open_encoder, open_query_encoder
from embeddings.paired import PairedEncoder
from matcher.services import demo_data, texts
from models import IndexChange
from models.base import utcnow
from models.enums import EntityType, TextRole
from models.queries import indexing as queue
from models.session import make_engine, open_session
from tests.bench import bench_texts
from tests.bench.bench_figures import Figure, timed
from tests.bench.bench_processes import ROOT
from tests.bench.bench_site import Site, drain_all, enter_partners, model_folder

SAMPLE, LEAST_SHARE = 400, 0.8


def measure(site: Site) -> list[Figure]:
    """Throughput of a sample read by the real encoder, and what that makes of the whole import."""
    command = [sys.executable, "-m", "tests.bench.bench_import", str(site.data_dir)]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found = json.loads(answer.stdout)
    share = found["drain"] / found["encoder"]
    seconds = site.counts["texts"] / found["drain"]
    return [
        Figure(
            f"reading {SAMPLE} imported partners into the index",
            found["drain"],
            "texts/s",
            f"encoder alone {found['encoder']:.1f} texts/s",
            share,
            f"≥ {LEAST_SHARE} ×",
            share >= LEAST_SHARE,
        ),
        Figure("peak memory of that process, both encoders open", found["peak"], "MB"),
        Figure(f"storing {site.counts['added']:,} partners through the services", site.seconds["add"], "s"),
        Figure(f"reading all {site.counts['texts']:,} texts, scaled from the sample", seconds, "s"),
        Figure("… of which everything but the encoder (measured with known vectors)", site.seconds["store"], "s"),
        Figure("first generation of the index", site.seconds["publish"], "s"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="data folder with the converted model")
    weights = parser.parse_args().models
    data_dir = weights.parent / "import"
    shutil.rmtree(data_dir, ignore_errors=True)
    model_folder(data_dir, weights)
    engine = _stored(data_dir)
    config = EncoderConfig(data_dir)
    encoder = PairedEncoder(lambda: open_query_encoder(config), lambda: open_encoder(config))
    by_role = _texts(engine)
    count = sum(map(len, by_role.values()))
    encoder.encode_documents(by_role[TextRole.DOCUMENT][:500])  # opens the one for many texts, as an import does
    halves = [{role: found[start::2] for role, found in by_role.items()} for start in (0, 1)]
    before = timed(_encode, encoder, halves[0])[0]
    seconds = timed(drain_all, engine, encoder)[0]
    after = timed(_encode, encoder, halves[1])[0]  # one half on each side: what else the machine does hits both
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"drain": count / seconds, "encoder": count / (before + after), "peak": peak}))


def _stored(data_dir: Path) -> Engine:
    """A database with the sample, and nothing else waiting to be read."""
    engine = make_engine(f"sqlite:///{data_dir / 'musubi.db'}")
    migrations.upgrade(engine)
    demo_data.load(engine, utcnow())
    with open_session(engine) as session:
        session.execute(sa.delete(IndexChange))
        enter_partners(session, bench_texts.partners(SAMPLE))
        session.commit()
    return engine


def _texts(engine: Engine) -> dict[TextRole, list[str]]:
    """The different texts that wait, by role: what `drain` will ask for."""
    wanted: dict[TextRole, dict[str, None]] = {role: {} for role in TextRole}
    with open_session(engine, write=False) as session:
        keys = [key for _, key, _ in queue.next_changes(session, queue.waiting(session))]
        for documents in texts.of_entities(session, EntityType.PARTNER, keys).values():
            for role, document in documents.items():
                wanted[role] |= dict.fromkeys(document.texts())
    return {role: list(found) for role, found in wanted.items()}


def _encode(encoder: PairedEncoder, by_role: dict[TextRole, list[str]]) -> None:
    encoder.encode_queries(by_role[TextRole.QUERY])
    encoder.encode_documents(by_role[TextRole.DOCUMENT])


if __name__ == "__main__":
    main()
