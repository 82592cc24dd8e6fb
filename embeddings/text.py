"""Makes any string safe and equal for the encoder: no control characters, no lone surrogates, NFKC, a length cap."""

import re
import unicodedata

MAX_CHARS = 4_000
"""What one text may send to the encoder, in characters after cleaning. Forms say so beside the field."""

# Control characters, lone surrogates (invalid in UTF-8), and the byte-order mark; line breaks and tabs are kept.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")


def clean_text(text: str) -> str:
    """At most MAX_CHARS characters of `text`, normalised; "" stays "".

    The full-width tilde, a dash in Japanese (１０時～１２時), survives NFKC as U+FF5E: the models know it as such.
    """
    # Cut before the work as well: NFKC of U+FDFA is 18 characters, and 100,000 characters need not be looked at.
    text = _FORBIDDEN.sub(" ", text[:MAX_CHARS].replace("\r\n", "\n").replace("\r", "\n"))
    text = "～".join(unicodedata.normalize("NFKC", part) for part in text.split("～"))
    return _SPACES.sub(" ", text)[:MAX_CHARS].strip()
