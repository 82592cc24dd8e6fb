"""Tables, enums and reads: what Musubi remembers. No verdicts are taken here."""

from models.account import LoginCounter, Membership, SavedForm, Token, User, UserSession
from models.announcement import Announcement, TimeLimit
from models.application import Answer, Application, ChangeReport
from models.assignment import Assignment, AssignmentChallenge, AssignmentPair, AssignmentRule
from models.attachment import Attachment, AttachmentContent
from models.audit import AuditEvent
from models.challenge import Challenge, ChallengeQuestion, ChallengeTarget, ChallengeVersion, Interest, Need
from models.collaboration import (
    Collaboration,
    CollaborationNote,
    CollaborationPartner,
    CollaborationTarget,
    PilotPlan,
    SuccessCriterion,
)
from models.exposure import Exposure
from models.group import (
    GroupInvitation,
    GroupMeeting,
    GroupMember,
    GroupResult,
    GroupTask,
    MeetingAttendance,
    WorkingGroup,
)
from models.importing import ColumnMapping, ImportBatch, ImportRow
from models.index_change import IndexChange, Passage
from models.kpi import Indicator
from models.municipality import Department, Municipality
from models.notice_setting import DigestEntry, NoticeSetting
from models.outbox import OutboxMessage
from models.paper import IssuedPaper, PaperSettings
from models.partner import Offering, Partner, PartnerRegion, PartnerTarget, Registration
from models.proposal import Consultation, Proposal, ProposalNote, ProposalPartner, ProposalVersion
from models.ranking_model import RankingModel
from models.recommendation import Introduction, Recommendation, RecommendationRun
from models.replay import ReplayPart, ReplayRecord
from models.scheme import Scheme, SchemeForm, SchemeQuestion, SchemeRound, SchemeTier
from models.thread import Message, MessageMention, Thread, ThreadRead

__all__ = [
    "Announcement",
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
    "CollaborationNote",
    "CollaborationPartner",
    "CollaborationTarget",
    "ColumnMapping",
    "Consultation",
    "Department",
    "DigestEntry",
    "Exposure",
    "GroupInvitation",
    "GroupMeeting",
    "GroupMember",
    "GroupResult",
    "GroupTask",
    "ImportBatch",
    "ImportRow",
    "IndexChange",
    "Indicator",
    "Interest",
    "Introduction",
    "IssuedPaper",
    "LoginCounter",
    "MeetingAttendance",
    "Membership",
    "Message",
    "MessageMention",
    "Municipality",
    "Need",
    "NoticeSetting",
    "Offering",
    "OutboxMessage",
    "PaperSettings",
    "Partner",
    "PartnerRegion",
    "PartnerTarget",
    "Passage",
    "PilotPlan",
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
    "SuccessCriterion",
    "Thread",
    "ThreadRead",
    "TimeLimit",
    "Token",
    "User",
    "UserSession",
    "WorkingGroup",
]
