"""Reads of what stands before the sign-in: counted attempts, and what somebody had typed before it."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from models import LoginCounter, SavedForm


def counters(session: Session, key_hashes: Collection[str]) -> list[LoginCounter]:
    """The counters behind these hashes as they stand now, locked in one order until the end of the transaction."""
    statement = (
        select(LoginCounter)
        .where(col(LoginCounter.key_hash).in_(key_hashes))
        .order_by(col(LoginCounter.key_hash))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.exec(statement))


def saved_form(session: Session, token_hash: str, path: str, *, lock: bool = False) -> SavedForm | None:
    """What was kept of the page at `path` under a token, expired or not; `lock` holds it against other writers."""
    statement = select(SavedForm).where(SavedForm.token_hash == token_hash, SavedForm.path == path)
    return session.exec(statement.with_for_update() if lock else statement).first()
