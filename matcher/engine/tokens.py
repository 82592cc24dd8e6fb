"""Words and character pairs of a text: Sudachi's normalised content words, with their place in the original."""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from sudachipy import Dictionary, Morpheme, SplitMode
from sudachipy import Tokenizer as Sudachi

from matcher.engine.english import Glossary
from matcher.engine.types import Token

PIECE = 10_000  # Sudachi refuses more than 49,149 bytes at once

_KEPT = frozenset({"名詞", "動詞", "形容詞", "形状詞"})
_DROPPED = frozenset({"数詞", "助動詞語幹", "非自立可能"})
# Sudachi calls every Latin word a noun, so English function words have to be named.
_FUNCTION_WORDS = frozenset(
    "a about all also am an and any are as at be been but by can could do does each for from had has have he her his"
    " how i if in into is it its like made make many may more most much must need no not of on one or other our out"
    " over own s she should so some such than that the their them then there these they this those through to too up"
    " us use used using was we well were what when where which while who why will with without would you your".split()
)
_EMPTY_NOUNS = frozenset("為 事 物 訳 こと もの ため よう".split())
_LATIN = re.compile(r"[a-z0-9]+")
_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_ENGLISH = re.compile(r"[A-Za-z]{2}")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_local = threading.local()


def normalise(text: str) -> str:
    """NFKC (half-width kana composed, full-width Latin narrowed), lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def words(text: str) -> tuple[Token, ...]:
    """Content words of `text` in order, as normalised forms with character offsets into `text`.

    Function words, bare numbers and auxiliary verbs are left out; adjacent Latin pieces are one word (5G, CO2);
    English terms of the field are given as the Japanese ones.
    """
    clean = _SURROGATES.sub("\ufffd", text)
    found = _spelt(clean)
    return tuple(_glossary().joined(found, clean)) if _ENGLISH.search(clean) else found


def bigrams(text: str) -> tuple[str, ...]:
    """Character pairs of each run of letters; Latin words and single characters stay whole."""
    return tuple(gram for run in _RUN.findall(normalise(text)) for gram in _pairs(run))


def _spelt(text: str) -> tuple[Token, ...]:
    starts = range(0, len(text), PIECE)
    return tuple(token for start in starts for token in _words_of(text[start : start + PIECE], start))


def _pairs(run: str) -> Iterable[str]:
    if len(run) == 1 or _LATIN.fullmatch(run):
        return (run,)
    return (run[i : i + 2] for i in range(len(run) - 1))


def _words_of(text: str, offset: int) -> Iterator[Token]:
    for group in _joined(_sudachi().tokenize(text)):
        form = _form(group)
        if form:
            yield Token(form, group[0].begin() + offset, group[-1].end() + offset)


def _joined(morphemes: Iterable[Morpheme]) -> Iterator[list[Morpheme]]:
    """Morphemes one by one, except that Latin letters and digits without a gap stay together."""
    group: list[Morpheme] = []
    for morpheme in morphemes:
        if group and not (_is_latin(morpheme) and _is_latin(group[-1]) and morpheme.begin() == group[-1].end()):
            yield group
            group = []
        group.append(morpheme)
    if group:
        yield group


def _form(group: list[Morpheme]) -> str | None:
    surface = normalise("".join(morpheme.surface() for morpheme in group))
    if surface in _FUNCTION_WORDS or surface.isnumeric():
        return None
    if len(group) > 1:
        return surface
    part, subpart = group[0].part_of_speech()[:2]
    if part not in _KEPT or subpart in _DROPPED:
        return None
    # Sudachi's form joins spellings (サーバ = サーバー, 障がい = 障害) and turns many English words into katakana.
    form = normalise(group[0].normalized_form())
    return form if any(map(str.isalnum, form)) and form not in _EMPTY_NOUNS else None


def _is_latin(morpheme: Morpheme) -> bool:
    return _LATIN.fullmatch(normalise(morpheme.surface())) is not None


@cache
def _glossary() -> Glossary:
    return Glossary.read(lambda text: tuple(token.form for token in _spelt(text)))


@cache
def _dictionary() -> Dictionary:
    """One for all threads: opening it takes 20 ms and maps it once more."""
    return Dictionary(dict="small")


def _sudachi() -> Sudachi:
    """One tokenizer a thread: Sudachi's is not to be shared."""
    if not hasattr(_local, "sudachi"):
        _local.sudachi = _dictionary().tokenizer(mode=SplitMode.A)
    tokenizer: Sudachi = _local.sudachi
    return tokenizer
