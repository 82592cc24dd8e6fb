"""``match evaluate-tags`` from end to end, with an encoder that compares characters."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from matcher.engine.baselines import keyword_hits
from tests.engine.test_match_files import CharacterEncoder, jsonl
from web.cli import match_work
from web.cli.match import commands
from web.cli.match_tagging import GIVEN, KEYWORDS, OURS, STATED, UNREAD

OWN = [
    {"id": "c1", "title": "避難所が混雑する", "description": "どこが空いているか分からない。", "sdgs": [11]},
    {"id": "c2", "title": "農家の人手が足りない", "description": "収穫の時期に困っている。", "sdgs": [2, 8]},
]
ENGLISH = [{"id": "c1", "title": "Shelters are crowded", "description": "Nobody knows where there is room."}]


@pytest.fixture(autouse=True)
def _encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_work, "open_encoder", lambda say: CharacterEncoder())


def test_keywords_are_counted_as_they_stand() -> None:
    keywords = {"11.5": ["防災", "避難所", "ＡＥＤ"], "2.3": ["農家"]}
    assert keyword_hits("避難所にaedを置き、防災に備える。", keywords) == {"11.5": 3}
    assert keyword_hits("", keywords) == {}


def test_targets_and_goals_beside_keywords(tmp_path: Path) -> None:
    jsonl(tmp_path / "challenges.jsonl", OWN)
    jsonl(tmp_path / "challenges_en.jsonl", ENGLISH)
    result = CliRunner().invoke(commands, ["evaluate-tags", "--data", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["texts"], report["learned_from"]) == (61, 71)
    assert set(report["judged"]) == {STATED, GIVEN}
    unseen = report["out_of_fold"]
    assert set(unseen["targets"]) == {OURS, KEYWORDS}
    assert 0 <= unseen["calibration_error"] <= 1
    assert sum(bin["suggestions"] for bin in unseen["bins"]) == round(unseen["targets"][OURS]["suggested"] * 71)
    for judged in report["judged"].values():
        assert set(judged["targets"]) == set(judged["goals"]) == {OURS, UNREAD, KEYWORDS}
        assert judged["bins"][0]["low"] <= judged["bins"][0]["confidence"] < judged["bins"][0]["high"]
        assert judged["goals"][KEYWORDS]["f1"]["mean"] > judged["targets"][KEYWORDS]["f1"]["mean"] > 0.2
    # what was inferred beside the printed targets can only add to what is right
    stated, given = (report["judged"][name]["targets"][KEYWORDS]["precision"]["mean"] for name in (STATED, GIVEN))
    assert given > stated
    recalls = [step["recall"] for step in report["steps"]]
    assert recalls == sorted(recalls, reverse=True)
    assert set(report["languages"]) == {"en: own", "en: en"}
    assert report["languages"]["en: en"][UNREAD]["recall"]["mean"] > 0  # the glossary lends them words in common


def test_a_table_for_the_terminal() -> None:
    result = CliRunner().invoke(commands, ["evaluate-tags"])
    assert result.exit_code == 0, result.output
    for heading in (
        "61 challenges with printed targets",
        "by what the other cities teach",
        "F1 ahead of keywords",
        "how sure",
        "other thresholds",
    ):
        assert heading in result.stdout
