"""Every state machine of the product, as data, on one page."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from matcher.errors import InvalidTransition
from models.enums import OPEN_CHALLENGES, Role
from models.enums import ApplicationStatus as P
from models.enums import AssignmentStatus as A
from models.enums import ChallengeQuestionStatus as Q
from models.enums import ChallengeStatus as C
from models.enums import CollaborationStatus as L
from models.enums import ConsultationStatus as O
from models.enums import GroupMemberStatus as G
from models.enums import GroupStatus as W
from models.enums import ImportStatus as I
from models.enums import MeetingStatus as T
from models.enums import ProposalStatus as X
from models.enums import RankingModelStatus as M
from models.enums import RecommendationStatus as R
from models.enums import RegistrationStatus as S
from models.enums import TaskStatus as K

COORDINATOR = frozenset({Role.COORDINATOR})
CITY = frozenset({Role.COORDINATOR, Role.DEPARTMENT})
PARTNER = frozenset({Role.PARTNER_ADMIN, Role.PARTNER_MEMBER})
PARTNER_ADMIN = frozenset({Role.PARTNER_ADMIN})
SCREENERS = frozenset({Role.COORDINATOR, Role.REVIEWER})
SYSTEM = frozenset({Role.SYSTEM})
OPERATOR = frozenset({Role.ADMIN, Role.SYSTEM})


@dataclass(frozen=True)
class Transition:
    """`action` leads from any of `sources` to `target`, for people in one of `roles`; `event` is recorded."""

    action: str
    sources: frozenset[StrEnum]
    target: StrEnum
    roles: frozenset[Role]
    event: str


@dataclass(frozen=True)
class Lifecycle:
    """A named machine over one status enum. Terminal states are those that no transition leaves."""

    name: str
    states: type[StrEnum]
    initial: frozenset[StrEnum]
    transitions: tuple[Transition, ...]

    def find(self, action: str, status: StrEnum) -> Transition:
        """The transition for `action` out of `status`.

        Raises InvalidTransition when there is none, KeyError when no transition has that name.
        """
        named = [t for t in self.transitions if t.action == action]
        if not named:
            raise KeyError(f"{self.name} has no action {action}")
        for transition in named:
            if status in transition.sources:
                return transition
        raise InvalidTransition(self.name, action, status.value)

    def actions(self, status: StrEnum, roles: Iterable[Role]) -> list[str]:
        """What people in `roles` can do with a thing in `status`, in the order in which they are declared."""
        held = frozenset(roles)
        return [t.action for t in self.transitions if status in t.sources and held & t.roles]

    def roles(self, action: str) -> frozenset[Role]:
        """Who may take `action`, whatever the state."""
        return frozenset().union(*(t.roles for t in self.transitions if t.action == action))


def _t(action: str, sources: Iterable[StrEnum], target: StrEnum, roles: frozenset[Role], event: str) -> Transition:
    return Transition(action, frozenset(sources), target, roles, event)


REGISTRATION = Lifecycle(
    "registration",
    S,
    frozenset({S.APPLIED}),
    (
        _t("accept", {S.APPLIED}, S.REGISTERED, COORDINATOR, "registration.accepted"),
        _t("return", {S.APPLIED}, S.RETURNED, COORDINATOR, "registration.returned"),
        _t("reject", {S.APPLIED}, S.REJECTED, COORDINATOR, "registration.rejected"),
        _t("resubmit", {S.RETURNED}, S.APPLIED, PARTNER_ADMIN, "registration.resubmitted"),
        _t(
            "withdraw",
            {S.APPLIED, S.RETURNED, S.REGISTERED},
            S.WITHDRAWN,
            PARTNER_ADMIN,
            "registration.withdrawn",
        ),
        _t("reapply", {S.WITHDRAWN, S.REJECTED}, S.APPLIED, PARTNER_ADMIN, "registration.reapplied"),
    ),
)

CHALLENGE = Lifecycle(
    "challenge",
    C,
    frozenset({C.DRAFT}),
    (
        _t("submit", {C.DRAFT}, C.IN_REVIEW, CITY, "challenge.submitted"),
        _t("return", {C.IN_REVIEW}, C.DRAFT, COORDINATOR, "challenge.returned"),
        _t("publish", {C.IN_REVIEW, C.CLOSED}, C.PUBLISHED, COORDINATOR, "challenge.published"),
        _t("unpublish", {C.PUBLISHED, C.IN_DIALOGUE}, C.IN_REVIEW, COORDINATOR, "challenge.unpublished"),
        _t("begin_dialogue", {C.PUBLISHED}, C.IN_DIALOGUE, COORDINATOR | SYSTEM, "challenge.dialogue_begun"),
        _t("close", {C.PUBLISHED, C.IN_DIALOGUE}, C.CLOSED, COORDINATOR, "challenge.closed"),
        _t("solve", {C.IN_DIALOGUE, C.CLOSED}, C.SOLVED, COORDINATOR, "challenge.solved"),
        _t("drop", {C.DRAFT, C.IN_REVIEW, C.CLOSED}, C.DROPPED, COORDINATOR, "challenge.dropped"),
    ),
)

RECOMMENDATION = Lifecycle(
    "recommendation",
    R,
    frozenset({R.PROPOSED}),
    (
        _t("approve", {R.PROPOSED}, R.APPROVED, COORDINATOR, "recommendation.approved"),
        _t("decline", {R.PROPOSED}, R.DECLINED, COORDINATOR, "recommendation.declined"),
        _t("reconsider", {R.DECLINED, R.LAPSED}, R.PROPOSED, COORDINATOR, "recommendation.reconsidered"),
        _t("invite", {R.APPROVED}, R.INVITED, COORDINATOR | SYSTEM, "recommendation.invited"),
        _t("accept", {R.INVITED}, R.ACCEPTED, PARTNER, "recommendation.accepted"),
        _t("refuse", {R.INVITED, R.INTRODUCED}, R.REFUSED, PARTNER, "recommendation.refused"),
        _t("note_acceptance", {R.INVITED}, R.ACCEPTED, COORDINATOR, "recommendation.acceptance_noted"),
        _t("note_refusal", {R.INVITED, R.INTRODUCED}, R.REFUSED, COORDINATOR, "recommendation.refusal_noted"),
        _t("introduce", {R.ACCEPTED}, R.INTRODUCED, COORDINATOR | SYSTEM, "recommendation.introduced"),
        _t("lapse", {R.APPROVED, R.INVITED}, R.LAPSED, COORDINATOR | SYSTEM, "recommendation.lapsed"),
    ),
)

GROUP_MEMBER = Lifecycle(
    "group_member",
    G,
    frozenset({G.REQUESTED, G.MEMBER}),
    (
        _t("admit", {G.REQUESTED}, G.MEMBER, COORDINATOR | PARTNER, "group_member.admitted"),
        _t("decline", {G.REQUESTED}, G.DECLINED, COORDINATOR | PARTNER, "group_member.declined"),
        _t("leave", {G.REQUESTED, G.MEMBER}, G.LEFT, PARTNER, "group_member.left"),
        _t("request", {G.LEFT, G.DECLINED}, G.REQUESTED, PARTNER, "group_member.requested"),
        _t("join", {G.LEFT, G.DECLINED}, G.MEMBER, PARTNER, "group_member.joined"),
    ),
)

ASSIGNMENT = Lifecycle(
    "assignment",
    A,
    frozenset({A.DRAFT}),
    (
        _t("ask", {A.DRAFT, A.READY, A.FAILED}, A.WAITING, COORDINATOR, "assignment.asked"),
        _t("begin", {A.WAITING}, A.RUNNING, SYSTEM, "assignment.begun"),
        _t("finish", {A.RUNNING}, A.READY, SYSTEM, "assignment.finished"),
        _t("fail", {A.WAITING, A.RUNNING}, A.FAILED, SYSTEM, "assignment.failed"),
        _t("requeue", {A.RUNNING}, A.WAITING, SYSTEM, "assignment.requeued"),
        _t("close", {A.DRAFT, A.READY, A.FAILED}, A.CLOSED, COORDINATOR, "assignment.closed"),
        _t("reopen", {A.CLOSED}, A.DRAFT, COORDINATOR, "assignment.reopened"),
    ),
)

RANKING_MODEL = Lifecycle(
    "ranking_model",
    M,
    frozenset({M.CANDIDATE}),
    (
        _t("activate", {M.CANDIDATE}, M.ACTIVE, OPERATOR, "ranking_model.activated"),
        _t("dismiss", {M.CANDIDATE}, M.RETIRED, OPERATOR, "ranking_model.dismissed"),
        _t("retire", {M.ACTIVE}, M.RETIRED, OPERATOR, "ranking_model.retired"),
        _t("restore", {M.RETIRED}, M.ACTIVE, OPERATOR, "ranking_model.restored"),
    ),
)

#: an application that the office still has to decide
UNDECIDED_APPLICATION = frozenset({P.RECEIVED, P.SCREENING, P.ASKED})
UNFINISHED_APPLICATION = UNDECIDED_APPLICATION | {P.DRAFT}

APPLICATION = Lifecycle(
    "application",
    P,
    frozenset({P.DRAFT}),
    (
        _t("submit", {P.DRAFT}, P.RECEIVED, PARTNER_ADMIN, "application.received"),
        _t("screen", {P.RECEIVED}, P.SCREENING, SCREENERS, "application.screening_begun"),
        _t("ask", {P.SCREENING}, P.ASKED, SCREENERS, "application.asked_back"),
        _t("answer", {P.ASKED}, P.SCREENING, PARTNER_ADMIN, "application.answered"),
        _t("declare", {P.RECEIVED}, P.GRANTED, SYSTEM, "application.declared"),
        _t("grant", {P.SCREENING}, P.GRANTED, COORDINATOR, "application.granted"),
        _t("refuse", {P.SCREENING}, P.REFUSED, COORDINATOR, "application.refused"),
        _t(
            "withdraw", {P.DRAFT, P.RECEIVED, P.SCREENING, P.ASKED}, P.WITHDRAWN, PARTNER_ADMIN, "application.withdrawn"
        ),
        _t("suspend", {P.GRANTED}, P.SUSPENDED, COORDINATOR, "application.suspended"),
        _t("resume", {P.SUSPENDED}, P.GRANTED, COORDINATOR, "application.resumed"),
        _t("cancel", {P.GRANTED, P.SUSPENDED}, P.CANCELLED, COORDINATOR, "application.cancelled"),
        _t("give_up", {P.GRANTED, P.SUSPENDED}, P.ENDED, PARTNER_ADMIN, "application.given_up"),
        _t("supersede", {P.GRANTED, P.SUSPENDED}, P.ENDED, SYSTEM, "application.superseded"),
        _t("expire", {P.GRANTED, P.SUSPENDED}, P.EXPIRED, SYSTEM, "application.expired"),
    ),
)

PROPOSAL = Lifecycle(
    "proposal",
    X,
    frozenset({X.DRAFT}),
    (
        _t("submit", {X.DRAFT}, X.RECEIVED, PARTNER, "proposal.received"),
        _t("coordinate", {X.RECEIVED, X.DIALOGUE}, X.COORDINATING, COORDINATOR, "proposal.coordination_begun"),
        _t("begin_dialogue", {X.RECEIVED, X.COORDINATING}, X.DIALOGUE, COORDINATOR, "proposal.dialogue_begun"),
        _t("prepare", {X.DIALOGUE}, X.PREPARING, COORDINATOR, "proposal.preparation_begun"),
        _t("begin_pilot", {X.PREPARING}, X.PILOT, SYSTEM, "proposal.pilot_begun"),
        _t("complete", {X.PREPARING, X.PILOT}, X.COMPLETED, SYSTEM, "proposal.completed"),
        _t("resume", {X.COMPLETED}, X.PILOT, SYSTEM, "proposal.pilot_resumed"),
        _t(
            "decline",
            {X.RECEIVED, X.COORDINATING, X.DIALOGUE, X.PREPARING},
            X.DECLINED,
            COORDINATOR,
            "proposal.declined",
        ),
        _t("reopen", {X.DECLINED}, X.COORDINATING, COORDINATOR, "proposal.reopened"),
        _t(
            "withdraw",
            {X.DRAFT, X.RECEIVED, X.COORDINATING, X.DIALOGUE, X.PREPARING},
            X.WITHDRAWN,
            PARTNER_ADMIN,
            "proposal.withdrawn",
        ),
        _t(
            "forward",
            {X.RECEIVED, X.COORDINATING, X.DIALOGUE, X.DECLINED},
            X.FORWARDED,
            COORDINATOR,
            "proposal.forwarded",
        ),
    ),
)

CONSULTATION = Lifecycle(
    "consultation",
    O,
    frozenset({O.WAITING}),
    (
        _t("agree", {O.WAITING, O.QUESTION}, O.YES, CITY, "consultation.agreed"),
        _t("object", {O.WAITING, O.QUESTION}, O.NO, CITY, "consultation.objected"),
        _t("query", {O.WAITING}, O.QUESTION, CITY, "consultation.queried"),
        _t("ask_again", {O.YES, O.NO, O.QUESTION}, O.WAITING, COORDINATOR, "consultation.asked_again"),
        _t("close", {O.WAITING, O.QUESTION}, O.CLOSED, COORDINATOR, "consultation.closed"),
    ),
)

COLLABORATION = Lifecycle(
    "collaboration",
    L,
    frozenset({L.PLANNED}),
    (
        _t("begin", {L.PLANNED}, L.RUNNING, COORDINATOR, "collaboration.begun"),
        _t("finish", {L.PLANNED, L.RUNNING}, L.DONE, COORDINATOR, "collaboration.finished"),
        _t("reopen", {L.DONE}, L.RUNNING, COORDINATOR, "collaboration.reopened"),
    ),
)

CHALLENGE_QUESTION = Lifecycle(
    "challenge_question",
    Q,
    frozenset({Q.ASKED}),
    (
        _t("answer", {Q.ASKED}, Q.ANSWERED, CITY, "challenge_question.answered"),
        _t("hide", {Q.ASKED, Q.ANSWERED}, Q.HIDDEN, COORDINATOR, "challenge_question.hidden"),
        _t("show", {Q.HIDDEN}, Q.ASKED, COORDINATOR, "challenge_question.shown"),
    ),
)

GROUP = Lifecycle(
    "group",
    W,
    frozenset({W.PROPOSED, W.ACTIVE}),
    (
        _t("approve", {W.PROPOSED}, W.ACTIVE, COORDINATOR, "group.approved"),
        _t("refuse", {W.PROPOSED}, W.REFUSED, COORDINATOR, "group.refused"),
        _t("propose_again", {W.REFUSED}, W.PROPOSED, PARTNER_ADMIN, "group.proposed_again"),
        _t("rest", {W.ACTIVE}, W.DORMANT, COORDINATOR | SYSTEM, "group.rested"),
        _t("wake", {W.DORMANT}, W.ACTIVE, COORDINATOR | PARTNER, "group.woken"),
        _t("close", {W.ACTIVE, W.DORMANT}, W.CLOSED, COORDINATOR, "group.closed"),
        _t("reopen", {W.CLOSED}, W.ACTIVE, COORDINATOR, "group.reopened"),
    ),
)

MEETING = Lifecycle(
    "meeting",
    T,
    frozenset({T.PLANNED}),
    (
        _t("hold", {T.PLANNED}, T.HELD, COORDINATOR | PARTNER, "meeting.held"),
        _t("cancel", {T.PLANNED}, T.CANCELLED, COORDINATOR | PARTNER, "meeting.cancelled"),
    ),
)

GROUP_TASK = Lifecycle(
    "group_task",
    K,
    frozenset({K.OPEN}),
    (
        _t("finish", {K.OPEN}, K.DONE, COORDINATOR | PARTNER, "group_task.finished"),
        _t("drop", {K.OPEN}, K.DROPPED, COORDINATOR | PARTNER, "group_task.dropped"),
        _t("reopen", {K.DONE, K.DROPPED}, K.OPEN, COORDINATOR | PARTNER, "group_task.reopened"),
    ),
)

IMPORT = Lifecycle(
    "import",
    I,
    frozenset({I.PREVIEW}),
    (
        _t("apply", {I.PREVIEW}, I.APPLIED, COORDINATOR, "import.applied"),
        _t("drop", {I.PREVIEW}, I.DROPPED, COORDINATOR, "import.dropped"),
        _t("undo", {I.APPLIED}, I.UNDONE, COORDINATOR, "import.undone"),
    ),
)

LIFECYCLES = (
    REGISTRATION,
    APPLICATION,
    CHALLENGE,
    CHALLENGE_QUESTION,
    RECOMMENDATION,
    PROPOSAL,
    CONSULTATION,
    COLLABORATION,
    GROUP,
    GROUP_MEMBER,
    MEETING,
    GROUP_TASK,
    ASSIGNMENT,
    IMPORT,
    RANKING_MODEL,
)

#: an assignment that can be changed: nothing waits for the worker, and it is not over
CHANGEABLE = frozenset({A.DRAFT, A.READY, A.FAILED})
#: nobody outside the office has read it
UNPUBLISHED_CHALLENGE = frozenset({C.DRAFT, C.IN_REVIEW})
OPEN_CHALLENGE = frozenset(OPEN_CHALLENGES)
PUBLIC_CHALLENGE = OPEN_CHALLENGE | {C.CLOSED, C.SOLVED}
OPEN_INVITATION = frozenset({R.APPROVED, R.INVITED})
SHARED_CONTACTS = frozenset({R.INTRODUCED})
#: what an application grants lasts
IN_FORCE = frozenset({P.GRANTED})
#: a proposal that somebody in the office holds
OPEN_PROPOSAL = frozenset({X.RECEIVED, X.COORDINATING, X.DIALOGUE, X.PREPARING, X.PILOT})
#: groups that the public sees
PUBLIC_GROUP = frozenset({W.ACTIVE, W.DORMANT, W.CLOSED})
