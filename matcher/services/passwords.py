"""Passwords: argon2id, a check that costs the same for people who do not exist, and the few rules that help."""

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 128

# OWASP's second choice for argon2id: 19 MiB each, so that many sign-ins at once do not exhaust a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

#: the hash of a password that nobody has: checking against it takes as long as checking a real one
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$jWXHPSVClAOG32TVRMX3EA$OzePwMtdTGMH/i2+1j/85LgBMAxaDHUjJwoU+sY6xWw"

_COMMON = frozenset(
    "password1234 password12345 password123456 passwordpassword p@ssw0rd1234 passw0rd1234 qwertyuiop12 qwertyuiop123"
    " qwertyuiopasdf 1qaz2wsx3edc 1q2w3e4r5t6y q1w2e3r4t5y6 zaq12wsxcde3 asdfghjkl123 zxcvbnm12345 iloveyou1234"
    " welcome12345 letmein12345 admin1234567 administrator changeme1234 sunshine1234 princess1234 football1234"
    " baseball1234 dragon123456 monkey123456 abcd12345678 abc123456789 a1b2c3d4e5f6 1234qwerasdf qwer1234asdf"
    " sakura123456 musubi123456 musubimusubi nipponnippon nihon1234567 tokyo1234567 kanagawa1234 kawasaki1234"
    " shinagawa123 kumamoto1234 hiratsuka123 correcthorsebatterystaple trustno1trustno1 hellohello123".split()
)
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
_FEWEST_LETTERS = 5
#: what is left of a password without the person's own name has to be at least this long
_FEWEST_OTHERS = 8


def _plain(password: str) -> str:
    """One form however it was typed: full-width letters and composed accents mean the same (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _HASHER.hash(_plain(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether `password` is behind the hash; without one the same work is done and the answer is no."""
    try:
        matches = _HASHER.verify(password_hash or NOBODY, _plain(password[: MAX_LENGTH + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def problem(password: str, email: str = "", name: str = "") -> str | None:
    """The code of what is wrong with a new password, or None; there are no rules about kinds of characters."""
    folded = _plain(password).casefold()
    if len(folded) < MIN_LENGTH:
        return "password_short"
    if len(password) > MAX_LENGTH or len(folded) > MAX_LENGTH:
        return "password_long"
    if folded in _COMMON or len(set(folded)) < _FEWEST_LETTERS or _is_run(folded) or _is_own(folded, email, name):
        return "password_common"
    return None


def _is_run(folded: str) -> bool:
    """Keys in a row, forwards or backwards, from beginning to end."""
    return any(folded in run * 3 or folded in run[::-1] * 3 for run in _RUNS)


def _is_own(folded: str, email: str, name: str) -> bool:
    """Hardly more than the person's own address or name."""
    for own in (email, email.partition("@")[0], *re.split(r"[.@_+-]", email), name, *name.split()):
        word = _plain(own).casefold().replace(" ", "").replace("\u3000", "")
        if len(word) >= 3 and len(folded.replace(word, "")) < _FEWEST_OTHERS:
            return True
    return False
