"""The table of fits says of many challenges at once what the matcher says of each."""

from pathlib import Path

import numpy as np

from matcher.services import corpora, indexing
from matcher.services.matching import LiveMatchbook
from models.session import make_engine, open_session
from tests import factories
from tests.factories import NOW
from tests.services.test_matching import WordEncoder, place

__all__ = ["place"]


def test_the_table_agrees_with_the_rankings(place: tuple[Path, str]) -> None:
    folder, url = place
    engine, encoder = make_engine(url), WordEncoder()
    with open_session(engine) as session:
        town = factories.municipality(session)
        profiles = (
            "高齢者の見守りセンサーを製造しています。",
            "有機野菜を給食に届けています。",
            "電気自動車を整備しています。",
        )
        partners = [factories.partner(session, f"団体{i}", town=town, profile=p).pk for i, p in enumerate(profiles)]
        titles = ("ひとり暮らしの高齢者を見守りたい", "給食に有機野菜を使いたい")
        keys = [factories.challenge(session, town, title=title).pk for title in titles]
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
    while indexing.drain(engine, encoder):
        pass
    assert corpora.publish(engine, folder, encoder) is not None
    book = LiveMatchbook(folder, encoder)  # type: ignore[arg-type]
    with open_session(engine, write=False) as session:
        table = book.fits_for_challenges(session, keys, allowed=partners[:2])
        assert table.challenge_ids == tuple(keys)
        assert set(table.partner_ids) == set(partners)
        assert np.nanmin(table.worth) == 0
        for row, key in enumerate(keys):
            ranked = [m for m in book.partners_for_challenge(session, key, allowed=partners[:2]).matches if m.fit]
            places = [table.partner_ids.index(match.entity_id) for match in ranked]
            found = table.worth[row, places]
            assert np.isfinite(found).all()
            assert np.isfinite(table.worth[row]).sum() == len(ranked), "no match is no number"
            assert np.allclose(np.diff(found), np.diff([match.score for match in ranked]), atol=1e-4)
    engine.dispose()


def test_before_the_first_index_there_is_nothing(tmp_path: Path) -> None:
    book = LiveMatchbook(tmp_path, WordEncoder())  # type: ignore[arg-type]
    table = book.fits_for_challenges(None, [1, 2])  # type: ignore[arg-type]
    assert table.worth.shape == (2, 0)
    assert not table.semantic
