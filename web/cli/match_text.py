"""Prints the figures of ``match evaluate`` as tables for a terminal."""

from collections.abc import Iterator, Mapping

from matcher.engine.evaluate import METRICS, Estimate
from matcher.engine.evaluate_abstention import Range
from matcher.engine.evaluate_exposure import Exposure
from web.cli.match_measure import NO_MATCH, OURS, Change, Report


def as_text(report: Report) -> str:
    """All sections, the measured systems first."""
    sections = (
        _systems(report),
        _ahead(report),
        _against(report),
        _ablation(report),
        _languages(report),
        _goals(report),
        _exposure(report),
        _reciprocal(report),
        _abstention(report),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, sections) if lines)


def shown(estimate: Estimate) -> str:
    """.730 [.65,.81]"""
    low, high = (_short(f"{bound:.2f}") for bound in (estimate.low, estimate.high))
    return f"{_short(f'{estimate.mean:.3f}')} [{low},{high}]"


def lead(estimate: Estimate) -> str:
    return f"{estimate.mean:+.3f} [{estimate.low:+.3f}, {estimate.high:+.3f}]"


def _systems(report: Report) -> Iterator[str]:
    yield f"{report.challenges} challenges, {report.partners} partners, {report.model}"
    if report.baseline_model != report.model:
        yield f"baselines with {report.baseline_model}"
    yield "95 % bootstrap intervals in brackets"
    yield ""
    width = max(map(len, report.figures))
    yield f"{'':{width}}  " + "  ".join(f"{name:>14}" for name in METRICS)
    for name, figures in report.figures.items():
        yield f"{name:{width}}  " + "  ".join(f"{shown(figures[metric]):>14}" for metric in METRICS)


def _ahead(report: Report) -> Iterator[str]:
    yield f"nDCG@10, {OURS} ahead of (paired bootstrap):"
    width = max(map(len, report.figures))
    for name, ahead in report.ahead.items():
        yield f"{name:{width}}  {lead(ahead)}"


def _against(report: Report) -> Iterator[str]:
    if report.against is not None:
        yield "nDCG@10 with the other weights, and how far these are ahead of them (paired):"
        yield f"{shown(report.against.ndcg)}  {lead(report.against.ahead)}"


def _ablation(report: Report) -> Iterator[str]:
    if report.ablation:
        yield "nDCG@10 without one part, and what that part is worth (paired; above 0 throughout: it helps):"
        yield from _changes(report.ablation)


def _changes(changes: Mapping[str, Change]) -> Iterator[str]:
    width = max(map(len, changes))
    for name, change in changes.items():
        yield f"{name:{width}}  {shown(change.ndcg):>14}  {lead(change.ahead)}"


def _languages(report: Report) -> Iterator[str]:
    if report.languages:
        yield "nDCG@10 of the same challenges in other languages:"
        heads = "  ".join(f"{head:>14}" for head in ("own language", "translated", "plain cosine"))
        yield f"{'':<4}{'challenges':>10}  {heads}  ahead of cosine"
        for name, row in report.languages.items():
            figures = "  ".join(f"{shown(figure):>14}" for figure in (row.own, row.foreign, row.cosine))
            yield f"{name:<4}{row.challenges:>10}  {figures}  {lead(row.ahead)}"


def _goals(report: Report) -> Iterator[str]:
    if report.goals:
        yield "by SDG goal of the challenge:"
        yield f"{'goal':<6}{'challenges':>10}  {'nDCG@10':>16}  {'R@10':>16}"
        for goal, row in report.goals.items():
            yield f"{goal:<6}{row.challenges:>10}  {shown(row.ndcg):>16}  {shown(row.recall):>16}"


def _exposure(report: Report) -> Iterator[str]:
    width = max(map(len, report.exposure))
    yield "exposure in the first ten (Gini: 0 even, 1 one takes all):"
    yield f"{'':{width}}  {'Gini':>6}  {'shown':>6}  {'possible':>8}  most often"
    for name, row in report.exposure.items():
        yield _exposed(f"{name:{width}}", row)
    yield _exposed(f"{'less seen first':{width}}", report.evened.exposure)
    change = report.evened.change
    yield f"Musubi ahead of that (the less seen first among practical equals) in nDCG@10 by {lead(change.ahead)}"


def _exposed(name: str, row: Exposure) -> str:
    return f"{name}  {row.gini:6.3f}  {row.shown:6.0%}  {row.possible:8.0%}  {row.most:>10}"


def _reciprocal(report: Report) -> Iterator[str]:
    width = max(map(len, report.reciprocal))
    partners = next(iter(report.reciprocal.values())).partners
    yield f"both sides at 10 (Yang et al. 2024), and the {partners} partners that have a known challenge:"
    names = ("CRecall", "CPrec.", "SRecall", "SPrec.", "RNDCG")
    yield f"{'':{width}}  " + "  ".join(f"{name:>7}" for name in names) + f"  {'nDCG@10 back':>14}  {'R@10 back':>14}"
    for name, row in report.reciprocal.items():
        figures = (row.c_recall, row.c_precision, row.s_recall, row.s_precision, row.rndcg)
        cells = "  ".join(f"{_short(f'{figure:.3f}'):>7}" for figure in figures)
        yield f"{name:{width}}  {cells}  {shown(row.partner_ndcg):>14}  {shown(row.partner_recall):>14}"


def _abstention(report: Report) -> Iterator[str]:
    found = report.abstention
    yield (
        f'"no good match", right partners taken from half of {found.challenges} challenges, '
        f"{found.repeats} draws (middle 95 %):"
    )
    yield f"AUROC of the best score {_range(found.auroc)}; it falls in {found.paired:.0%} of the challenges"
    yield f"{'said when the best fit is at most':<34}{'precision':>16}  {'recall':>16}  {'false alarms':>16}"
    for row in found.verdicts:
        note = "  <- as the pages do" if row.fit is NO_MATCH else ""
        cells = "  ".join(f"{_range(value):>16}" for value in (row.precision, row.recall, row.false_alarms))
        yield f"{row.fit.value:<34}{cells}{note}"


def _range(value: Range) -> str:
    return shown(Estimate(*value))


def _short(number: str) -> str:
    return number.removeprefix("0")
