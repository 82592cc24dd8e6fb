"""Builds rows that most tests need; every field that a test cares about is passed by the test."""

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlmodel import Session

from matcher.policy import Actor, Seat
from models import (
    Application,
    Challenge,
    ChallengeTarget,
    Department,
    GroupMeeting,
    GroupMember,
    IssuedPaper,
    Membership,
    Municipality,
    Need,
    Offering,
    PaperSettings,
    Partner,
    PartnerRegion,
    Registration,
    Scheme,
    SchemeForm,
    SchemeQuestion,
    SchemeTier,
    User,
    WorkingGroup,
)
from models.enums import (
    ApplicationStatus,
    ChallengeKind,
    ChallengeStatus,
    GroupKind,
    GroupMemberStatus,
    GroupRole,
    OfferingStage,
    PaperKind,
    PartnerKind,
    Pillar,
    QuestionKind,
    RegistrationStatus,
    Role,
    SchemeStatus,
    TargetBasis,
    TierLevel,
)

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

_serial = count(1)


def municipality(session: Session, code: str = "172065", name: str = "加賀市") -> Municipality:
    row = Municipality(code=code, name=name, name_en="Kaga", prefecture="石川県", prefecture_en="Ishikawa")
    session.add(row)
    session.flush()
    session.add(Department(municipality_id=row.pk, name="政策企画部"))
    session.flush()
    return row


def user(session: Session, name: str = "試験 花子", *, is_admin: bool = False, confirmed: bool = True) -> User:
    row = User(
        email=f"user{next(_serial)}@example.jp",
        name=name,
        is_admin=is_admin,
        email_confirmed_at=NOW if confirmed else None,
    )
    session.add(row)
    session.flush()
    return row


def seat(
    session: Session,
    person: User,
    role: Role,
    *,
    municipality: Municipality | None = None,
    partner: Partner | None = None,
) -> Actor:
    """Give `person` a seat; answers the Actor for it."""
    session.add(
        Membership(
            user_id=person.pk,
            role=role,
            municipality_id=municipality.pk if municipality else None,
            partner_id=partner.pk if partner else None,
        )
    )
    session.flush()
    place = Seat(role, municipality.pk if municipality else None, partner.pk if partner else None)
    return Actor(person.pk, (place,), person.is_admin, name=person.name)


def coordinator(session: Session, town: Municipality) -> Actor:
    return seat(session, user(session, "調整 太郎"), Role.COORDINATOR, municipality=town)


def department_staff(session: Session, town: Municipality) -> Actor:
    return seat(session, user(session, "所管 次郎"), Role.DEPARTMENT, municipality=town)


def partner_admin(session: Session, house: Partner) -> Actor:
    return seat(session, user(session, "企業 三郎"), Role.PARTNER_ADMIN, partner=house)


def partner(
    session: Session,
    name: str = "株式会社みらい",
    *,
    town: Municipality | None = None,
    status: RegistrationStatus = RegistrationStatus.REGISTERED,
    profile: str = "高齢者の見守りセンサーを製造し、自治体と実証を重ねています。",
) -> Partner:
    """A partner with one offering that works everywhere, registered in `town` when one is given."""
    serial = next(_serial)
    row = Partner(name=name, name_key=f"{name}{serial}", kind=PartnerKind.COMPANY, industry="G", profile=profile)
    session.add(row)
    session.flush()
    session.add(Offering(partner_id=row.pk, title="見守りセンサー", stage=OfferingStage.FIELD_TESTED))
    session.add(PartnerRegion(partner_id=row.pk, region="00"))
    if town is not None:
        session.add(Registration(partner_id=row.pk, municipality_id=town.pk, status=status, applied_at=NOW))
    session.flush()
    return row


def challenge(
    session: Session,
    town: Municipality,
    *,
    title: str = "ひとり暮らしの高齢者を見守りたい",
    status: ChallengeStatus = ChallengeStatus.PUBLISHED,
) -> Challenge:
    row = Challenge(
        municipality_id=town.pk,
        title=title,
        kind=ChallengeKind.PROBLEM,
        pillar=Pillar.SOCIETY,
        status=status,
        problem="ひとり暮らしの高齢者が増え、異変に気付くのが遅れている。",
        outcome="異変に一日以内に気付けるようにしたい。",
        published_at=NOW if status is not ChallengeStatus.DRAFT else None,
        contact_name="窓口 一郎",
        contact_email="madoguchi@example.lg.jp",
    )
    session.add(row)
    session.flush()
    session.add(Need(challenge_id=row.pk, position=0, text="通信費のかからない見守りの方法"))
    session.add(ChallengeTarget(challenge_id=row.pk, goal=3, target="3.8", basis=TargetBasis.CONFIRMED))
    session.flush()
    return row


def group(session: Session, town: Municipality, name: str = "環境分科会") -> WorkingGroup:
    row = WorkingGroup(municipality_id=town.pk, name=name, kind=GroupKind.SUBCOMMITTEE, purpose="環境の取組を広げる。")
    session.add(row)
    session.flush()
    return row


def paper_settings(session: Session, town: Municipality, prefix: str = "加企") -> PaperSettings:
    row = PaperSettings(municipality_id=town.pk, prefix=prefix, issuer_title="加賀市長", seal_note="公印省略")
    session.add(row)
    session.flush()
    return row


def paper(session: Session, town: Municipality, house: Partner | None = None, number: int = 1) -> IssuedPaper:
    """A document that has been issued, to a partner when one is given."""
    body = f"<article class='paper'><p>加企第{number}号</p></article>"
    row = IssuedPaper(
        municipality_id=town.pk,
        partner_id=house.pk if house else None,
        kind=PaperKind.CERTIFICATE if house else PaperKind.REQUEST_SHEET,
        fiscal_year=2026,
        number=number,
        reference=f"加企第{number}号",
        issued_on=NOW.date(),
        addressee=house.name if house else "",
        title=f"文書{number}",
        subject_type="application",
        subject_id=1,
        language="ja",
        body=body,
        digest=hashlib.sha256(body.encode()).hexdigest(),
    )
    session.add(row)
    session.flush()
    return row


def handed_in(session: Session, town: Municipality, house: Partner, **more: object) -> Application:
    """An application to the one tier of a new scheme, with a form of one question; `more` are its fields."""
    key = f"scheme-{next(_serial)}"
    scheme = Scheme(
        municipality_id=town.pk, key=key, name="SDGs推進パートナー", kind="x", status=SchemeStatus.OPERATING
    )
    session.add(scheme)
    session.flush()
    tier = SchemeTier(scheme_id=scheme.pk, name="認証", level=TierLevel.CERTIFICATION, term_years=3)
    session.add(tier)
    session.flush()
    form = SchemeForm(tier_id=tier.pk, published_at=NOW)
    session.add(form)
    session.flush()
    session.add(SchemeQuestion(form_id=form.pk, key="plan", kind=QuestionKind.LONG_TEXT, label="取組の内容"))
    places = {"scheme_id": scheme.pk, "tier_id": tier.pk, "form_id": form.pk, "municipality_id": town.pk}
    said = {"status": ApplicationStatus.RECEIVED, "status_since": NOW, "submitted_at": NOW, **more}
    row = Application(partner_id=house.pk, **places, **said)
    session.add(row)
    session.flush()
    return row


def scheme(session: Session, town: Municipality, key: str = "partners", name: str = "SDGs推進パートナー") -> Scheme:
    row = Scheme(
        municipality_id=town.pk, key=key, name=name, kind="partner", status=SchemeStatus.OPERATING, published=True
    )
    session.add(row)
    session.flush()
    return row


def member(session: Session, group: WorkingGroup, partner: Partner, role: GroupRole = GroupRole.MEMBER) -> GroupMember:
    """A seat in a group, held since NOW."""
    place = {"status": GroupMemberStatus.MEMBER, "role": role, "joined_at": NOW}
    row = GroupMember(group_id=group.pk, partner_id=partner.pk, **place)
    session.add(row)
    session.flush()
    return row


def tier(
    session: Session,
    house: Scheme,
    *,
    questions: tuple[dict[str, object], ...] = ({"key": "plan", "kind": QuestionKind.LONG_TEXT, "required": True},),
    rules: dict[str, object] | None = None,
    **fields: object,
) -> SchemeTier:
    """A tier with a published form."""
    given = {"name": "認証", "level": TierLevel.CERTIFICATION, "term_years": 3, **fields}
    row = SchemeTier(scheme_id=house.pk, **given)
    session.add(row)
    session.flush()
    form = SchemeForm(tier_id=row.pk, rules=rules or {}, published_at=NOW)
    session.add(form)
    session.flush()
    for place, question in enumerate(questions):
        session.add(SchemeQuestion(form_id=form.pk, position=place, **{"label": f"問{place + 1}", **question}))
    session.flush()
    return row


def application(
    session: Session,
    house: Scheme,
    rung: SchemeTier,
    applicant: Partner,
    *,
    status: ApplicationStatus = ApplicationStatus.RECEIVED,
    **fields: object,
) -> Application:
    form = session.query(SchemeForm).filter_by(tier_id=rung.pk).one()
    owner = {"municipality_id": house.municipality_id, "partner_id": applicant.pk, "scheme_id": house.pk}
    row = Application(tier_id=rung.pk, form_id=form.pk, status=status, status_since=NOW, **{**owner, **fields})
    session.add(row)
    session.flush()
    return row


def screener(session: Session, house: Scheme) -> Actor:
    """Somebody who screens for one scheme and has no other seat."""
    person = user(session, "審査 四郎")
    session.add(Membership(user_id=person.pk, role=Role.REVIEWER, scheme_id=house.pk))
    session.flush()
    return Actor(person.pk, (Seat(Role.REVIEWER, scheme_id=house.pk),), name=person.name)


def meeting(session: Session, group: WorkingGroup, *, starts_at: datetime = NOW + timedelta(days=7)) -> GroupMeeting:
    """A planned meeting of an hour and a half."""
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=90)}
    row = GroupMeeting(group_id=group.pk, title="第1回会議", place="市役所", agenda="進め方について", **times)
    session.add(row)
    session.flush()
    return row
