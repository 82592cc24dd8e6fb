"""Tables, enums and reads: what Musubi remembers. No verdicts are taken here."""

from models.account import LoginCounter, Membership, SavedForm, Token, User, UserSession
from models.application import Answer, Application, ChangeReport
from models.assignment import Assignment, AssignmentChallenge, AssignmentPair, AssignmentRule
from models.attachment import Attachment, AttachmentContent
from models.audit import AuditEvent
from models.challenge import Challenge, ChallengeQuestion, ChallengeTarget, ChallengeVersion, Interest, Need
from models.collaboration import Collaboration, CollaborationPartner, CollaborationTarget
from models.exposure import Exposure
from models.group import GroupMember, WorkingGroup
from models.index_change import IndexChange, Passage
from models.kpi import Indicator
from models.municipality import Department, Municipality
from models.outbox import OutboxMessage
from models.partner import Offering, Partner, PartnerRegion, PartnerTarget, Registration
from models.proposal import Consultation, Proposal, ProposalNote, ProposalPartner, ProposalVersion
from models.ranking_model import RankingModel
from models.recommendation import Introduction, Recommendation, RecommendationRun
from models.replay import ReplayPart, ReplayRecord
from models.scheme import Scheme, SchemeForm, SchemeQuestion, SchemeRound, SchemeTier

__all__ = [
    "Answer",
    "Application",
    "Assignment",
    "AssignmentChallenge",
    "AssignmentPair",
    "AssignmentRule",
    "Attachment",
    "AttachmentContent",
    "AuditEvent",
    "Challenge",
    "ChallengeQuestion",
    "ChallengeTarget",
    "ChallengeVersion",
    "ChangeReport",
    "Collaboration",
    "CollaborationPartner",
    "CollaborationTarget",
    "Consultation",
    "Department",
    "Exposure",
    "GroupMember",
    "IndexChange",
    "Indicator",
    "Interest",
    "Introduction",
    "LoginCounter",
    "Membership",
    "Municipality",
    "Need",
    "Offering",
    "OutboxMessage",
    "Partner",
    "PartnerRegion",
    "PartnerTarget",
    "Passage",
    "Proposal",
    "ProposalNote",
    "ProposalPartner",
    "ProposalVersion",
    "RankingModel",
    "Recommendation",
    "RecommendationRun",
    "Registration",
    "ReplayPart",
    "ReplayRecord",
    "SavedForm",
    "Scheme",
    "SchemeForm",
    "SchemeQuestion",
    "SchemeRound",
    "SchemeTier",
    "Token",
    "User",
    "UserSession",
    "WorkingGroup",
]
