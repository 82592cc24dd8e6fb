"""Where to go back to: only addresses of this site, whatever a form or a link says."""

from urllib.parse import urlsplit


def safe_next(text: str | None, default: str = "/") -> str:
    r"""`text` when it is a path of this site, otherwise `default`.

    Browsers read ``//host`` and ``/\host`` as other hosts and drop control characters before they look.
    """
    if not text or len(text) > 2_000 or not text.startswith("/") or text[1:2] in ("/", "\\"):
        return default
    if not text.isprintable() or " " in text or "\\" in text or urlsplit(text).netloc:
        return default
    return text
