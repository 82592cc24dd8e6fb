"""Turns rows into the engine's documents: which words speak for a partner, a challenge or a precedent."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session

from embeddings.sentences import sentence_spans
from matcher.engine.types import Document, Passage, Past, Profile, Sentence
from models import Collaboration, reference
from models.enums import BudgetStage, ChallengeKind, EntityType, TextRole
from models.queries import texts
from models.queries.texts import ChallengeText, PartnerText

Documents = dict[TextRole, Document]

#: how many characters of one field take part; the rest is stored and shown, but not compared
LONGEST = 4_000


def sentences(text: str, part: str, part_id: int | None = None) -> tuple[Sentence, ...]:
    """The sentences of one field."""
    key = "" if part_id is None else str(part_id)
    capped = text[:LONGEST]
    return tuple(Sentence(capped[start:end], part, key, start) for start, end in sentence_spans(capped))


def of_entities(session: Session, entity_type: EntityType, ids: Iterable[int]) -> dict[int, Documents]:
    """The documents of each entity that still exists, by id and by role."""
    if entity_type is EntityType.PARTNER:
        return {text.partner.pk: of_partner(text) for text in texts.partner_texts(session, ids)}
    if entity_type is EntityType.CHALLENGE:
        return {text.challenge.pk: of_challenge(text) for text in texts.challenge_texts(session, ids)}
    return {row.pk: of_collaboration(row) for row in texts.collaborations(session, ids)}


def of_partner(text: PartnerText) -> Documents:
    """What a partner offers (profile, each offering with its track record), and what it looks for."""
    partner = text.partner
    profile = Passage(sentences(partner.profile, "profile"))
    offerings = (
        Passage(
            (
                Sentence(offering.title, "offering", str(offering.pk)),
                *sentences(offering.description, "offering", offering.pk),
                *sentences(offering.track_record, "track", offering.pk),
            )
        )
        for offering in text.offerings
    )
    offers = tuple(passage for passage in (profile, *offerings) if passage.sentences)
    seeks = sentences(partner.seeks, "seeks")
    owner, facts = str(partner.pk), partner_profile(text)
    return {
        TextRole.DOCUMENT: Document(owner, offers, facts),
        TextRole.QUERY: Document(owner, (Passage(seeks),) if seeks else (), facts),
    }


def partner_profile(text: PartnerText) -> Profile:
    """The facts about a partner."""
    partner = text.partner
    return Profile(
        kind=partner.kind.value,
        industry=partner.industry,
        place=reference.prefecture_code(partner.prefecture) or "",
        serves=frozenset(text.regions),
        stages=frozenset(offering.stage.value for offering in text.offerings),
        targets=frozenset(text.targets),
        capacity_left=max(0, partner.capacity - text.busy),
        past=tuple(Past(*past) for past in text.past),
        registered=tuple(text.registered),
        written=_day(max(row.updated_at for row in (partner, *text.offerings))),
    )


def of_challenge(text: ChallengeText) -> Documents:
    """What a challenge asks for."""
    row = text.challenge
    fields = (("problem", row.problem), ("cause", row.cause), ("affected", row.affected), ("outcome", row.outcome))
    body = tuple(sentence for part, words in fields for sentence in sentences(words, part))
    needs = tuple(sentence for need in text.needs for sentence in sentences(need.text, "need", need.pk))
    asking = Passage((Sentence(row.title, "title"), *body, *needs))
    return {TextRole.QUERY: Document(str(row.pk), (asking,), challenge_profile(text))}


def challenge_profile(text: ChallengeText) -> Profile:
    """The facts about a challenge."""
    row = text.challenge
    return Profile(
        kind=row.kind.value,
        place=text.municipality_code,
        targets=frozenset(text.targets),
        wanted_kinds=frozenset(row.wanted_kinds),
        accepts_prototypes=row.kind is ChallengeKind.FIELD,
        budget="" if row.budget_stage is BudgetStage.NONE else row.budget_stage.value,
        required=tuple(sorted(row.required)),
        written=_day(row.published_at or row.created_at),  # a status may change without being read anew
    )


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def of_collaboration(row: Collaboration) -> Documents:
    """What was done, and what came of it."""
    body = (*sentences(row.summary, "summary"), *sentences(row.outcome, "outcome"))
    return {TextRole.DOCUMENT: Document(str(row.pk), (Passage((Sentence(row.title, "title"), *body)),))}


def of_text(text: str) -> Document:
    """A text that somebody has typed and that is not stored."""
    found = sentences(text, "text")
    return Document("", (Passage(found),) if found else ())


def all_documents(documents: Mapping[int, Documents]) -> list[tuple[int, TextRole, Document]]:
    """Every document with its entity and role, in a fixed order."""
    return [(key, role, by_role[role]) for key, by_role in sorted(documents.items()) for role in sorted(by_role)]
