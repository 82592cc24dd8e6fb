"""Sets the scene in the running installation's own database, through the services, where playing it would take long."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlmodel import Session, col, select

from matcher.policy import SYSTEM, Actor, Seat
from matcher.services import (
    assignments,
    consultations,
    importing,
    papers,
    proposal_steps,
    proposals,
    recommendations,
    registrations,
)
from matcher.services.announcements import write
from matcher.services.attachments import Upload
from matcher.services.demo_data import office
from matcher.services.importing import Vocabulary
from matcher.services.proposal_data import ProposalData
from models import (
    Announcement,
    Application,
    Assignment,
    Challenge,
    ImportBatch,
    IssuedPaper,
    Municipality,
    OutboxMessage,
    Partner,
    Proposal,
    Recommendation,
    Scheme,
    User,
    UserSession,
)
from models.base import utcnow
from models.enums import ApplicationStatus, AssignmentPurpose, ImportKind, PaperKind, RecommendationStatus, Role
from models.queries import announcements, partner_rooms, upkeep
from models.queries import assignments as queries
from models.queries import papers as papers_of
from models.queries.announcements import Segment
from models.session import make_engine, open_session
from tests import factories
from tests.browser.installation import Installation

SENSOR = "DEMO-01"


STAGES = {
    "draft": ApplicationStatus.DRAFT,
    "screening": ApplicationStatus.SCREENING,
    "certificate": ApplicationStatus.GRANTED,
}


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


def paper(session: Session) -> IssuedPaper:
    """A document that 加賀市 has issued to the partner of the demonstration."""
    town, house = challenge(session, "CH-KG-022").municipality_id, partner(session)
    found = papers_of.received(session, house.pk)
    if found:
        return found[0][0]
    about = papers.About(PaperKind.DECISION, "partner", house.pk, "決定通知書", house.name, house.pk)
    return papers.issue(
        session,
        office(town),
        town,
        about,
        lambda head: f"<article class='paper'><p>{head.reference}</p><h1>決定通知書</h1></article>",
        language="ja",
        now=utcnow(),
    )


def applications(session: Session) -> dict[str, Application]:
    """A scheme of 加賀市 with an application by the sensor maker in a draft, with the office, and in force."""
    town = session.get_one(Municipality, challenge(session, "CH-KG-022").municipality_id)
    house, found = partner(session), {}
    for place, (name, status) in enumerate(STAGES.items()):
        known = session.exec(select(Scheme).where(Scheme.key == f"stage-{name}")).first()
        scheme = known or factories.scheme(session, town, f"stage-{name}", f"{name}の制度")
        if known is None:
            more = {"verify_key": f"stage-{name}", "number": "1"} if status is ApplicationStatus.GRANTED else {}
            handed_in = None if status is ApplicationStatus.DRAFT else utcnow()
            tier = factories.tier(session, scheme, position=place)
            factories.application(session, scheme, tier, house, status=status, submitted_at=handed_in, **more)
        found[name] = session.exec(select(Application).where(Application.scheme_id == scheme.pk)).one()
    return found


def register(session: Session, partner_id: int, municipality_id: int) -> None:
    """A registration that is in force, unless there is one."""
    if partner_rooms.registration_at(session, partner_id, municipality_id) is None:
        row = registrations.apply(session, SYSTEM, partner_id, municipality_id, now=utcnow())
        registrations.accept(session, office(municipality_id), row.pk, now=utcnow())


def announcement(session: Session) -> Announcement:
    """The draft that 加賀市 has, or a new one to all of its partners."""
    town = challenge(session, "CH-KG-022").municipality_id
    found = announcements.of_municipality(session, town)
    said = ("公募説明会のご案内", "説明会を開きます。", Segment())
    return found[0] if found else write(session, office(town), town, *said, now=utcnow())


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
