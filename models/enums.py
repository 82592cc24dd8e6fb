"""The closed vocabularies of the field, stored as their values and guarded by CHECK constraints."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may be; `reviewer` sits in the co-secretariat of one scheme (共同事務局・審査員).

    `system` is the worker, `anonymous` everybody who has not signed in.
    """

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    DEPARTMENT = "department"
    PARTNER_ADMIN = "partner_admin"
    PARTNER_MEMBER = "partner_member"
    REVIEWER = "reviewer"
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
    """設立申請中 / 活動中 / 休止中 / 終了 / 設立見送り."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"
    REFUSED = "refused"


class GroupRole(StrEnum):
    """会員 / 部会長・会長 / 副部会長・副会長 / 事務局."""

    MEMBER = "member"
    CHAIR = "chair"
    VICE_CHAIR = "vice_chair"
    SECRETARY = "secretary"


class MeetingStatus(StrEnum):
    """予定 / 開催済 / 中止."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


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
    """What a finished collaboration came to: 社会実装 / 協定 / 調達 / 終了 / 不調."""

    ADOPTED = "adopted"
    AGREEMENT = "agreement"
    PROCUREMENT = "procurement"
    ENDED = "ended"
    FAILED = "failed"


class AgreementKind(StrEnum):
    """包括連携協定 / 分野別の連携協定 / 実証に関する協定 / 覚書."""

    COMPREHENSIVE = "comprehensive"
    TOPICAL = "topical"
    PILOT = "pilot"
    MEMORANDUM = "memorandum"


class NoteKind(StrEnum):
    """What a note on a collaboration tells: 進捗 / 事故・支障 / 学び."""

    PROGRESS = "progress"
    INCIDENT = "incident"
    LESSON = "lesson"


class SchemeStatus(StrEnum):
    OPERATING = "operating"
    PLANNED = "planned"
    ENDED = "ended"


class SchemeScope(StrEnum):
    """Whose partners a scheme registers: those of its municipality, of its whole prefecture, or of the country."""

    MUNICIPALITY = "municipality"
    PREFECTURE = "prefecture"
    NATION = "nation"


class TierLevel(StrEnum):
    """宣言 / 登録 / 認証, after the national guideline: no screening, confirmation, detailed review."""

    DECLARATION = "declaration"
    REGISTRATION = "registration"
    CERTIFICATION = "certification"


class Intake(StrEnum):
    """随時受付 / 期間を定めた募集."""

    ROLLING = "rolling"
    ROUNDS = "rounds"


class QuestionKind(StrEnum):
    """What a question of a form asks for.

    `CHECK` is an item of a checklist, `CHOICE` may carry points, `DECLARATION` must be agreed to,
    `TARGETS` classifies actions by SDG goals and targets.
    """

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHECK = "check"
    DECLARATION = "declaration"
    FILE = "file"
    TARGETS = "targets"


class ItemLevel(StrEnum):
    """基本項目 / チャレンジ項目."""

    BASIC = "basic"
    CHALLENGE = "challenge"


class ApplicationStatus(StrEnum):
    """作成中 / 受付 / 審査中 / 照会中 / 認定 / 不認定 / 停止中 / 期間満了 / 返上・更新済 / 取消 / 取下げ."""

    DRAFT = "draft"
    RECEIVED = "received"
    SCREENING = "screening"
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    ENDED = "ended"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class ApplicationKind(StrEnum):
    """新規 / 更新."""

    NEW = "new"
    RENEWAL = "renewal"


class ProposalKind(StrEnum):
    """課題解決型 (answers a posted challenge) / 実証実験提案型 (asks for a field to test in)."""

    SOLUTION = "solution"
    FIELD_TEST = "field_test"


class ProposalStatus(StrEnum):
    """下書き / 受付 / 担当課調整 / 対話 / 実証準備 / 実証中 / 完了 / 見送り / 取下げ / 転送済."""

    DRAFT = "draft"
    RECEIVED = "received"
    COORDINATING = "coordinating"
    DIALOGUE = "dialogue"
    PREPARING = "preparing"
    PILOT = "pilot"
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    FORWARDED = "forwarded"


class ProposalHolder(StrEnum):
    """Whose turn it is with a proposal: 提案者 / 事務局 / 所管課."""

    PARTNER = "partner"
    SECRETARIAT = "secretariat"
    DEPARTMENT = "department"


class ProposalDecline(StrEnum):
    """Why a city does not go on with a proposal."""

    OFF_TARGET = "off_target"
    NO_DEPARTMENT = "no_department"
    NO_BUDGET = "no_budget"
    NO_FIELD = "no_field"
    ALREADY_DONE = "already_done"
    NOT_READY = "not_ready"
    LEGAL = "legal"
    OTHER = "other"


class ConsultationStatus(StrEnum):
    """What a department says to a proposal: 回答待ち / 可 / 不可 / 質問あり / 取消."""

    WAITING = "waiting"
    YES = "yes"
    NO = "no"
    QUESTION = "question"
    CLOSED = "closed"


class ChallengeQuestionStatus(StrEnum):
    """A question about a challenge: 回答待ち / 回答済 (public) / 非公開."""

    ASKED = "asked"
    ANSWERED = "answered"
    HIDDEN = "hidden"


class ImportStatus(StrEnum):
    """確認中 / 取込済 / 取消済 / 破棄."""

    PREVIEW = "preview"
    APPLIED = "applied"
    UNDONE = "undone"
    DROPPED = "dropped"


class ImportKind(StrEnum):
    """What a list that is read in speaks of."""

    PARTNERS = "partners"
    CHALLENGES = "challenges"
    COLLABORATIONS = "collaborations"


class ImportOutcome(StrEnum):
    """What a line of a list does or did: 新規 / 更新 / 変更なし / 取込不可; 取消済 or 取消不可 once taken back."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    UNDONE = "undone"
    KEPT = "kept"


class ThreadSubject(StrEnum):
    """What people talk about: 推薦・打診 / 分科会 / 提案 / 連携."""

    RECOMMENDATION = "recommendation"
    GROUP = "group"
    PROPOSAL = "proposal"
    COLLABORATION = "collaboration"


class NoticeKind(StrEnum):
    """Kinds of mail that a person may have bundled or may do without; any other mail always goes."""

    MENTION = "mention"
    MESSAGE = "message"
    MATCH = "match"
    CHALLENGE = "challenge"
    GROUP = "group"
    WORK = "work"
    ANNOUNCEMENT = "announcement"


class Rhythm(StrEnum):
    """すぐに / 1日1回まとめて / 週1回まとめて / 受け取らない."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


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


class PaperKind(StrEnum):
    """マッチングリクエストシート / 申請書 / 決定通知書 / 証 / 提案受付票 / 議事録 / 実証実験計画書 / 実施状況報告書."""

    REQUEST_SHEET = "request_sheet"
    APPLICATION_FORM = "application_form"
    DECISION = "decision"
    CERTIFICATE = "certificate"
    PROPOSAL_RECEIPT = "proposal_receipt"
    MINUTES = "minutes"
    PILOT_PLAN = "pilot_plan"
    SCHEME_REPORT = "scheme_report"
