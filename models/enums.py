"""The closed vocabularies of the field, stored as their values and guarded by CHECK constraints."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may be; `system` is the worker, `anonymous` everybody who has not signed in."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    DEPARTMENT = "department"
    PARTNER_ADMIN = "partner_admin"
    PARTNER_MEMBER = "partner_member"
    ANONYMOUS = "anonymous"
    SYSTEM = "system"


class TokenPurpose(StrEnum):
    CONFIRM = "confirm"
    RESET = "reset"
    INVITE = "invite"


class PartnerKind(StrEnum):
    COMPANY = "company"
    BANK = "bank"
    UNIVERSITY = "university"
    SCHOOL = "school"
    NPO = "npo"
    CITIZENS_GROUP = "citizens_group"
    ASSOCIATION = "association"
    GOVERNMENT = "government"
    COUNCIL = "council"


class OfferingStage(StrEnum):
    """構想 / 試作 / 実証済 / 販売中."""

    CONCEPT = "concept"
    PROTOTYPE = "prototype"
    FIELD_TESTED = "field_tested"
    ON_SALE = "on_sale"


class RegistrationStatus(StrEnum):
    """申請中 / 差戻し / 登録 / 却下 / 退会."""

    APPLIED = "applied"
    RETURNED = "returned"
    REGISTERED = "registered"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ChallengeKind(StrEnum):
    """課題解決型 / 実証フィールド提供型."""

    PROBLEM = "problem"
    FIELD = "field"


class ChallengeStatus(StrEnum):
    """下書き / 確認中 / 公開 / 対話中 / 募集終了 / 解決 / 見送り."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    IN_DIALOGUE = "in_dialogue"
    CLOSED = "closed"
    SOLVED = "solved"
    DROPPED = "dropped"


class Pillar(StrEnum):
    """経済 / 社会 / 環境 / 統合."""

    ECONOMY = "economy"
    SOCIETY = "society"
    ENVIRONMENT = "environment"
    INTEGRATED = "integrated"


class BudgetStage(StrEnum):
    """Where the money stands: none yet / under study / requested / secured."""

    NONE = "none"
    STUDYING = "studying"
    REQUESTED = "requested"
    SECURED = "secured"


class Requirement(StrEnum):
    """What a challenge may insist on: working in its region, being of a wanted kind, having something proven."""

    REGION = "region"
    KIND = "kind"
    STAGE = "stage"


class TargetBasis(StrEnum):
    """Who says that a text serves a target."""

    STATED = "stated"
    CONFIRMED = "confirmed"
    INFERRED = "inferred"


class RecommendationStatus(StrEnum):
    """提案 / 承認 / 却下 / 打診 / 参加意向 / 辞退 / 紹介済 / 取下げ."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    INVITED = "invited"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    INTRODUCED = "introduced"
    LAPSED = "lapsed"


class RecommendationSource(StrEnum):
    ENGINE = "engine"
    MANUAL = "manual"
    INTEREST = "interest"
    ASSIGNMENT = "assignment"


class RankingModelStatus(StrEnum):
    """候補 / 使用中 / 使用終了."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    RETIRED = "retired"


class ShownList(StrEnum):
    """What a list shows: partners to an office, or challenges to a partner."""

    PARTNERS = "partners"
    CHALLENGES = "challenges"


class DeclineReason(StrEnum):
    """Why a coordinator sets a recommendation aside."""

    OFF_TARGET = "off_target"
    REGION = "region"
    STAGE = "stage"
    CAPACITY = "capacity"
    ALREADY_WORKING = "already_working"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    OTHER = "other"


class RefusalReason(StrEnum):
    """Why a partner does not take up an invitation."""

    NO_CAPACITY = "no_capacity"
    NOT_OUR_FIELD = "not_our_field"
    REGION = "region"
    BUDGET = "budget"
    TIMING = "timing"
    OTHER = "other"


class GroupKind(StrEnum):
    """分科会 / 専門部会 / 協議会."""

    SUBCOMMITTEE = "subcommittee"
    EXPERT_PANEL = "expert_panel"
    COUNCIL = "council"


class GroupStatus(StrEnum):
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"


class JoinRule(StrEnum):
    OPEN = "open"
    APPROVAL = "approval"


class GroupMemberStatus(StrEnum):
    REQUESTED = "requested"
    MEMBER = "member"
    DECLINED = "declined"
    LEFT = "left"


class CollaborationStatus(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"


class CollaborationResult(StrEnum):
    """What a finished collaboration came to: 社会実装 / 協定 / 終了 / 不調."""

    ADOPTED = "adopted"
    AGREEMENT = "agreement"
    ENDED = "ended"
    FAILED = "failed"


class SchemeStatus(StrEnum):
    OPERATING = "operating"
    PLANNED = "planned"
    ENDED = "ended"


class MailStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"


class EntityType(StrEnum):
    """What can be found by meaning."""

    PARTNER = "partner"
    CHALLENGE = "challenge"
    COLLABORATION = "collaboration"


class TextRole(StrEnum):
    """Which prompt a text was encoded with: what somebody needs, or what somebody offers or did."""

    QUERY = "query"
    DOCUMENT = "document"


class AssignmentPurpose(StrEnum):
    """公募 / 交流会・マッチングイベント / 四半期の見直し."""

    CALL = "call"
    EVENT = "event"
    QUARTER = "quarter"


class AssignmentStatus(StrEnum):
    """作成中 / 順番待ち / 計算中 / 計算済 / 計算できず / 終了."""

    DRAFT = "draft"
    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CLOSED = "closed"


class AssignmentRuleKind(StrEnum):
    LOCK = "lock"
    FORBID = "forbid"


#: challenges that partners can still answer
OPEN_CHALLENGES = (ChallengeStatus.PUBLISHED, ChallengeStatus.IN_DIALOGUE)
#: recommendations that the office has taken up
UNDER_WAY = (
    RecommendationStatus.APPROVED,
    RecommendationStatus.INVITED,
    RecommendationStatus.ACCEPTED,
    RecommendationStatus.INTRODUCED,
)
#: levels of `Recommendation.fit`
FAIR, STRONG = 2, 3
