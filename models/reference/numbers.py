"""Checks on official numbers, and the normal form of an organisation's name."""

import re
import unicodedata

_LEGAL_FORMS = re.compile(
    "一般社団法人|一般財団法人|公益社団法人|公益財団法人|特定非営利活動法人|社会福祉法人"
    "|国立大学法人|公立大学法人|学校法人|医療法人|独立行政法人|国立研究開発法人"
    "|株式会社|有限会社|合同会社|合資会社|合名会社|認定npo法人|npo法人"
    r"|\((?:株|有|同|資|名|一社|一財|公社|公財|特非|福|学|医)\)"
    r"|\bco\.?,? ?ltd\.?|\binc\.?\b|\bcorp(?:oration)?\b\.?|\bllc\b"
)
_NOISE = re.compile(r"[\s・.,'’\"“”\-–―()（）「」『』]+")


def plain_digits(text: str) -> str:
    """`text` as half-width digits without hyphens and blanks, as people type official numbers."""
    return re.sub(r"[\s\-‐‑–—―ー−]", "", unicodedata.normalize("NFKC", text))


def corporate_number_valid(number: str) -> bool:
    """Whether `number` is a 法人番号: 13 digits, the first being 9 − (Σ PₙQₙ mod 9).

    Pₙ is the n-th digit from the right of the other twelve, Qₙ is 1 for odd n and 2 for even n
    (法人番号の指定等に関する省令 第2条).
    """
    if not re.fullmatch(r"[1-9][0-9]{12}", number):
        return False
    weighted = sum(int(digit) * (1 if n % 2 else 2) for n, digit in enumerate(reversed(number[1:]), 1))
    return int(number[0]) == 9 - weighted % 9


def municipality_code_valid(code: str) -> bool:
    """Whether `code` is a 全国地方公共団体コード: five digits and 11 − (Σ digits × 6,5,4,3,2 mod 11), last digit."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return int(code[5]) == (11 - weighted % 11) % 10


def normalise_name(name: str) -> str:
    """An organisation's name without its legal form, blanks and punctuation, NFKC and case-folded."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    bare = _NOISE.sub("", _LEGAL_FORMS.sub("", folded))
    return bare or _NOISE.sub("", folded) or folded
