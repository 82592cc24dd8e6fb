"""The words for recorded events; one that has none yet is shown by its code."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from models import AuditEvent
from models.enums import (
    ChallengeStatus,
    CollaborationResult,
    ConsultationStatus,
    GroupMemberStatus,
    ProposalDecline,
    ProposalStatus,
    RecommendationStatus,
    RegistrationStatus,
    Role,
)
from web.labels import label
from web.reasons import reason

EVENTS: dict[str, Any] = {
    "scheme.created": _l("Scheme begun"),
    "scheme.edited": _l("Scheme changed"),
    "scheme.published": _l("Scheme published"),
    "scheme.unpublished": _l("Scheme taken off the portal"),
    "scheme_form.begun": _l("New version of a form begun"),
    "scheme_form.published": _l("Form of a scheme taken into use"),
    "scheme_form.rules_set": _l("Pass marks of a form changed"),
    "scheme_question.added": _l("Questions added to a form"),
    "scheme_question.edited": _l("Question of a form changed"),
    "scheme_question.moved": _l("Question of a form moved"),
    "scheme_question.removed": _l("Question taken out of a form"),
    "scheme_round.added": _l("Round of applications added"),
    "scheme_round.removed": _l("Round of applications removed"),
    "scheme_tier.added": _l("Tier added to a scheme"),
    "scheme_tier.edited": _l("Tier of a scheme changed"),
    "scheme_tier.removed": _l("Tier removed from a scheme"),
    "screener.added": _l("Screener added to a scheme"),
    "screener.removed": _l("Screener removed from a scheme"),
    "attachment.added": _l("File added"),
    "attachment.removed": _l("File removed"),
    "challenge_question.answered": _l("Question about a challenge answered"),
    "challenge_question.asked": _l("Question about a challenge asked"),
    "challenge_question.hidden": _l("Question about a challenge hidden"),
    "challenge_question.shown": _l("Question about a challenge taken up again"),
    "challenge.closed": _l("Challenge closed"),
    "challenge.created": _l("Challenge written"),
    "challenge.dialogue_begun": _l("Dialogue on a challenge begun"),
    "challenge.dropped": _l("Challenge dropped"),
    "challenge.edited": _l("Challenge changed"),
    "challenge.published": _l("Challenge published"),
    "challenge.returned": _l("Challenge returned"),
    "challenge.reviewed": _l("Challenge found still current"),
    "challenge.solved": _l("Challenge solved"),
    "challenge.submitted": _l("Challenge sent in for review"),
    "challenge.unpublished": _l("Challenge taken off the portal"),
    "collaboration.result_said": _l("Result of a collaboration recorded"),
    "colleague.invited": _l("Colleague invited"),
    "colleague.uninvited": _l("Invitation of a colleague withdrawn"),
    "department.added": _l("Department added"),
    "group.founded": _l("Working group founded"),
    "group_member.admitted": _l("Partner admitted to a working group"),
    "group_member.declined": _l("Partner not admitted to a working group"),
    "group_member.joined": _l("Working group joined"),
    "group_member.left": _l("Working group left"),
    "group_member.requested": _l("Joining a working group requested"),
    "interest.reworded": _l("Message to an interest changed"),
    "interest.shown": _l("Interest shown"),
    "interest.withdrawn": _l("Interest withdrawn"),
    "introduction.heard": _l("Introduction confirmed as alive"),
    "mail.resent": _l("Mail sent again"),
    "membership.changed": _l("Role changed"),
    "membership.granted": _l("Role given"),
    "membership.revoked": _l("Role taken away"),
    "municipality.changed": _l("Municipality changed"),
    "municipality.created": _l("Municipality added"),
    "offering.added": _l("Offering added"),
    "offering.moved": _l("Offering moved"),
    "offering.removed": _l("Offering removed"),
    "offering.updated": _l("Offering changed"),
    "partner.added": _l("Partner added"),
    "partner.registered": _l("Partner entered"),
    "partner.targets_set": _l("SDG targets of a partner set"),
    "partner.updated": _l("Partner changed"),
    "consultation.agreed": _l("Department agreed to a proposal"),
    "consultation.asked": _l("Department asked about a proposal"),
    "consultation.asked_again": _l("Department asked again about a proposal"),
    "consultation.closed": _l("Question to a department taken back"),
    "consultation.objected": _l("Department objected to a proposal"),
    "consultation.queried": _l("Department had a question about a proposal"),
    "proposal.begun": _l("Proposal drafted"),
    "proposal.completed": _l("Proposal completed"),
    "proposal.consent_asked": _l("Consent to passing a proposal on asked"),
    "proposal.consent_refused": _l("Consent to passing a proposal on refused"),
    "proposal.consented": _l("Consent to passing a proposal on given"),
    "proposal.coordination_begun": _l("Coordination of a proposal begun"),
    "proposal.declined": _l("Proposal declined"),
    "proposal.dialogue_begun": _l("Dialogue on a proposal begun"),
    "proposal.edited": _l("Proposal changed"),
    "proposal.forwarded": _l("Proposal passed on to another municipality"),
    "proposal.handed_over": _l("Proposal passed on within the office"),
    "proposal.noted": _l("Note on a proposal written"),
    "proposal.partner_agreed": _l("Joint partner agreed to a proposal"),
    "proposal.partner_asked": _l("Joint partner asked for a proposal"),
    "proposal.partner_left": _l("Joint partner left a proposal"),
    "proposal.pilot_begun": _l("Pilot of a proposal begun"),
    "proposal.preparation_begun": _l("Pilot of a proposal prepared"),
    "proposal.received": _l("Proposal handed in"),
    "proposal.reopened": _l("Proposal taken up again"),
    "proposal.withdrawn": _l("Proposal taken back"),
    "ranking_model.activated": _l("Recommendation model brought into use"),
    "ranking_model.dismissed": _l("Recommendation model set aside"),
    "ranking_model.restored": _l("Earlier recommendation model brought back"),
    "ranking_model.retired": _l("Recommendation model taken out of use"),
    "ranking_model.trained": _l("Recommendation model learned"),
    "recommendation.acceptance_noted": _l("Invitation accepted, noted by the office"),
    "recommendation.accepted": _l("Invitation accepted"),
    "recommendation.added": _l("Partner added to a challenge by hand"),
    "recommendation.asked_to_say_more": _l("Partner asked to say more about its work"),
    "recommendation.approved": _l("Recommendation approved"),
    "recommendation.declined": _l("Recommendation set aside"),
    "recommendation.introduced": _l("Both sides introduced"),
    "recommendation.invited": _l("Partner invited"),
    "recommendation.lapsed": _l("Invitation ended without an answer"),
    "recommendation.reminded": _l("Partner reminded of an invitation"),
    "recommendation.run": _l("Recommendations worked out"),
    "recommendation.reconsidered": _l("Recommendation taken up again"),
    "recommendation.refusal_noted": _l("Invitation declined, noted by the office"),
    "recommendation.refused": _l("Invitation declined"),
    "registration.accepted": _l("Registration accepted"),
    "registration.applied": _l("Registration applied for"),
    "registration.reapplied": _l("Registration applied for again"),
    "registration.rejected": _l("Registration rejected"),
    "registration.resubmitted": _l("Registration sent in again"),
    "registration.returned": _l("Registration returned"),
    "registration.withdrawn": _l("Registration withdrawn"),
    "user.admin_granted": _l("Operator's rights given"),
    "user.admin_revoked": _l("Operator's rights taken away"),
    "user.changed": _l("Own particulars changed"),
    "user.closed": _l("Account closed"),
    "user.confirmed": _l("E-mail address confirmed"),
    "user.created": _l("Account made"),
    "user.disabled": _l("Account disabled"),
    "user.enabled": _l("Account enabled again"),
    "user.link_resent": _l("Link sent again"),
    "user.password_changed": _l("Password changed"),
    "user.password_reset": _l("Password chosen anew"),
    "user.session_ended": _l("Session ended"),
    "user.signed_in": _l("Signed in"),
}


def event_name(event: str) -> str:
    """An event in words."""
    return str(EVENTS.get(event, event))


SUBJECTS: dict[str, Any] = {
    "challenge": _l("Challenge"),
    "collaboration": _l("Collaboration"),
    "department": _l("Department"),
    "groupmember": _l("Group member"),
    "indicator": _l("Indicator"),
    "interest": _l("Interest"),
    "introduction": _l("Introduction"),
    "membership": _l("Role"),
    "municipality": _l("Municipality"),
    "offering": _l("Offering"),
    "outbox_message": _l("Mail"),
    "outboxmessage": _l("Mail"),
    "partner": _l("Partner"),
    "consultation": _l("Question to a department"),
    "proposal": _l("Proposal"),
    "rankingmodel": _l("Recommendation model"),
    "recommendation": _l("Recommendation"),
    "recommendationrun": _l("Pass of the matcher"),
    "registration": _l("Registration"),
    "scheme": _l("Scheme"),
    "token": _l("Link sent by mail"),
    "user_account": _l("Account"),
    "workinggroup": _l("Working group"),
}


def subject_name(table: str) -> str:
    """What an event was about, in words."""
    return str(SUBJECTS.get(table, table))


DETAILS: dict[str, Any] = {
    "after": _l("State after"),
    "before": _l("State before"),
    "cause": _l("Reason"),
    "considered": _l("Partners considered"),
    "found": _l("Partners recommended"),
    "overridden": _l("Warnings overridden"),
    "result": _l("Result"),
    "own": _l("By the person"),
    "reason": _l("Reason"),
    "role": _l("Role"),
    "seats": _l("Roles taken away"),
    "semantic": _l("By meaning too"),
    "targets": _l("SDG targets"),
    "template": _l("Mail"),
}
#: first part of an event → what its states are
STATES: dict[str, type[Any]] = {
    "challenge": ChallengeStatus,
    "group_member": GroupMemberStatus,
    "membership": Role,
    "consultation": ConsultationStatus,
    "proposal": ProposalStatus,
    "recommendation": RecommendationStatus,
    "registration": RegistrationStatus,
}


def details(event: AuditEvent) -> list[tuple[str, str]]:
    """What was recorded beside an event, in words; what has none yet is shown as it is."""
    return [(str(DETAILS.get(name, name)), _said(event.event, name, value)) for name, value in event.detail.items()]


def _said(event: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "result" and value in set(CollaborationResult):
        return label(CollaborationResult(value))
    if event == "proposal.declined" and name == "reason" and value in set(ProposalDecline):
        return label(ProposalDecline(value))
    states = STATES.get(event.partition(".")[0]) if name in ("before", "after") else Role if name == "role" else None
    if states is not None and value in set(states):
        return label(states(value))
    return (reason(value) if name in ("reason", "cause") else "") or str(value)
