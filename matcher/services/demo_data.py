"""Loads the demonstration through the services, once: what is there already is left alone, whoever changed it since."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Engine
from sqlmodel import Session

from matcher.policy import SYSTEM, Actor, Seat
from matcher.services import (
    accounts,
    catalogue,
    challenges,
    demo_groups,
    demo_papers,
    demo_proposals,
    demo_rows,
    demo_schemes,
    groups,
    partners,
    registrations,
)
from matcher.services.demo_rows import Line
from models import Challenge, Collaboration, Department, Partner, Proposal, User, WorkingGroup
from models.enums import Role
from models.queries import papers, upkeep
from models.session import open_session

PASSWORD = "musubi-demo-2030"  # noqa: S105  published on purpose: production refuses accounts that have it


DRAFTS = frozenset({"CH-HR-038", "CH-KW-014", "CH-KM-033", "CH-SN-012", "CH-KG-034", "CH-KG-035"})


IN_REVIEW = frozenset({"CH-KM-030", "CH-KM-032", "CH-KG-020", "CH-KG-031", "CH-KG-033"})


#: published so long ago that their review is due
STALE = frozenset({"CH-KG-010", "CH-KG-026", "CH-KM-010"})


REVIEW_IS_DUE_AFTER = timedelta(days=200)


REGISTERED_AGO = timedelta(days=100)


@dataclass(frozen=True)
class Account:
    """A demonstration account; `house` is a municipality's code or a partner's outside key."""

    email: str
    name: str
    role: Role
    house: str = ""
    title: str = ""
    about: str = ""


ACCOUNTS = (
    Account("admin@demo.example", "運営 一郎", Role.ADMIN, about="admin: runs the platform"),
    Account(
        "coordinator@kaga.demo.example",
        "加賀 花子",
        Role.COORDINATOR,
        "172065",
        "SDGs推進担当",
        "coordinator of 加賀市: screens, reviews, matches",
    ),
    Account(
        "department@kaga.demo.example",
        "山中 次郎",
        Role.DEPARTMENT,
        "172065",
        "長寿課",
        "department of 加賀市: posts challenges",
    ),
    Account(
        "coordinator@kumamoto.demo.example",
        "肥後 春子",
        Role.COORDINATOR,
        "431001",
        "SDGs推進担当",
        "coordinator of 熊本市: another municipality",
    ),
    Account(
        "partner@demo.example",
        "見守 三郎",
        Role.PARTNER_ADMIN,
        "DEMO-01",
        "事業開発担当",
        "partner admin: an invitation waits",
    ),
    Account("member@demo.example", "見守 四葉", Role.PARTNER_MEMBER, "DEMO-01", "技術担当", "partner member"),
    Account("satoyama@demo.example", "里山 五月", Role.PARTNER_ADMIN, "DEMO-02", "事務局長"),
    Account("meguru@demo.example", "循環 六実", Role.PARTNER_ADMIN, "DEMO-03", "代表社員"),
)


#: what each printed account is there for
ROLES = {account.email: account.about for account in ACCOUNTS if account.about}


@dataclass(frozen=True)
class Step:
    """One kind of thing: its lines, the key of a line, the keys that are stored, and how a line is stored."""

    name: str
    lines: Callable[[], Sequence[Line]]
    key: str
    stored: Callable[[Session], Iterable[str]]
    put: Callable[[Session, Line, datetime], object]


def load(engine: Engine, now: datetime, report: Callable[[str, int, int], None] = lambda *_: None) -> int:
    """Store what is missing, one transaction a step; gives how many things were stored.

    `report` hears the step's name, how many of its lines are done, and how many there are.
    """
    return sum(_load_step(engine, step, now, report) for step in STEPS)


def _load_step(engine: Engine, step: Step, now: datetime, report: Callable[[str, int, int], None]) -> int:
    everything = step.lines()
    with open_session(engine, write=False) as session:
        stored = set(step.stored(session))
    missing = [line for line in everything if line[step.key] not in stored]
    done = len(everything) - len(missing)
    report(step.name, done, len(everything))
    if not missing:
        return 0
    with open_session(engine) as session:
        for number, line in enumerate(missing, done + 1):
            step.put(session, line, now)
            report(step.name, number, len(everything))
        session.commit()
    return len(missing)


def office(municipality_id: int) -> Actor:
    """A coordinator's seat without a person in it."""
    return Actor(None, (Seat(Role.COORDINATOR, municipality_id=municipality_id),), name="demo")


def close_accounts(session: Session) -> int:
    """Let nobody sign in with a published password any more; gives how many accounts that were."""
    open_ones = upkeep.demo_accounts(session)
    for account in open_ones:
        account.active, account.password_hash = False, None
    return len(open_ones)


def _put_municipality(session: Session, line: Line, now: datetime) -> None:
    town = catalogue.enter(session, SYSTEM, demo_rows.municipality(line), now=now)
    posted = (c for c in demo_rows.lines("challenges") if c["municipality_code"] == town.code)
    for name in dict.fromkeys(demo_rows.department(challenge) for challenge in posted):
        catalogue.enter(session, SYSTEM, Department(municipality_id=town.pk, name=name), now=now)


def _put_scheme(session: Session, line: Line, now: datetime) -> None:
    code = line["municipality_code"]
    municipality_id = upkeep.towns(session)[code].pk if code else None
    catalogue.enter(session, SYSTEM, demo_rows.scheme(line, municipality_id), now=now)


def _put_ladder(session: Session, line: Line, now: datetime) -> None:
    town = upkeep.scheme(session, line["id"]).municipality_id
    if town is not None:
        demo_schemes.put(session, office(town), line, now)


def _put_indicator(session: Session, line: Line, now: datetime) -> None:
    catalogue.enter(session, SYSTEM, demo_rows.indicator(line, _town(session, line)), now=now)


def _put_organization(session: Session, line: Line, now: datetime) -> None:
    towns = upkeep.towns(session)
    data = demo_rows.partner(line, {code: town.prefecture for code, town in towns.items()})
    partner = partners.add(session, SYSTEM, data, now=now)
    for relation in {relation["municipality_code"]: relation for relation in reversed(line["relations"])}.values():
        _register(session, partner.pk, towns[relation["municipality_code"]].pk, relation, now - REGISTERED_AGO)


def _register(session: Session, partner_id: int, municipality_id: int, relation: Line, now: datetime) -> None:
    since, topic = relation.get("date") or "", relation.get("topic") or ""
    row = registrations.apply(session, SYSTEM, partner_id, municipality_id, topic=topic, since=since, now=now)
    registrations.accept(session, office(municipality_id), row.pk, now=now)


def _put_collaboration(session: Session, line: Line, now: datetime) -> None:
    parties = zip(line["organization_names"], line["organization_ids"], strict=True)
    _put_precedent(session, demo_rows.collaboration(line, _town(session, line)), parties, [], now)


def _put_initiative(session: Session, line: Line, now: datetime) -> None:
    parties = zip(line["partners"], line["partner_organization_ids"], strict=True)
    _put_precedent(session, demo_rows.initiative(line, _town(session, line)), parties, line["sdg_targets"], now)


def _put_precedent(
    session: Session, row: Collaboration, parties: Iterable[tuple[str, str]], targets: Sequence[str], now: datetime
) -> None:
    known = upkeep.outside_keys(session, Partner)
    named = [(name, known.get(key)) for name, key in parties]
    catalogue.enter_precedent(session, SYSTEM, row, named, targets, now=now)


def _put_group(session: Session, line: Line, now: datetime) -> None:
    town = _town(session, line)
    row = groups.found(session, office(town), town, demo_rows.group(line), now=now)
    row.founded = (line["established"] or {}).get("date") or ""
    row.external_key, row.provenance = line["id"], demo_rows.provenance(line, "counts", "established")
    session.flush()
    known = upkeep.outside_keys(session, Partner)
    itself = partners_named(line["name"])
    for partner_id in (known[key] for key in line["related_organization_ids"] if key not in itself):
        seat = Actor(None, (Seat(Role.PARTNER_ADMIN, partner_id=partner_id),), name="demo")
        groups.join(session, seat, row.pk, partner_id, now=now)


def partners_named(name: str) -> set[str]:
    """The demonstration organisations that bear a group's own name."""
    bare = name.replace(" ", "")
    return {line["id"] for line in demo_rows.lines("organizations") if line["name"].replace(" ", "") == bare}


def _put_challenge(session: Session, line: Line, now: datetime) -> None:
    """Written a while ago, so that the lists show different ages; most of them reviewed and published."""
    town = _town(session, line)
    actor, then = office(town), now - _age(line["id"])
    data = demo_rows.challenge(line, upkeep.departments(session, town)[demo_rows.department(line)])
    row = challenges.create(session, actor, town, data, now=then)
    row.external_key = line["id"]
    row.provenance = demo_rows.provenance(
        line, "department", "department_inferred", "targets_inferred", "keywords", "related_kpi_ids"
    ) | {"precedents": line["related_initiative_ids"]}
    if line["id"] in DRAFTS:
        return
    challenges.submit(session, actor, row.pk, now=then + timedelta(hours=5))
    if line["id"] not in IN_REVIEW:
        challenges.publish(session, actor, row.pk, now=then + timedelta(days=2))


def _age(key: str) -> timedelta:
    number = int(key[-3:])
    if key in STALE:
        return REVIEW_IS_DUE_AFTER
    recent = key in DRAFTS | IN_REVIEW
    return timedelta(days=1 + number % 9 if recent else 4 + number * 37 % 120, hours=number % 7)


def _put_fictional(session: Session, line: Line, now: datetime) -> None:
    partners.add(session, SYSTEM, demo_rows.fictional(line), now=now)


def _put_account(session: Session, line: Line, now: datetime) -> None:
    account = next(account for account in ACCOUNTS if account.email == line["email"])
    user = accounts.create_user(session, account.email, account.name, PASSWORD, "ja", now, confirmed=True)
    user.is_demo, user.title, user.phone = True, account.title, "000-0000-0000"
    _seat(session, user, account)


def _seat(session: Session, user: User, account: Account) -> None:
    if account.role is Role.ADMIN:
        user.is_admin = True
        return
    town = upkeep.towns(session).get(account.house)
    if town is None:
        partner_id = upkeep.outside_keys(session, Partner)[account.house]
        accounts.seat(session, user, account.role, partner_id=partner_id)
        return
    offices = upkeep.departments(session, town.pk)
    accounts.seat(session, user, account.role, municipality_id=town.pk, department_id=offices.get(account.title))


def _put_application(session: Session, line: Line, now: datetime) -> None:
    """The invented organisations apply; some are registered, the others wait for a coordinator."""
    partner_id, towns = upkeep.outside_keys(session, Partner)[line["id"]], upkeep.towns(session)
    seat = Actor(None, (Seat(Role.PARTNER_ADMIN, partner_id=partner_id),), name="demo")
    for code in line["registered"]:
        _register(session, partner_id, towns[code].pk, {}, now - REGISTERED_AGO)
    for code in line["applied"]:
        registrations.apply(session, seat, partner_id, towns[code].pk, now=now - timedelta(days=3))


def _offices() -> list[Line]:
    return [{"municipality_code": code} for code in demo_papers.OFFICES]


def _put_office(session: Session, line: Line, now: datetime) -> None:
    town = _town(session, line)
    demo_papers.put(session, office(town), town, line["municipality_code"], now)


def _town(session: Session, line: Line) -> int:
    return upkeep.towns(session)[line["municipality_code"]].pk


def _dated() -> list[Line]:
    """Mere counts belong to the schemes, which have them."""
    return [line for line in demo_rows.lines("collaborations") if line["type"] != "count"]


def _accounts() -> list[Line]:
    return [{"email": account.email} for account in ACCOUNTS]


STEPS = (
    Step("municipalities", lambda: demo_rows.lines("municipalities"), "code", upkeep.towns, _put_municipality),
    Step("schemes", lambda: demo_rows.lines("schemes"), "id", upkeep.scheme_keys, _put_scheme),
    Step("schemes set up", lambda: demo_rows.lines("ladders"), "id", upkeep.laddered, _put_ladder),
    Step("indicators", lambda: demo_rows.lines("kpis"), "id", upkeep.indicator_keys, _put_indicator),
    Step(
        "organisations",
        lambda: demo_rows.lines("organizations"),
        "id",
        lambda session: upkeep.outside_keys(session, Partner),
        _put_organization,
    ),
    Step(
        "collaborations", _dated, "id", lambda session: upkeep.outside_keys(session, Collaboration), _put_collaboration
    ),
    Step(
        "initiatives",
        lambda: demo_rows.lines("initiatives"),
        "id",
        lambda session: upkeep.outside_keys(session, Collaboration),
        _put_initiative,
    ),
    Step(
        "working groups", demo_rows.groups, "id", lambda session: upkeep.outside_keys(session, WorkingGroup), _put_group
    ),
    Step(
        "challenges",
        lambda: demo_rows.lines("challenges"),
        "id",
        lambda session: upkeep.outside_keys(session, Challenge),
        _put_challenge,
    ),
    Step(
        "invented partners",
        lambda: demo_rows.lines("fictional"),
        "id",
        lambda session: upkeep.outside_keys(session, Partner),
        _put_fictional,
    ),
    Step(
        "proposals",
        lambda: demo_rows.lines("proposals"),
        "id",
        lambda session: upkeep.outside_keys(session, Proposal),
        lambda session, line, _now: demo_proposals.put(session, line),
    ),
    Step("accounts", _accounts, "email", upkeep.emails, _put_account),
    Step("applications", lambda: demo_rows.lines("fictional"), "id", upkeep.applicants, _put_application),
    Step(
        "rooms of working groups",
        lambda: demo_rows.lines("group_rooms"),
        "group",
        upkeep.groups_that_meet,
        demo_groups.put,
    ),
    Step("document numbering", _offices, "municipality_code", papers.set_up_in, _put_office),
)
