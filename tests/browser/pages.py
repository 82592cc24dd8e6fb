"""Every page of the site with whoever may see it, so that a new page cannot be forgotten by those who look at pages."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlmodel import Session, col, select

from models import (
    Collaboration,
    GroupMeeting,
    GroupResult,
    Offering,
    OutboxMessage,
    Recommendation,
    Registration,
    Scheme,
    SchemeForm,
    SchemeQuestion,
    SchemeTier,
    User,
    WorkingGroup,
)
from models.enums import MeetingStatus, RegistrationStatus
from tests.browser import backstage
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, OPERATOR, PARTNER
from web.app import create_app
from web.settings import load_settings

VISITOR = ""
#: endpoints by who looks at them
PAGES = {
    VISITOR: (
        "site.home site.about site.accessibility site.privacy site.municipalities site.municipality "
        "challenges.index challenges.detail partners.index partners.detail collaborations.index collaborations.detail "
        "groups.index groups.detail schemes.index schemes.detail register.start register.step register.resume "
        "accounts.sign_in accounts.forgot accounts.sent accounts.confirm accounts.confirm_again accounts.reset "
        "certificates.verify certificates.register accounts.join messages.unsubscribe "
    ),
    PARTNER: (
        "me.home me.profile me.offerings me.offering me.offering_new me.offering_delete me.targets me.invitations "
        "me.invitation me.interests me.partners me.registrations me.registration_step challenges.interest "
        "me.applications me.application_begin me.application me.application_submit me.application_step "
        "me.application_report me.collaborations me.collaboration me.groups me.group_new groups.room "
        "groups.meeting groups.meeting_new groups.meeting_edit groups.minutes groups.result_new "
        "groups.result_edit groups.missing messages.index accounts.mails accounts.account accounts.security "
        "accounts.houses accounts.people accounts.close me.papers me.paper me.proposals me.proposal "
        "me.proposal_new me.proposal_edit me.proposal_receipt me.application_form_paper "
    ),
    COORDINATOR: (
        "city.worklist city.challenges city.challenge city.challenge_new city.challenge_edit city.matches city.match "
        "city.challenge_questions_ city.challenge_files_ city.challenge_versions "
        "city.paper city.replay city.collaborations city.collaboration city.collaboration_new "
        "city.collaboration_from city.collaboration_edit city.collaboration_plan city.collaboration_result "
        "city.assignments city.assignment "
        "city.assignment_new city.assignment_edit city.team "
        "city.registrations city.registration city.partners city.partner_matches city.groups city.group city.group_new "
        "city.schemes city.scheme city.scheme_new city.scheme_edit city.tier city.tier_new city.tier_edit "
        "city.form_edit city.form_preview city.question_new city.question_edit city.items_add city.rules_edit "
        "city.applications city.application city.group_edit city.group_close city.supply city.unserved "
        "city.silent city.funnel city.announcements city.announcement city.announcement_new "
        "city.announcement_edit city.patience messages.thread city.papers city.paper_issued city.paper_draft "
        "city.paper_settings city.imports city.import_new city.import_columns city.import_batch "
        "city.import_step city.proposals city.proposal "
    ),
    OPERATOR: (
        "admin.index admin.users admin.user admin.user_new admin.mails admin.mail admin.municipalities "
        "admin.municipality admin.municipality_new admin.audit admin.model"
    ),
}
#: what answers GET and is no page of its own: files, parts of pages, and addresses that lead on
NO_PAGES = frozenset(
    (
        "static admin.mail_html challenges.ask challenges.file challenges.withdraw_interest city.add "
        "city.announcement_step city.application_file city.application_note city.application_report_noted "
        "city.application_step city.approve city.ask city.assignment_propose city.assignment_release "
        "city.assignment_rule city.assignment_step city.challenge_answer city.challenge_file "
        "city.challenge_step city.collaboration_agree city.collaboration_file city.collaboration_file_add "
        "city.collaboration_file_remove city.collaboration_note city.collaboration_step "
        "city.collaboration_told city.consultation_answer city.decline city.form_begin city.form_publish "
        "city.group_refuse city.group_sheet city.group_state city.group_step city.import_file "
        "city.import_refused city.import_template city.match_step city.note_acceptance city.note_refusal "
        "city.partner_run city.patience_reset city.proposal_ask_consent city.proposal_consult "
        "city.proposal_decline city.proposal_hand_over city.proposal_note city.proposal_prepare "
        "city.proposal_step city.registration_step city.round_add city.run city.run_all city.scheme_step "
        "city.tier_remove groups.attend groups.file groups.file_add groups.file_remove groups.join "
        "groups.leave groups.meeting_cancel groups.member_role groups.member_step groups.minutes_paper "
        "groups.task_add groups.task_step groups.wake me.accept me.application_file me.collaboration_agree "
        "me.collaboration_file me.collaboration_file_add me.collaboration_note me.fits me.group_again "
        "me.offering_move me.proposal_joint me.proposal_note me.proposal_partners me.proposal_record "
        "me.proposal_step me.refuse ops.healthz ops.metrics ops.readyz register.discard register.duplicate "
        "register.keep register.sent site.robots site.sitemap"
    ).split()
)


#: pages behind a link that is no longer good
GONE = dict.fromkeys(("accounts.confirm", "accounts.reset", "accounts.join", "messages.unsubscribe"), 404)
#: the same pages in another state, and what is said when there is no page
BESIDES = {
    VISITOR: {"/challenges?q=高齢者の見守り&goal=11": 200, "/partners?q=xyzzy&goal=2": 200, "/nowhere": 404},
    PARTNER: {"/city": 403},
    COORDINATOR: {
        "/city?for=partner": 200,
        "/city/registrations?status=registered": 200,
        "/admin": 403,
        "/city/supply?goal=11&demand=all": 200,
        "/city/supply/challenges?state=unasked": 200,
    },
    OPERATOR: {"/admin/users?q=加賀": 200},
}


@dataclass(frozen=True)
class Place:
    """One page: who looks, under which path, and with which status it answers."""

    who: str
    path: str
    status: int = 200


def places(site: Installation, who: str) -> list[Place]:
    """The pages of one kind of reader, with examples from the demonstration in their addresses."""
    app = create_app(load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(site.data_dir)}))
    with backstage.stage(site) as session:
        known = examples(session)
    found = [_place(app, who, endpoint, known) for endpoint in PAGES[who].split()]
    return [*found, *(Place(who, path, status) for path, status in BESIDES[who].items())]


def examples(session: Session) -> dict[str, Any]:
    """Something to put in the place of each argument; "me.offering_id" is one for the pages of `me` alone."""
    sensor, asked = backstage.partner(session), backstage.challenge(session, "CH-KG-022")
    applied = backstage.applications(session)

    def first(model: Any, *where: Any) -> Any:
        return session.exec(select(model.id).where(*where).order_by(col(model.id))).first()

    run_group = first(WorkingGroup, WorkingGroup.external_key == "SCH-KW-05")
    here = Registration.municipality_id == asked.municipality_id
    return {
        "token": "expired",
        "code": "172065",
        "kind": "partner",
        "messages.kind": "group",
        "messages.subject_id": first(WorkingGroup, WorkingGroup.external_key == "SCH-KG-03"),
        "announcement_id": backstage.announcement(session).pk,
        "city.kind": "request_sheet",
        "subject_id": asked.pk,
        "paper_id": backstage.paper(session).pk,
        "step": "organisation",
        "action": "withdraw",
        "city.step": "undo",
        "batch_id": backstage.imported(session, asked.municipality_id).pk,
        "challenge_id": asked.pk,
        "partner_id": sensor.pk,
        "house_id": sensor.pk,
        "city.collaboration_id": _invented(session, asked.municipality_id),
        "me.collaboration_id": _invented(session, asked.municipality_id),
        "collaboration_id": first(Collaboration, Collaboration.published),
        "group_id": run_group,
        "meeting_id": first(
            GroupMeeting, GroupMeeting.group_id == run_group, GroupMeeting.status == MeetingStatus.PLANNED
        ),
        "result_id": first(GroupResult, GroupResult.group_id == run_group),
        "city.group_id": first(WorkingGroup, WorkingGroup.external_key == "SCH-KG-02"),
        "recommendation_id": first(
            Recommendation, Recommendation.challenge_id == asked.pk, Recommendation.partner_id == sensor.pk
        ),
        "me.registration_id": first(Registration, here, Registration.partner_id == sensor.pk),
        "city.registration_id": first(Registration, here, Registration.status == RegistrationStatus.APPLIED),
        "application_id": applied["draft"].pk,
        "city.application_id": applied["screening"].pk,
        "key": applied["certificate"].verify_key,
        "certificates.scheme_id": applied["certificate"].scheme_id,
        "proposal_id": backstage.proposal(session).pk,
        "offering_id": first(Offering, Offering.partner_id == sensor.pk),
        "assignment_id": backstage.assignment(session).pk,
        "message_id": first(OutboxMessage),
        "user_id": first(User, User.email == PARTNER),
        "municipality_id": asked.municipality_id,
        **_scheme_with_a_draft(session, asked.municipality_id),
    }


def _invented(session: Session, municipality_id: int) -> int | None:
    """A collaboration of the office that the demonstration has invented, with a plan."""
    here = (Collaboration.is_demo, Collaboration.municipality_id == municipality_id)
    return session.exec(select(Collaboration.id).where(*here).order_by(col(Collaboration.id))).first()


def _scheme_with_a_draft(session: Session, municipality_id: int) -> dict[str, Any]:
    """A scheme of the office with a tier whose form has a next version being written."""
    tier, form = session.exec(
        select(SchemeTier, SchemeForm)
        .join(SchemeForm, col(SchemeForm.tier_id) == SchemeTier.id)
        .join(Scheme, col(Scheme.id) == SchemeTier.scheme_id)
        .where(Scheme.municipality_id == municipality_id, col(SchemeForm.published_at).is_(None))
        .order_by(col(SchemeForm.id))
    ).first()
    question = session.exec(
        select(SchemeQuestion.id).where(SchemeQuestion.form_id == form.pk).order_by(col(SchemeQuestion.id))
    ).first()
    return {"scheme_id": tier.scheme_id, "tier_id": tier.pk, "question_id": question}


def _place(app: Flask, who: str, endpoint: str, known: dict[str, Any]) -> Place:
    rule = next(rule for rule in app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ()))
    arguments = {name: known.get(f"{endpoint.split('.')[0]}.{name}", known.get(name)) for name in rule.arguments}
    with app.test_request_context():
        return Place(who, app.url_for(endpoint, **arguments), GONE.get(endpoint, 200))
