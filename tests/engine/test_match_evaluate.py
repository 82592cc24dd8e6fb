"""``match evaluate`` from end to end, with an encoder that compares characters."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.engine.test_match_files import CHALLENGES, PARTNERS, CharacterEncoder, jsonl
from web.cli import match_work
from web.cli.match import commands

PAIRS = [{"challenge": "c1", "organization": "p1"}, {"challenge": "c2", "organization": "p2"}, {"challenge": "c9"}]
ENGLISH = [
    {"id": "c1", "title": "Watch over the elderly", "description": "Nobody notices."},
    {"id": "c7", "title": "Not in the other file", "description": ""},
]
SYSTEMS = {"Musubi", "BM25, character pairs", "plain cosine", "rank fusion (k = 60)"}


class OtherEncoder(CharacterEncoder):
    """The model before it was trained for this product."""

    model_id = "characters, plain"


@pytest.fixture(autouse=True)
def _encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_work, "open_encoder", lambda say: CharacterEncoder())
    monkeypatch.setattr(match_work, "open_plain_encoder", lambda ours, *_: OtherEncoder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    jsonl(tmp_path / "organizations.jsonl", PARTNERS)
    jsonl(tmp_path / "challenges.jsonl", CHALLENGES)
    jsonl(tmp_path / "challenges_en.jsonl", ENGLISH)
    jsonl(tmp_path / "pairs.jsonl", PAIRS)
    return tmp_path


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(commands, ["evaluate", "--data", str(folder), *options])


def figures(folder: Path, *options: str) -> dict[str, Any]:
    result = run(folder, *options, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_every_system_and_the_differences(folder: Path) -> None:
    result = run(folder, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["challenges"] == 2
    for section in ("figures", "exposure", "reciprocal"):
        assert set(report[section]) == SYSTEMS
    assert set(report["ahead"]) == SYSTEMS - {"Musubi"}
    assert report["figures"]["Musubi"]["R@1"]["mean"] == 1.0
    assert (report["model"], report["baseline_model"]) == ("characters", "characters, plain")
    assert "pairs.jsonl, row 3: unknown" in result.stderr
    assert report["ablation"] == report["languages"] == {}
    assert report["against"] is None


def test_the_partners_side_is_measured_too(folder: Path) -> None:
    report = figures(folder)
    ours = report["reciprocal"]["Musubi"]
    assert ours["partners"] == 2
    assert ours["partner_recall"]["mean"] == ours["s_recall"] == 1  # of two challenges ten are looked at
    assert ours["rndcg"] == pytest.approx(
        (2 * report["figures"]["Musubi"]["nDCG@10"]["mean"] + 2 * ours["partner_ndcg"]["mean"]) / 4
    )


def test_goals_and_exposure(folder: Path) -> None:
    report = figures(folder)
    assert {goal: row["challenges"] for goal, row in report["goals"].items()} == {"3": 1, "11": 1}
    assert report["exposure"]["Musubi"] == {"gini": 0, "shown": 1, "possible": 1, "most": 2}


def test_with_the_right_partners_taken_away(folder: Path) -> None:
    found = figures(folder)["abstention"]
    assert found["challenges"] == 2
    assert found["paired"] == 1  # each challenge's best score falls without its partner
    assert [row["fit"] for row in found["verdicts"]] == ["none", "weak", "fair"]


def test_each_part_is_switched_off(folder: Path) -> None:
    found = figures(folder, "--ablate")["ablation"]
    assert {"sentence level", "words", "all structured facts", "fact: region", "hubness correction"} <= set(found)
    assert {"centring per role", "centring", "adaptation of the encoder"} <= set(found)
    assert "character pairs" not in found  # they weigh nothing in the engine as it is
    for change in found.values():
        assert change["ahead"]["low"] <= change["ahead"]["mean"] <= change["ahead"]["high"]


def test_translations_are_measured_beside_the_same_challenges(folder: Path) -> None:
    found = figures(folder, "--languages")["languages"]
    assert found["en"]["challenges"] == 1
    assert found["en"]["own"]["mean"] == 1


def test_other_weights_are_measured_and_compared(folder: Path) -> None:
    (folder / "words.json").write_text('{"passage": 0, "sentence": 0, "words": 1}')
    (folder / "nothing.json").write_text('{"passage": 0, "sentence": 0, "words": 0, "region": 0}')
    report = figures(folder, "--weights", str(folder / "words.json"), "--against", str(folder / "nothing.json"))
    assert (report["weights"]["passage"], report["weights"]["words"]) == (0, 1)
    assert report["weights"]["capacity"] > 0  # what the file does not name stays
    change = report["against"]
    assert change["ahead"]["mean"] == pytest.approx(
        report["figures"]["Musubi"]["nDCG@10"]["mean"] - change["ndcg"]["mean"]
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not valid JSON"),
        ("[1]", "must be an object of numbers"),
        ('{"words": true}', "must be an object of numbers"),
        ('{"word": 1}', "unknown weights word; known are passage"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(folder: Path, text: str, message: str) -> None:
    (folder / "weights.json").write_text(text)
    result = run(folder, "--against", str(folder / "weights.json"))
    assert result.exit_code == 1
    assert message in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--data is needed, or --history"),
        (["--history", "--ablate", "--html", "x.html"], "--history does not go with --html, --ablate"),
        (["--data", "DATA", "--municipality", "172065"], "--municipality goes with --history"),
        (["--data", "DATA", "--html", "DATA/no/x.html"], "the folder does not exist"),
    ],
)
def test_options_that_do_not_go_together(folder: Path, options: list[str], message: str) -> None:
    given = [option.replace("DATA", str(folder)) for option in options]
    result = CliRunner().invoke(commands, ["evaluate", *given])
    assert result.exit_code != 0
    assert message in result.stderr


def test_a_table_for_the_terminal(folder: Path) -> None:
    (folder / "other.json").write_text('{"words": 1}')
    table = run(folder, "--ablate", "--languages", "--against", str(folder / "other.json")).stdout
    for heading in ("nDCG@10", "ahead of", "other weights", "worth", "other languages", "by SDG goal", "Gini"):
        assert heading in table
    for heading in ("both sides at 10", '"no good match"', "AUROC"):
        assert heading in table


def test_a_report_that_needs_nothing_else(folder: Path) -> None:
    """One file, two languages, every chart described and beside its table, no script, nothing from outside."""
    path = folder / "report.html"
    result = run(folder, "--ablate", "--languages", "--html", str(path))
    assert result.exit_code == 0, result.output
    html = path.read_text("utf-8")
    assert not re.search(r"<script|<link|<img|https?://|url\(", html)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {name for names in re.findall(r'aria-labelledby="([^"]+)"', html) for name in names.split()} <= set(ids)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        assert re.search(r"<title id=[^>]+>[^<]+</title><desc id=[^>]+>[^<]+</desc>", svg)
    assert html.count("<table>") == html.count("<caption>") == 2 * 9
    assert html.count("<svg") == 2 * 5
    assert "マッチングの精度" in html
    assert "How good the matches are" in html
