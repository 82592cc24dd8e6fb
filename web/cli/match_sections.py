"""The sections of the evaluation report in words: what was measured, how to read it, a chart, a table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from matcher.engine.evaluate import METRICS, Estimate
from matcher.engine.evaluate_abstention import Range
from matcher.engine.evaluate_exposure import Exposure
from matcher.engine.types import Fit
from models import reference
from web import i18n
from web.cli.match_ablate import NAMES
from web.cli.match_charts import Mark, intervals
from web.cli.match_measure import BM25, COSINE, NO_MATCH, OURS, RRF, Change, Report


class Words:
    """Says things in one language, without a request."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._known = i18n.translations(language)

    def __call__(self, text: str, **blanks: Any) -> str:
        said = self._known.ugettext(text)
        return said % blanks if blanks else said


class Row(NamedTuple):
    head: str
    cells: Sequence[str]
    strong: bool = False


class Table(NamedTuple):
    caption: str
    columns: Sequence[str]
    rows: Sequence[Row]


class Section(NamedTuple):
    """`key` is unique in the report; `lines` say how to read what follows."""

    key: str
    title: str
    lines: Sequence[str]
    table: Table
    chart: Markup = Markup()


def summary(report: Report, _: Words) -> list[str]:
    """What was measured, and what the figures can and cannot say."""
    return [
        _(
            "%(challenges)d challenges with a known partner, %(partners)d partners. Encoder: %(model)s",
            challenges=report.challenges,
            partners=report.partners,
            model=_model(report.model),
        ),
        _(
            "A known partner is one that a city really worked with. Others might have served as well, so figures "
            "compare systems on the same data; they are no rates of success."
        ),
        _(
            "Brackets and lines show 95 % bootstrap intervals over challenges. A difference counts only when its "
            "paired interval lies wholly on one side of 0."
        ),
    ]


def sections(report: Report, _: Words) -> Iterator[Section]:
    """All that were measured, in the order in which a reader needs them."""
    yield _systems(report, _)
    yield _ahead(report, _)
    if report.against is not None:
        yield _against(report.against, _)
    if report.ablation:
        yield _ablation(report, _)
    if report.languages:
        yield _languages(report, _)
    yield _goals(report, _)
    yield _exposure(report, _)
    yield _reciprocal(report, _)
    yield _abstention(report, _)
    yield _weights(report, _)


def _systems(report: Report, _: Words) -> Section:
    names = _names(_)
    marks = [Mark(names[name], row["nDCG@10"], name == OURS) for name, row in report.figures.items()]
    rows = [
        Row(names[name], [_shown(row[metric]) for metric in METRICS], name == OURS)
        for name, row in report.figures.items()
    ]
    title = _("Systems side by side")
    reading = _(
        "nDCG@10 is 1 when the known partners stand at the very top of the list and 0 when none is among the first "
        "ten. R@k is the share of the known partners among the first k; MRR is 1 over the place of the first one."
    )
    chart = intervals(f"systems-{_.language}", _("nDCG@10 of each system"), reading, marks)
    return Section("systems", title, [reading], Table(title, [_("Method"), *METRICS], rows), chart)


def _ahead(report: Report, _: Words) -> Section:
    names = _names(_)
    title = _("How far Musubi is ahead")
    reading = _("nDCG@10 of Musubi minus that of the other system on the same challenges.")
    marks = [Mark(names[name], value) for name, value in report.ahead.items()]
    rows = [Row(names[name], [_lead(value)]) for name, value in report.ahead.items()]
    chart = intervals(f"ahead-{_.language}", title, reading, marks, signed=True)
    return Section("ahead", title, [reading], Table(title, [_("Method"), _("ahead by")], rows), chart)


def _against(change: Change, _: Words) -> Section:
    title = _("Against the other weights")
    row = Row(_("other weights"), [_shown(change.ndcg), _lead(change.ahead)])
    reading = _("nDCG@10 with the other weights, and how far the weights of this report are ahead of them.")
    return Section("against", title, [reading], Table(title, [_("Method"), "nDCG@10", _("ahead by")], [row]))


def _ablation(report: Report, _: Words) -> Section:
    title = _("What each part is worth")
    reading = _(
        "Each part is switched off in turn. What it is worth is the nDCG@10 of the whole engine minus that of the "
        "engine without it: right of 0 the part helps, left of 0 it does harm."
    )
    names = _parts(_)
    marks = [Mark(names.get(name, name), change.ahead) for name, change in report.ablation.items()]
    rows = [
        Row(names.get(name, name), [_shown(change.ndcg), _lead(change.ahead)])
        for name, change in report.ablation.items()
    ]
    chart = intervals(f"ablation-{_.language}", title, reading, marks, signed=True)
    return Section(
        "ablation", title, [reading], Table(title, [_("Part"), _("nDCG@10 without"), _("worth")], rows), chart
    )


def _languages(report: Report, _: Words) -> Section:
    title = _("Other languages")
    reading = _("The same challenges, translated, against the same profiles. A translation should lose little.")
    marks, rows = [], []
    for name, found in report.languages.items():
        marks += [
            Mark(_("%(language)s: own language", language=name), found.own),
            Mark(_("%(language)s: translated", language=name), found.foreign, True),
            Mark(_("%(language)s: plain cosine", language=name), found.cosine),
        ]
        figures = [_shown(value) for value in (found.own, found.foreign, found.cosine)]
        rows.append(Row(name, [str(found.challenges), *figures, _lead(found.ahead)]))
    columns = [
        _("Language"),
        _("challenges"),
        _("own language"),
        _("translated"),
        _("plain cosine"),
        _("ahead of cosine"),
    ]
    chart = intervals(f"languages-{_.language}", title, reading, marks)
    return Section("languages", title, [reading], Table(title, columns, rows), chart)


def _goals(report: Report, _: Words) -> Section:
    title = _("By SDG goal of the challenge")
    reading = _("A challenge with several goals counts in each. With few challenges an interval is wide.")
    named = {goal.number: f"{goal.number} {getattr(goal, 'name_' + _.language)}" for goal in reference.goals()}
    marks = [Mark(named[goal], found.ndcg) for goal, found in report.goals.items()]
    rows = [
        Row(named[goal], [str(found.challenges), _shown(found.ndcg), _shown(found.recall)])
        for goal, found in report.goals.items()
    ]
    chart = intervals(f"goals-{_.language}", _("nDCG@10 of Musubi by goal"), reading, marks) if marks else Markup()
    return Section(
        "goals", title, [reading], Table(title, [_("Goal"), _("challenges"), "nDCG@10", "R@10"], rows), chart
    )


def _exposure(report: Report, _: Words) -> Section:
    names = _names(_)
    title = _("Who is shown")
    lines = [
        _(
            "Places among the first ten of all challenges. A Gini index of 0 means that every partner is shown "
            "equally often, near 1 that few take every place."
        )
    ]
    shared = report.evened
    lines.append(
        _(
            "In the last row the less seen of partners that fit practically the same goes first, as in the lists of "
            "offices."
        )
        + " "
        + _("The order without that is ahead of it in nDCG@10 by %(lead)s.", lead=_lead(shared.change.ahead))
    )
    rows = [Row(names[name], _exposed(row), name == OURS) for name, row in report.exposure.items()]
    rows.append(Row(_("Musubi, the less seen first"), _exposed(shared.exposure)))
    columns = [_("Method"), _("Gini"), _("partners shown"), _("room for"), _("most often shown")]
    return Section("exposure", title, lines, Table(title, columns, rows))


def _exposed(row: Exposure) -> list[str]:
    return [f"{row.gini:.3f}", f"{row.shown:.0%}", f"{row.possible:.0%}", str(row.most)]


def _reciprocal(report: Report, _: Words) -> Section:
    names = _names(_)
    title = _("Both sides")
    lines = [
        _(
            "Partners get lists of challenges too. C counts a known pair that stands among the first ten of either "
            "side, S one that stands among the first ten of both; RNDCG averages nDCG@10 over both sides "
            "(Yang et al., KDD 2024)."
        ),
        _("Precision is low by nature: few of the pairs that fit are known."),
    ]
    rows = []
    for name, row in report.reciprocal.items():
        shares = [f"{v:.3f}" for v in (row.c_recall, row.c_precision, row.s_recall, row.s_precision, row.rndcg)]
        rows.append(Row(names[name], [*shares, _shown(row.partner_ndcg), _shown(row.partner_recall)], name == OURS))
    columns = [_("Method"), "CRecall", "CPrecision", "SRecall", "SPrecision", "RNDCG"]
    columns += [_("nDCG@10 of partners"), _("R@10 of partners")]
    return Section("reciprocal", title, lines, Table(title, columns, rows))


def _abstention(report: Report, _: Words) -> Section:
    found = report.abstention
    words = {Fit.NONE: _("none"), Fit.WEAK: _("weak"), Fit.FAIR: _("fair")}
    title = _("“No good match”")
    lines = [
        _(
            "The right partners are taken away from half of the challenges, %(repeats)d times another half: does the "
            "engine say that nobody fits? Brackets show the middle 95 %% of the draws.",
            repeats=found.repeats,
        ),
        _(
            "The best score of a challenge with its partners exceeds that of one without in %(auroc)s of the pairs "
            "(AUROC, .5 is chance). It falls in %(share)s of the challenges when the partners are taken away.",
            auroc=_range(found.auroc),
            share=f"{found.paired:.0%}",
        ),
        _("Partners that were never tried may fit as well, so precision is a lower bound."),
    ]
    rows = [
        Row(words[row.fit], [_range(v) for v in (row.precision, row.recall, row.false_alarms)], row.fit is NO_MATCH)
        for row in found.verdicts
    ]
    columns = [_("said when the best fit is at most"), _("precision"), _("recall"), _("false alarms")]
    return Section("abstention", title, lines, Table(title, columns, rows))


def _weights(report: Report, _: Words) -> Section:
    names = _parts(_)
    title = _("Weights that were measured")
    lines = [_("Baselines were read with: %(model)s", model=_model(report.baseline_model))]
    rows = [Row(names.get(name, name), [f"{value:g}"]) for name, value in report.weights.items()]
    return Section("weights", title, lines, Table(title, [_("Part"), _("weight")], rows))


def _model(name: str) -> str:
    """Without the prompts, which are the same for all."""
    return name.partition("?")[0]


def _names(_: Words) -> Mapping[str, str]:
    return {
        OURS: OURS,
        BM25: _("BM25, character pairs"),
        COSINE: _("plain cosine"),
        RRF: _("rank fusion (k = 60)"),
    }


def _parts(_: Words) -> Mapping[str, str]:
    """Weights and parts; a weight that is newer than this list is shown by its own name."""
    facts = {
        "targets": _("shared targets"),
        "region": _("region served"),
        "stage": _("stage of the offering"),
        "capacity": _("capacity left"),
        "kind": _("kind of partner wanted"),
        "past": _("past collaborations"),
    }
    texts = {
        "passage": _("whole passages"),
        "sentence": _("sentence level"),
        "words": _("words"),
        "grams": _("character pairs"),
    }
    others = {
        "all structured facts": _("all structured facts"),
        "hubness correction": _("hubness correction"),
        "centring per role": _("centring per role"),
        "centring": _("centring"),
        "adaptation of the encoder": _("adaptation of the encoder"),
    }
    by_part = {f"fact: {name}": word for name, word in facts.items()} | {NAMES[name]: texts[name] for name in texts}
    return facts | texts | others | by_part


def _shown(value: Estimate) -> str:
    return f"{value.mean:.3f} [{value.low:.2f}, {value.high:.2f}]"


def _lead(value: Estimate) -> str:
    return f"{value.mean:+.3f} [{value.low:+.3f}, {value.high:+.3f}]"


def _range(value: Range) -> str:
    return f"{value.mean:.2f} [{value.low:.2f}, {value.high:.2f}]"
