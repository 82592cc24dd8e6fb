"""Sets the scene in the running installation's own database, through the services, where playing it would take long."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlmodel import Session, col, select

from matcher.policy import Actor, Seat
from matcher.services import assignments, consultations, proposal_steps, proposals, recommendations
from matcher.services.demo_data import office
from matcher.services.proposal_data import ProposalData
from models import Assignment, Challenge, OutboxMessage, Partner, Proposal, Recommendation, User, UserSession
from models.base import utcnow
from models.enums import AssignmentPurpose, RecommendationStatus, Role
from models.queries import assignments as queries
from models.queries import upkeep
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


def proposal(session: Session) -> Proposal:
    """What the sensor makers propose to 加賀市, with a department that has been asked and a note; made when missing."""
    house, town = partner(session).pk, challenge(session, "CH-KG-022").municipality_id
    found = session.exec(select(Proposal).where(Proposal.municipality_id == town).order_by(col(Proposal.id))).first()
    if found is not None:
        return found
    makers = Actor(None, (Seat(Role.PARTNER_ADMIN, partner_id=house),))
    said = ProposalData(
        "公民館での見守りの実証", "居間の動きで気付きます。", "十世帯で三か月試します。", field="公民館"
    )
    now = utcnow()
    made = proposals.begin(session, makers, house, town, said, now=now)
    proposals.submit(session, makers, made.pk, now=now)
    department = upkeep.departments(session, town)["長寿課"]
    due = utcnow().date() + timedelta(days=7)
    consultations.ask(session, office(town), made.pk, [department], "場所はありますか。", due, now=utcnow())
    proposal_steps.note(
        session, office(town), made.pk, "電話で伺いました。", utcnow().date(), shared=False, now=utcnow()
    )
    return made


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
