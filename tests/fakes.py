"""Stand-ins with the real interfaces, for tests in which meaning plays no part."""

from collections.abc import Collection, Sequence

import numpy as np
from sqlmodel import Session, col, select

from matcher.services.matchbook import (
    Addition,
    Evidence,
    FitTable,
    Lack,
    Match,
    Member,
    Ranking,
    Side,
    Signal,
    TargetSuggestion,
    Team,
)
from models import Challenge, Collaboration, Partner
from models.enums import EntityType


class FakeMatchbook:
    """Ranks by id, with one sentence of evidence; searches by substring."""

    def _ranking(self, ids: list[int], limit: int, allowed: Collection[int] | None) -> Ranking:
        kept = [i for i in ids if allowed is None or i in allowed][:limit]
        evidence = Evidence(
            Side("見守りたい。", "problem", None, ((0, 3),)), Side("見守りセンサー", "offering", 1, ((0, 3),)), 0.8
        )
        signals = (Signal("region", True, {"region": "00"}), Signal("thin_profile", False))
        matches = tuple(
            Match(entity, rank, 1.0 / rank, 3 if rank == 1 else 2, (evidence,), signals, {"dense": 0.5, "lexical": 0.1})
            for rank, entity in enumerate(kept, 1)
        )
        return Ranking(matches, len(ids), "fake", {"dense": 1.0}, 1)

    def partners_for_challenge(
        self, session: Session, challenge_id: int, *, limit: int = 20, allowed: Collection[int] | None = None
    ) -> Ranking:
        return self._ranking(list(session.exec(select(col(Partner.id)).order_by(col(Partner.id)))), limit, allowed)

    def challenges_for_partner(
        self, session: Session, partner_id: int, *, limit: int = 20, allowed: Collection[int] | None = None
    ) -> Ranking:
        return self._ranking(list(session.exec(select(col(Challenge.id)).order_by(col(Challenge.id)))), limit, allowed)

    def lacking_for_partner(
        self, session: Session, partner_id: int, *, allowed: Collection[int] | None = None
    ) -> tuple[Lack, ...]:
        return ()

    def partners_for_partner(
        self, session: Session, partner_id: int, *, limit: int = 20, allowed: Collection[int] | None = None
    ) -> Ranking:
        statement = select(col(Partner.id)).where(col(Partner.id) != partner_id).order_by(col(Partner.id))
        return self._ranking(list(session.exec(statement)), limit, allowed)

    def precedents_for_challenge(
        self, session: Session, challenge_id: int, *, limit: int = 5, allowed: Collection[int] | None = None
    ) -> Ranking:
        statement = select(col(Collaboration.id)).order_by(col(Collaboration.id))
        return self._ranking(list(session.exec(statement)), limit, allowed)

    def fits_for_challenges(
        self, session: Session, challenge_ids: Sequence[int], *, allowed: Collection[int] | None = None
    ) -> FitTable:
        """The first challenge likes the first partner best, then the next ones; the second the second, and so on."""
        every = session.exec(select(col(Partner.id)).order_by(col(Partner.id)))
        keys = tuple(key for key in every if key is not None and (allowed is None or key in allowed))
        places = np.arange(len(keys)) - np.arange(len(challenge_ids))[:, None]
        worth = (1 / (1 + places % max(1, len(keys)))).astype(np.float32)
        return FitTable(tuple(challenge_ids), keys, worth, "fake", {"dense": 1.0}, 1)

    def team_for_challenge(
        self, session: Session, challenge_id: int, *, allowed: Collection[int] | None = None
    ) -> Team:
        """The first partner answers the first need and the second one the second, nobody the third."""
        needs = tuple(
            Side(text, "need", place) for place, text in enumerate(("見守りたい。", "話したい。", "飛びたい。"))
        )
        found = self.partners_for_challenge(session, challenge_id, limit=2, allowed=allowed).matches
        members = tuple(Member(match.entity_id, 2, _answers(needs, n), (n,)) for n, match in enumerate(found))
        return Team(needs, members if len(members) > 1 else (), next(iter(members), None), (2,), 0.6, 0.3, len(found))

    def additions(
        self, session: Session, text: str, present: Collection[int], *, limit: int = 5, allowed: Collection[int]
    ) -> Addition:
        """The first others, each of whom answers the only need."""
        need = Side(text.splitlines()[0], "text")
        every = session.exec(select(col(Partner.id)).order_by(col(Partner.id)))
        keys = [key for key in every if key is not None and key in allowed and key not in present][:limit]
        return Addition((need,), (), tuple(Member(key, 2, _answers((need,), 0), (0,)) for key in keys))

    def similar(
        self,
        session: Session,
        text: str,
        entity_type: EntityType,
        *,
        limit: int = 5,
        allowed: Collection[int] | None = None,
    ) -> Ranking:
        return self.search(session, text, entity_type, limit=limit, allowed=allowed)

    def challenges_like(
        self, session: Session, challenge_id: int, *, limit: int = 5, allowed: Collection[int]
    ) -> Ranking:
        """Those with the same title."""
        title = select(Challenge.title).where(Challenge.id == challenge_id).scalar_subquery()
        statement = select(col(Challenge.id)).where(Challenge.title == title, col(Challenge.id) != challenge_id)
        return self._ranking(list(session.exec(statement.order_by(col(Challenge.id)))), limit, allowed)

    def search(
        self,
        session: Session,
        text: str,
        entity_type: EntityType,
        *,
        limit: int = 200,
        allowed: Collection[int] | None = None,
    ) -> Ranking:
        table, field = {
            EntityType.PARTNER: (Partner, Partner.profile),
            EntityType.CHALLENGE: (Challenge, Challenge.title),
            EntityType.COLLABORATION: (Collaboration, Collaboration.title),
        }[entity_type]
        statement = select(col(table.id)).where(col(field).contains(text[:20])).order_by(col(table.id))
        return self._ranking(list(session.exec(statement)), limit, allowed)

    def suggest_targets(self, text: str, *, limit: int = 8) -> list[TargetSuggestion]:
        return [TargetSuggestion("3.8", 0.9, ("高齢者",))] if "高齢者" in text else []


def _answers(needs: tuple[Side, ...], own: int) -> tuple[Evidence | None, ...]:
    answer = Side("見守りセンサー", "offering", 1, ((0, 3),))
    return tuple(Evidence(need, answer, 0.8) if n == own else None for n, need in enumerate(needs))
