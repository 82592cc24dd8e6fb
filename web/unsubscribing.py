"""The link in a mail that ends mail of its kind: signed, so that nothing has to be stored, and good for ever."""

from itsdangerous import BadSignature, URLSafeSerializer

from matcher.errors import NotFound
from models.enums import NoticeKind


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="unsubscribe")


def token(secret_key: str, user_id: int, kind: NoticeKind | None) -> str:
    """What the link of one person and one kind of mail carries; without a kind it ends all digests."""
    signed: str = _signer(secret_key).dumps([user_id, kind.value if kind else ""])
    return signed


def read(secret_key: str, signed: str) -> tuple[int, NoticeKind | None]:
    """The person and the kind that a link names. Raises NotFound for one that we did not make."""
    try:
        user_id, kind = _signer(secret_key).loads(signed)
        return int(user_id), NoticeKind(kind) if kind else None
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound() from error
