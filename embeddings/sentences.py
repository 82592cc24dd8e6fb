"""Splits Japanese and English text into sentences, as spans, so that evidence can be highlighted where it stands."""

import re
import unicodedata
from itertools import pairwise

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_STOP = re.compile(r"""[。｡！？!?．.]+[」』）)\]】〉》”’"']*""")
_JAPANESE_STOP = re.compile(r"[。｡！？]")
_BULLETS = "・･•●■◆◇▼▶➢※"
_ITEM = re.compile(rf"(?:(?<=\s)|^)[{_BULLETS}]|[①-⑳]|^\s*[-*–]\s")
_LEADING = re.compile(rf"(?:\s|[{_BULLETS}]|[-*–](?=\s))+")
_PAIRS = {"「": "」", "『": "』", "（": "）", "(": ")", "【": "】", "〈": "〉", "《": "》", "“": "”"}
# After a closed quotation these go on with the same sentence: 「…。」と話した。 （…。）の
_CONTINUES = tuple("とのはがをにもでやへ、。，．,.)）」』")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|e\.g|i\.e|etc|vs|cf|No|Nos|Co|Ltd|Inc|Corp|Mr|Mrs|Ms|Dr|Prof|St|Fig|Vol|approx|[A-Z](?:\.[A-Z])+))$"
)
_SOFT_BREAKS = (_JAPANESE_STOP, re.compile(r"[、，,;；]"), re.compile(r"\s"))
_SILENT = frozenset("Cc Cf Zs Zl Zp Pc Pd Ps Pe Pi Pf Po".split())

Span = tuple[int, int]


def split_sentences(text: str, max_chars: int = 200) -> list[str]:
    """The sentences of `text` in order, none empty and none over `max_chars`; only spaces and bullets are left out."""
    return [text[start:end] for start, end in sentence_spans(text, max_chars)]


def sentence_spans(text: str, max_chars: int = 200) -> list[Span]:
    """Where each sentence stands: `text[start:end]`. Deterministic, in time linear in the length of the text."""
    if max_chars < 1:
        raise ValueError("max_chars must be at least 1")
    spans: list[Span] = []
    for line in _LINE.finditer(text):
        for start, end in _sentences_of(line.group(), line.start()):
            spans += _shortened(text, start, end, max_chars)
    return [span for span in (_trimmed(text, *span) for span in spans) if _says_something(text[slice(*span)])]


def _sentences_of(line: str, offset: int) -> list[Span]:
    cuts = {match.start() for match in _ITEM.finditer(line)}
    depths = _quotation_depths(line)
    cuts |= {match.end() for match in _STOP.finditer(line) if _ends_sentence(line, match, depths)}
    edges = sorted(cuts | {0, len(line)})
    return [(offset + start, offset + end) for start, end in pairwise(edges)]


def _quotation_depths(line: str) -> list[int]:
    """How many quotations or brackets are open at each position; those that never close do not count."""
    changes = [0] * (len(line) + 2)
    open_marks: list[tuple[str, int]] = []
    for position, character in enumerate(line):
        if character in _PAIRS:
            open_marks.append((_PAIRS[character], position))
        elif open_marks and character == open_marks[-1][0]:
            changes[open_marks.pop()[1] + 1] += 1
            changes[position + 1] -= 1
    depth, depths = 0, []
    for change in changes:
        depth += change
        depths.append(depth)
    return depths


def _ends_sentence(line: str, match: re.Match[str], depths: list[int]) -> bool:
    start, end = match.span()
    if depths[end]:
        return False
    if depths[start] and line[end:].lstrip()[:1].startswith(_CONTINUES):
        return False
    return bool(_JAPANESE_STOP.search(match.group())) or _ends_western(line, start, end)


def _ends_western(line: str, start: int, end: int) -> bool:
    """ASCII marks and the full-width dot also stand inside numbers, addresses and abbreviations."""
    following = line[end : end + 1]
    if line[start] == "．":
        return not following.isdigit()
    if following and not following.isspace() and (line[start] == "." or following.isascii()):
        return False
    return line[start] != "." or not _ABBREVIATION.search(line[max(0, start - 12) : start])


def _shortened(text: str, start: int, end: int, max_chars: int) -> list[Span]:
    pieces = []
    while end - start > max_chars:
        cut = _soft_cut(text, start, start + max_chars)
        pieces.append((start, cut))
        start = cut
    return [*pieces, (start, end)]


def _soft_cut(text: str, start: int, limit: int) -> int:
    """After the last stop, else comma, else space in the later two thirds of the window; else between two letters."""
    earliest = start + (limit - start) // 3
    for pattern in _SOFT_BREAKS:
        ends = [match.end() for match in pattern.finditer(text, earliest, limit)]
        if ends:
            return ends[-1]
    cut = limit
    while cut > earliest + 1 and _joins(text[cut - 1], text[cut]):
        cut -= 1
    return cut if cut > start else limit


def _joins(before: str, after: str) -> bool:
    """Whether a cut here would tear one visible character apart (accents, kana marks, emoji sequences)."""
    is_skin_tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    return "\u200d" in (before, after) or unicodedata.category(after).startswith("M") or is_skin_tone


def _trimmed(text: str, start: int, end: int) -> Span:
    while end > start and text[end - 1].isspace():
        end -= 1
    leading = _LEADING.match(text, start, end)
    return (leading.end() if leading else start), end


def _says_something(sentence: str) -> bool:
    """Not empty, and not punctuation alone; a symbol or an emoji is something."""
    return any(unicodedata.category(character) not in _SILENT for character in sentence)
