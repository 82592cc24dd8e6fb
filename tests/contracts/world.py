"""Two municipalities and two partners with one of everything, for tests that ask who may see what."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from models import (
    Announcement,
    Assignment,
    AssignmentChallenge,
    AssignmentRule,
    Attachment,
    AttachmentContent,
    ChallengeQuestion,
    ChangeReport,
    Collaboration,
    CollaborationPartner,
    Consultation,
    Department,
    GroupMember,
    GroupResult,
    GroupTask,
    ImportBatch,
    ImportRow,
    Interest,
    Introduction,
    Membership,
    Message,
    Municipality,
    Offering,
    OutboxMessage,
    Partner,
    PilotPlan,
    Proposal,
    ProposalPartner,
    ProposalVersion,
    RankingModel,
    Recommendation,
    RecommendationRun,
    Registration,
    Scheme,
    SchemeForm,
    SchemeQuestion,
    SchemeRound,
    SchemeTier,
    SuccessCriterion,
    Thread,
    Token,
    User,
    UserSession,
)
from models.enums import (
    ApplicationStatus,
    AssignmentPurpose,
    AssignmentRuleKind,
    AssignmentStatus,
    ChallengeStatus,
    CollaborationStatus,
    GroupMemberStatus,
    GroupRole,
    GroupStatus,
    ImportKind,
    Intake,
    ProposalHolder,
    ProposalKind,
    ProposalStatus,
    QuestionKind,
    RankingModelStatus,
    RecommendationSource,
    RecommendationStatus,
    RegistrationStatus,
    Role,
    SchemeStatus,
    ThreadSubject,
    TierLevel,
    TokenPurpose,
)
from tests import factories
from tests.factories import NOW

PEOPLE = (
    "anonymous",
    "coordinator",
    "department",
    "partner_admin",
    "partner_member",
    "other_coordinator",
    "other_partner",
    "admin",
)


PAPER: dict[str, Any] = {"name": "資料.txt", "media_type": "text/plain", "size": 1, "sha256": "0" * 64}


@dataclass
class World:
    """Ids of everybody and everything that belongs to the first municipality and the first partner."""

    people: dict[str, int] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    code: str = ""


def build(session: Session) -> World:
    world = World()
    town, other_town = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    house = factories.partner(session, town=town)
    other_house = factories.partner(session, "株式会社よそ", town=other_town)
    seats = {
        "coordinator": (Role.COORDINATOR, town, None),
        "department": (Role.DEPARTMENT, town, None),
        "partner_admin": (Role.PARTNER_ADMIN, None, house),
        "partner_member": (Role.PARTNER_MEMBER, None, house),
        "other_coordinator": (Role.COORDINATOR, other_town, None),
        "other_partner": (Role.PARTNER_ADMIN, None, other_house),
    }
    for name, (role, municipality, partner) in seats.items():
        person = factories.user(session, name)
        factories.seat(session, person, role, municipality=municipality, partner=partner)
        world.people[name] = person.pk
    world.people["admin"] = factories.user(session, "admin", is_admin=True).pk
    draft = factories.challenge(session, town, title="下書きの課題", status=ChallengeStatus.DRAFT)
    challenge = factories.challenge(session, town)
    group = factories.group(session, town)
    applicant = factories.partner(session, "申請中の会社", town=town, status=RegistrationStatus.APPLIED)
    session.add(GroupMember(group_id=group.pk, partner_id=applicant.pk, status=GroupMemberStatus.REQUESTED))
    proposed = _recommendation(session, town.pk, draft.pk, house.pk, RecommendationStatus.PROPOSED)
    invited = _recommendation(session, town.pk, challenge.pk, house.pk, RecommendationStatus.INTRODUCED)
    run = RecommendationRun(municipality_id=town.pk, challenge_id=draft.pk, model="fake", listed=[house.pk])
    model = RankingModel(status=RankingModelStatus.CANDIDATE, basis="", weights={}, compared_with={})
    session.add_all([run, model])
    session.add(
        Introduction(
            recommendation_id=invited.pk,
            municipality_id=town.pk,
            city_contact={"name": "窓口 一郎", "email": "madoguchi@example.lg.jp"},
            partner_contact={"name": "企業 三郎", "email": "kigyo@example.jp"},
        )
    )
    session.add(ChallengeQuestion(challenge_id=challenge.pk, partner_id=house.pk, question="予算はありますか。"))
    session.add(Attachment(**_file(challenge.pk)))
    session.add(Interest(challenge_id=challenge.pk, partner_id=applicant.pk, message="関心があります。"))
    collaboration = Collaboration(
        municipality_id=town.pk, kind="pilot", title="見守りの実証", status=CollaborationStatus.DONE, published=True
    )
    mail = OutboxMessage(key="k", template="confirm", to_email="a@example.jp", next_attempt_at=NOW)
    session.add_all([collaboration, mail])
    session.flush()
    registration = session.query(Registration).filter_by(partner_id=applicant.pk).one()
    own = session.query(Registration).filter_by(partner_id=house.pk).one()
    invitation = Token(
        purpose=TokenPurpose.INVITE,
        token_hash="1" * 64,
        email="new@example.jp",
        payload={"role": "partner_member", "partner_id": house.pk},
        expires_at=NOW.replace(year=2099),
    )
    session.add(invitation)
    session.flush()
    offering = session.query(Offering).filter_by(partner_id=house.pk).one()
    question = session.query(ChallengeQuestion).one()
    attachment = session.query(Attachment).one()
    session.add(AttachmentContent(attachment_id=attachment.pk, data=b"a"))
    member = session.query(GroupMember).filter_by(group_id=group.pk).one()
    seat = session.query(Membership).filter_by(user_id=world.people["partner_member"]).one()
    entry = UserSession(
        token_hash="0" * 64,
        user_id=world.people["partner_admin"],
        last_seen_at=NOW,
        expires_at=NOW.replace(year=2099),
    )
    session.add(entry)
    session.flush()
    scheme, tier, question_of_form = _scheme(session, town.pk)
    planned, pilot_file = _pilot(session, town.pk, house.pk)
    message, announcement = _said(session, town.pk, invited.pk, world.people["coordinator"])
    factories.paper_settings(session, town)
    paper = factories.paper(session, town, house)
    handed_in = factories.handed_in(session, town, house)
    proposal, consultation = _proposal(session, town.pk, house.pk)
    assignment, rule = _assignment(session, town.pk, challenge.pk, house.pk)
    run_group = _run_group(session, town, house.pk, applicant.pk)
    assert session.get(User, world.people["admin"]) is not None
    batch = _import(session, town.pk)
    world.code = town.code
    world.ids = {
        "draft": draft.pk,
        "challenge": challenge.pk,
        "partner": house.pk,
        "applicant": applicant.pk,
        "group": group.pk,
        "scheme": scheme.pk,
        "tier": tier.pk,
        "form_question": question_of_form.pk,
        "round": session.query(SchemeRound).one().pk,
        "question": question.pk,
        "attachment": attachment.pk,
        "member": member.pk,
        **run_group,
        "registration": registration.pk,
        "own_registration": own.pk,
        "token": invitation.pk,
        "offering": offering.pk,
        "paper": paper.pk,
        "application": handed_in.pk,
        "proposed": proposed.pk,
        "introduced": invited.pk,
        "run": run.pk,
        "ranking_model": model.pk,
        "collaboration": collaboration.pk,
        "planned": planned.pk,
        "pilot_file": pilot_file.pk,
        "mail": mail.pk,
        "message": message.pk,
        "announcement": announcement.pk,
        "proposal": proposal.pk,
        "consultation": consultation.pk,
        "department": consultation.department_id,
        "other_municipality": other_town.pk,
        "seat": seat.pk,
        "session": entry.pk,
        "assignment": assignment.pk,
        "assignment_rule": rule.pk,
        "import_batch": batch.pk,
        "municipality": town.pk,
        "user": world.people["partner_member"],
        **_applications(session, town, house),
    }
    session.commit()
    return world


def _scheme(session: Session, municipality_id: int) -> tuple[Scheme, SchemeTier, SchemeQuestion]:
    """A scheme that nobody outside the office sees yet, with a form that is being written."""
    said = {"key": "172065-1", "name": "推進パートナー", "kind": "registration", "status": SchemeStatus.OPERATING}
    row = Scheme(municipality_id=municipality_id, **said)
    session.add(row)
    session.flush()
    tier = SchemeTier(scheme_id=row.pk, name="登録", level=TierLevel.REGISTRATION, intake=Intake.ROUNDS)
    session.add(tier)
    session.flush()
    form = SchemeForm(tier_id=tier.pk)
    session.add_all([form, SchemeRound(tier_id=tier.pk, name="第1回", opens=NOW.date(), closes=NOW.date())])
    session.flush()
    question = SchemeQuestion(form_id=form.pk, key="q1", kind=QuestionKind.TEXT, label="取組")
    session.add(question)
    session.flush()
    return row, tier, question


def _proposal(session: Session, municipality_id: int, partner_id: int) -> tuple[Proposal, Consultation]:
    """A proposal that a department was asked about."""
    said = {"kind": ProposalKind.FIELD_TEST, "title": "実証の提案", "summary": "概要", "solution": "案", "field": "場"}
    numbered = {"received_at": NOW, "receipt_year": 2026, "receipt_number": 1, "digest": "0" * 64}
    held = {"status": ProposalStatus.COORDINATING, "status_since": NOW, "held_since": NOW}
    row = Proposal(municipality_id=municipality_id, holder=ProposalHolder.DEPARTMENT, **said, **numbered, **held)
    session.add(row)
    session.flush()
    department = session.query(Department).filter_by(municipality_id=municipality_id).one()
    asked = Consultation(proposal_id=row.pk, department_id=department.pk, due=NOW.date(), asked_at=NOW)
    session.add(ProposalPartner(proposal_id=row.pk, partner_id=partner_id, lead=True, agreed_at=NOW))
    session.add(ProposalVersion(proposal_id=row.pk, number=1, data={"title": "実証の提案", "partners": []}, digest="0"))
    session.add(asked)
    session.flush()
    return row, asked


def _file(challenge_id: int) -> dict[str, Any]:
    """A file of the challenge that everybody reads."""
    about = {"subject_type": "challenge", "subject_id": challenge_id, "public": True}
    return {**about, "name": "地図.txt", "media_type": "text/plain", "size": 1, "sha256": "0" * 64}


def _applications(session: Session, town: Municipality, house: Partner) -> dict[str, int]:
    """A scheme of three tiers: one applied to with a file, one in a draft, one in force with a change reported."""
    scheme = factories.scheme(session, town)
    keys = {"applied_scheme": scheme.pk}
    named = (
        ("application", ApplicationStatus.RECEIVED, {"submitted_at": NOW}),
        ("draft_application", ApplicationStatus.DRAFT, {}),
        ("certificate", ApplicationStatus.GRANTED, {"submitted_at": NOW, "number": "1", "verify_key": "verify-me"}),
    )
    for place, (name, status, more) in enumerate(named):
        tier = factories.tier(session, scheme, position=place)
        row = factories.application(session, scheme, tier, house, status=status, **more)
        keys |= {name: row.pk, "applied_tier": tier.pk}
    report = ChangeReport(application_id=keys["certificate"], subject="住所", text="移転した。")
    said = {"name": "一.pdf", "media_type": "application/pdf", "size": 8, "sha256": "0" * 64}
    file = Attachment(subject_type="application", subject_id=keys["application"], field="plan", **said)
    session.add_all([report, file])
    session.flush()
    session.add(AttachmentContent(attachment_id=file.pk, data=b"%PDF-1.7"))
    session.flush()
    return {**keys, "report": report.pk, "application_file": file.pk}


def _pilot(session: Session, municipality_id: int, partner_id: int) -> tuple[Collaboration, Attachment]:
    """A pilot that waits for both sides' agreement, with a file."""
    row = Collaboration(
        municipality_id=municipality_id, kind="pilot", title="見守りの計画", status=CollaborationStatus.PLANNED
    )
    session.add(row)
    session.flush()
    file = {"name": "a.txt", "media_type": "text/plain", "size": 1, "sha256": "0" * 64}
    attachment = Attachment(subject_type="collaboration", subject_id=row.pk, **file)
    session.add_all(
        [
            CollaborationPartner(collaboration_id=row.pk, partner_id=partner_id, name="株式会社みらい"),
            PilotPlan(collaboration_id=row.pk),
            SuccessCriterion(collaboration_id=row.pk, position=0, measure="設置した世帯", target="20"),
            attachment,
        ]
    )
    session.flush()
    session.add(AttachmentContent(attachment_id=attachment.pk, data=b"a"))
    return row, attachment


def _run_group(session: Session, town: Municipality, chair_id: int, asking_id: int) -> dict[str, int]:
    """A group that the first partner chairs, with a meeting and its paper, a task, a result and a request; another
    that it would like to found."""
    group, wanted = factories.group(session, town, "役員のいる分科会"), factories.group(session, town, "設立前の分科会")
    wanted.status, wanted.founder_partner_id = GroupStatus.PROPOSED, chair_id
    member = GroupMemberStatus.MEMBER
    session.add(GroupMember(group_id=group.pk, partner_id=chair_id, status=member, role=GroupRole.CHAIR))
    asking = GroupMember(group_id=group.pk, partner_id=asking_id, status=GroupMemberStatus.REQUESTED)
    meeting = factories.meeting(session, group)
    meeting.minutes = "決まったことを書く。"
    task = GroupTask(group_id=group.pk, title="会場を探す", assignee_id=chair_id)
    result = GroupResult(group_id=group.pk, title="手引き", text="作りました。", achieved_on=NOW.date())
    session.add_all([asking, task, result])
    session.flush()
    paper = Attachment(subject_type=meeting.__tablename__, subject_id=meeting.pk, **PAPER)
    session.add(paper)
    session.flush()
    session.add(AttachmentContent(attachment_id=paper.pk, data=b"a"))
    named = {"run_group": group, "wanted_group": wanted, "seat_asked": asking, "meeting": meeting, "file": paper}
    return {name: row.pk for name, row in named.items()} | {"task": task.pk, "group_result": result.pk}


def _said(
    session: Session, municipality_id: int, recommendation_id: int, author_id: int
) -> tuple[Message, Announcement]:
    """What the coordinator has written: a message to the introduced partner, and a draft of an announcement."""
    kept = {"subject_type": ThreadSubject.RECOMMENDATION, "subject_id": recommendation_id}
    thread = Thread(municipality_id=municipality_id, **kept)
    announcement = Announcement(municipality_id=municipality_id, title="説明会", body="ご案内します。", segment={})
    session.add_all([thread, announcement])
    session.flush()
    message = Message(thread_id=thread.pk, author_id=author_id, municipality_id=municipality_id, text="よろしく。")
    session.add(message)
    session.flush()
    return message, announcement


def _assignment(
    session: Session, municipality_id: int, challenge_id: int, partner_id: int
) -> tuple[Assignment, AssignmentRule]:
    """A planned batch of one challenge with a lock."""
    said = {"name": "秋の交流会", "purpose": AssignmentPurpose.EVENT, "wanted": 1, "capacity": 1}
    row = Assignment(municipality_id=municipality_id, status=AssignmentStatus.READY, **said)
    session.add(row)
    session.flush()
    pair = {"assignment_id": row.pk, "challenge_id": challenge_id, "partner_id": partner_id}
    rule = AssignmentRule(**pair, kind=AssignmentRuleKind.LOCK)
    session.add_all([AssignmentChallenge(assignment_id=row.pk, challenge_id=challenge_id), rule])
    session.flush()
    return row, rule


def _import(session: Session, municipality_id: int) -> ImportBatch:
    """A list of partners that is being checked."""
    row = ImportBatch(
        municipality_id=municipality_id, kind=ImportKind.PARTNERS, name="一覧.csv", sha256="0" * 64, header=["名称"]
    )
    session.add(row)
    session.flush()
    file = Attachment(
        subject_type="importbatch", subject_id=row.pk, name="一覧.csv", media_type="text/csv", size=1, sha256="0" * 64
    )
    session.add_all([file, ImportRow(batch_id=row.pk, number=2, cells=["株式会社みほん"])])
    session.flush()
    session.add(AttachmentContent(attachment_id=file.pk, data=b"a"))
    return row


def _recommendation(
    session: Session, municipality_id: int, challenge_id: int, partner_id: int, status: RecommendationStatus
) -> Recommendation:
    row = Recommendation(
        municipality_id=municipality_id,
        challenge_id=challenge_id,
        partner_id=partner_id,
        source=RecommendationSource.MANUAL,
        status=status,
    )
    session.add(row)
    session.flush()
    return row
