"""Sets the scene in the running installation's own database, through the services, where playing it would take long."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, select

from matcher.services import assignments, importing, recommendations
from matcher.services.attachments import Upload
from matcher.services.demo_data import office
from matcher.services.importing import Vocabulary
from models import Assignment, Challenge, ImportBatch, OutboxMessage, Partner, Recommendation, User, UserSession
from models.base import utcnow
from models.enums import AssignmentPurpose, ImportKind, RecommendationStatus
from models.queries import assignments as queries
from models.session import make_engine, open_session
from tests.browser.installation import Installation

SENSOR = "DEMO-01"


@contextmanager
def stage(site: Installation) -> Iterator[Session]:
    """A session on the database; what was written stays."""
    engine = make_engine(site.database_url)
    try:
        with open_session(engine) as session:
            yield session
            session.commit()
    finally:
        engine.dispose()


def challenge(session: Session, key: str) -> Challenge:
    return session.exec(select(Challenge).where(Challenge.external_key == key)).one()


def partner(session: Session, key: str = SENSOR) -> Partner:
    return session.exec(select(Partner).where(Partner.external_key == key)).one()


def key_of(site: Installation, challenge_key: str) -> int:
    with stage(site) as session:
        return challenge(session, challenge_key).pk


def status(site: Installation, recommendation_id: int) -> RecommendationStatus:
    with stage(site) as session:
        return session.get_one(Recommendation, recommendation_id).status


def imported(session: Session, municipality_id: int) -> ImportBatch:
    """A list of partners that was read in, with a line that was not let in; made once."""
    made = session.exec(select(ImportBatch).where(ImportBatch.municipality_id == municipality_id)).first()
    if made is not None:
        return made
    who, words = office(municipality_id), Vocabulary({}, {"partner_kind": {"企業": "company"}})
    file = Upload("名簿.csv", "名称,区分\n株式会社みほん商店,企業\n種別のない団体,\n".encode())
    row = importing.begin(session, who, municipality_id, ImportKind.PARTNERS, file, now=utcnow())
    importing.assign_columns(session, who, row.pk, ["name", "kind"], words, now=utcnow())
    return importing.apply(session, who, row.pk, now=utcnow())


def proposed(site: Installation, challenge_key: str, partner_key: str = SENSOR) -> int:
    """A partner put forward for a challenge: the id of the recommendation."""
    with stage(site) as session:
        asked, asking = challenge(session, challenge_key), partner(session, partner_key)
        row = recommendations.add_by_hand(session, office(asked.municipality_id), asked.pk, asking.pk, now=utcnow())
        session.flush()
        return row.pk


def invited(site: Installation, challenge_key: str, partner_key: str = SENSOR) -> int:
    """A partner invited to a challenge: the id of the recommendation."""
    key = proposed(site, challenge_key, partner_key)
    with stage(site) as session:
        town = session.get_one(Recommendation, key).municipality_id
        recommendations.approve(session, office(town), key, message="", now=utcnow())
    return key


def assignment(session: Session) -> Assignment:
    """The batch that 加賀市 has, or a new one with three challenges, handed to the worker."""
    town = challenge(session, "CH-KG-022").municipality_id
    found = queries.listed(session, town)
    if found:
        return found[0].assignment
    keys = frozenset(choice.challenge.pk for choice in queries.choices(session, town)[:3])
    data = assignments.AssignmentData("秋の交流会", AssignmentPurpose.EVENT, 3, 2, False, keys)
    made = assignments.create(session, office(town), town, data, now=utcnow())
    return assignments.ask(session, office(town), made.pk, now=utcnow())


def end_sessions(site: Installation, email: str) -> None:
    """Sign somebody out everywhere, as the expiry of a session does."""
    with stage(site) as session:
        user = session.exec(select(User).where(User.email == email)).one()
        for row in session.exec(select(UserSession).where(UserSession.user_id == user.pk)):
            session.delete(row)


def invitations(site: Installation, recommendation_id: int, email: str) -> list[OutboxMessage]:
    """The mails by which a person was invited."""
    with stage(site) as session:
        mails = session.exec(
            select(OutboxMessage).where(OutboxMessage.template == "invitation", OutboxMessage.to_email == email)
        )
        return [mail for mail in mails if mail.params.get("recommendation_id") == recommendation_id]
