"""Who may do what, and what is taken as a name, an address, a way back."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.identity.rules import (
    PERMISSIONS,
    SCOPE_KINDS,
    Action,
    Actor,
    EmailUnusable,
    FreshSignInNeeded,
    Grant,
    LanguageUnknown,
    NameUnusable,
    Role,
    Scope,
    ScopeMissing,
    Via,
    demand,
    demand_fresh_sign_in,
    local_path,
    may_grant,
    usable_email,
    usable_language,
    usable_name,
)
from app.kernel.refusals import NotAllowed
from tests.conftest import NOW

ROLES = """
member team_member team_manager team_assistant works_council
front_desk telephone accountant operator_manager network_administrator
"""
MATRIX = """
book_own            x   x   x   x   x   x   x   x   x   x
see_own_bookings    x   x   x   x   x   x   x   x   x   x
manage_own_feeds    x   x   x   x   x   x   x   x   x   x
manage_own_account  x   x   x   x   x   x   x   x   x   x
see_space_day       -   -   -   -   -   x   x   -   x   x
book_for_others     -   -   -   -   -   x   x   -   x   x
merge_people        -   -   -   -   -   x   x   -   x   x
decide_requests     -   -   -   -   -   x   -   -   x   x
answer_reports      -   -   -   -   -   x   -   -   x   x
manage_space_feeds  -   -   -   -   -   x   -   -   x   x
sell                -   -   -   -   -   x   x   -   x   x
see_occupancy       -   -   -   -   -   -   -   x   x   x
manage_space        -   -   -   -   -   -   -   -   x   x
manage_operator     -   -   -   -   -   -   -   -   x   x
manage_roles        -   -   x   -   -   -   -   -   x   x
see_all_spaces      -   -   -   -   -   -   x   -   -   x
publish_by_phone    -   -   -   -   -   -   x   -   -   x
keep_contracts      -   -   -   -   -   -   x   -   -   x
manage_network      -   -   -   -   -   -   -   -   -   x
see_jobs            -   -   -   -   -   -   -   -   -   x
retry_jobs          -   -   -   -   -   -   -   -   -   x
see_audit_trail     -   -   -   -   -   -   -   -   -   x
see_metrics         -   -   -   -   -   -   -   -   -   x
manage_team         -   -   x   -   -   -   -   -   -   x
book_for_team       -   -   x   x   -   -   -   -   -   x
see_team            -   -   x   -   x   -   -   -   -   x
"""


def actor(*grants: Grant, scopes: frozenset[str] | None = None, via: Via = "page") -> Actor:
    return Actor(1, "a", "Anna", None, "de", grants, via, scopes)


DESK_OF_SPACE = Grant(Role.FRONT_DESK, "space", 3)
MANAGER = Grant(Role.OPERATOR_MANAGER, "operator", 7)
ADMINISTRATOR = Grant(Role.NETWORK_ADMINISTRATOR, "network", None)


def test_the_permission_table_says_what_is_written_here() -> None:
    lines = [line.split() for line in MATRIX.strip().splitlines()]
    read = {
        Role(role): frozenset(Action(line[0]) for line in lines if line[i] == "x")
        for i, role in enumerate(ROLES.split(), 1)
    }
    assert read == PERMISSIONS
    assert {line[0] for line in lines} == set(Action)


def test_a_grant_reaches_its_operator_and_no_other() -> None:
    manager = actor(MANAGER)
    assert manager.may(Action.MANAGE_SPACE, operator=7, space=3)
    assert not manager.may(Action.MANAGE_SPACE, operator=8, space=3)
    assert not manager.may(Action.MANAGE_SPACE)
    assert not manager.may(Action.SEE_AUDIT_TRAIL)


def test_the_front_desk_of_a_space_reaches_that_space_alone() -> None:
    desk = actor(DESK_OF_SPACE)
    assert desk.may(Action.SEE_SPACE_DAY, operator=7, space=3)
    assert not desk.may(Action.SEE_SPACE_DAY, operator=7, space=4)
    assert not desk.may(Action.SEE_SPACE_DAY, operator=3)
    assert not desk.may(Action.MANAGE_SPACE, operator=7, space=3)


def test_the_administrator_reaches_everything_and_a_member_nothing_of_others() -> None:
    for action in Action:
        assert actor(ADMINISTRATOR).may(action, operator=1, space=2)
        assert actor().may(action, operator=1, space=2) is (action in PERMISSIONS[Role.MEMBER])


def test_reach_names_where_somebody_works() -> None:
    both = actor(DESK_OF_SPACE, MANAGER)
    assert both.reach(Action.SEE_SPACE_DAY).spaces == {3}
    assert both.reach(Action.SEE_SPACE_DAY).operators == {7}
    assert both.reach(Action.MANAGE_SPACE).spaces == frozenset()
    assert actor(ADMINISTRATOR).reach(Action.MANAGE_SPACE).everywhere
    assert not actor().reach(Action.SEE_SPACE_DAY)
    assert not both.reach(Action.BOOK_OWN)


def test_staff_are_those_with_a_role_at_an_operator_or_the_network() -> None:
    assert actor(DESK_OF_SPACE).is_staff
    assert actor(ADMINISTRATOR).is_staff
    assert not actor(Grant(Role.TEAM_MANAGER, "team", 1)).is_staff
    assert not actor().is_staff


def test_a_token_may_do_what_its_scopes_and_its_person_allow() -> None:
    reader = actor(ADMINISTRATOR, scopes=frozenset({"read"}), via="token")
    assert reader.may(Action.SEE_OWN_BOOKINGS)
    assert not reader.may(Action.BOOK_OWN)
    assert not reader.may(Action.MANAGE_SPACE, operator=7)
    assert not reader.reach(Action.MANAGE_SPACE)
    staff = actor(MANAGER, scopes=frozenset({"staff"}), via="token")
    assert staff.may(Action.MANAGE_SPACE, operator=7)
    assert not staff.may(Action.MANAGE_SPACE, operator=8)
    with pytest.raises(ScopeMissing):
        demand(reader, Action.BOOK_OWN)
    with pytest.raises(NotAllowed):
        demand(staff, Action.MANAGE_SPACE, operator=8)
    demand(staff, Action.MANAGE_SPACE, operator=7)


def test_no_token_manages_the_account_whatever_its_scopes() -> None:
    assert not actor(scopes=frozenset(Scope), via="token").may(Action.MANAGE_OWN_ACCOUNT)


@pytest.mark.parametrize(
    ("who", "grant", "operator", "allowed"),
    [
        (MANAGER, Grant(Role.FRONT_DESK, "operator", 7), None, True),
        (MANAGER, Grant(Role.OPERATOR_MANAGER, "operator", 7), None, True),
        (MANAGER, Grant(Role.FRONT_DESK, "space", 3), 7, True),
        (MANAGER, Grant(Role.FRONT_DESK, "space", 3), 8, False),
        (MANAGER, Grant(Role.FRONT_DESK, "operator", 8), 7, False),
        (MANAGER, Grant(Role.TELEPHONE, "network", None), 7, False),
        (ADMINISTRATOR, Grant(Role.TELEPHONE, "network", None), None, True),
        (ADMINISTRATOR, Grant(Role.FRONT_DESK, "network", None), None, False),
        (MANAGER, ADMINISTRATOR, 7, False),
        (MANAGER, Grant(Role.TEAM_MANAGER, "team", 1), 7, False),
        (DESK_OF_SPACE, DESK_OF_SPACE, 7, False),
        (ADMINISTRATOR, ADMINISTRATOR, None, True),
        (ADMINISTRATOR, Grant(Role.TEAM_MANAGER, "team", 1), None, True),
        (ADMINISTRATOR, Grant(Role.OPERATOR_MANAGER, "space", 1), 7, False),
        (ADMINISTRATOR, Grant(Role.NETWORK_ADMINISTRATOR, "network", 1), None, False),
        (ADMINISTRATOR, Grant(Role.MEMBER, "network", None), None, False),
    ],
)
def test_nobody_gives_a_role_that_reaches_further_than_his_own(
    who: Grant, grant: Grant, operator: int | None, allowed: bool
) -> None:
    assert may_grant(actor(who), grant, operator=operator) is allowed


def test_every_role_has_its_scopes() -> None:
    assert set(SCOPE_KINDS) == set(PERMISSIONS) == set(Role)


def test_a_sign_in_is_fresh_for_ten_minutes() -> None:
    def since(minutes: int) -> Actor:
        return Actor(1, "a", "Anna", None, "de", authenticated_at=NOW - timedelta(minutes=minutes))

    demand_fresh_sign_in(since(10), NOW)
    demand_fresh_sign_in(actor(via="cli"), NOW)
    with pytest.raises(FreshSignInNeeded):
        demand_fresh_sign_in(since(11), NOW)
    with pytest.raises(FreshSignInNeeded):
        demand_fresh_sign_in(actor(), NOW)
    with pytest.raises(ScopeMissing):
        demand_fresh_sign_in(actor(scopes=frozenset(Scope), via="token"), NOW)


@pytest.mark.parametrize(
    "path", ["/", "/woche", "/suche?ort=Polch&tag=2026-11-25#liste", "/a//b", "/%2f%2fboese.example"]
)
def test_a_path_of_this_host_is_kept(path: str) -> None:
    assert local_path(path) == path


@given(st.text(alphabet=st.sampled_from("/\\:.@?#%abc \t\n\r\x00\u2028ä")) | st.text())
@example("//boese.example")
@example("/\\boese.example")
@example("/\t/boese.example")
@example("https://boese.example/")
@example("javascript:alert(1)")
@example("")
def test_a_way_back_never_leaves_this_host(next_url: str) -> None:
    path = local_path(next_url)
    target = urlsplit(urljoin("https://plaetze.example/konto/", path))
    assert (target.scheme, target.netloc) == ("https", "plaetze.example")
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isprintable()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Anna \t Adler\r\nBcc: x@y.de ", "Anna Adler Bcc: x@y.de"),
        ("Ø", "Ø"),
        ("李雷", "李雷"),
        ("a" * 120, "a" * 120),
    ],
)
def test_a_name_is_stored_as_one_line(typed: str, stored: str) -> None:
    assert usable_name(typed) == stored


@pytest.mark.parametrize("typed", ["", "  ", "\x00\n", "---", "a" * 121])
def test_a_name_without_a_letter_or_too_long_is_refused(typed: str) -> None:
    with pytest.raises(NameUnusable):
        usable_name(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Anna.Adler@Firma.DE ", "anna.adler@firma.de"),
        ("anna+platz@demo.example", "anna+platz@demo.example"),
        ("post@bücher.de", "post@xn--bcher-kva.de"),
    ],
)
def test_an_address_has_one_spelling(typed: str, stored: str) -> None:
    assert usable_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@",
        "@firma.de",
        "anna@firma",
        "a@b.de\r\nBcc: c@d.de",
        "Anna <anna@firma.de>",
        "\ud800@firma.de",
    ],
)
def test_what_no_mail_could_reach_is_refused(typed: str) -> None:
    with pytest.raises(EmailUnusable):
        usable_email(typed)


def test_there_are_two_languages() -> None:
    assert usable_language("en") == "en"
    with pytest.raises(LanguageUnknown):
        usable_language("tlh")
