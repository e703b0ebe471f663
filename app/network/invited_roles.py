"""What an invitation is about, in words: the role, and for which operator or space it is given."""

from collections.abc import Mapping
from typing import Final

from app.identity.rules import Grant, Role
from app.kernel.refusals import marked
from app.network.queries import the_network
from app.platform.database import fetch_value

ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.FRONT_DESK: marked("Theke"),
    Role.ACCOUNTANT: marked("Buchhaltung"),
    Role.OPERATOR_MANAGER: marked("Leitung"),
    Role.TELEPHONE: marked("Telefon des Netzwerks"),
    Role.NETWORK_ADMINISTRATOR: marked("Verwaltung des Netzwerks"),
}


async def whose_role(grant: Grant) -> str:
    """The name of the operator or space for which a role is given; of the network for one of the whole."""
    if grant.scope_kind == "operator":
        return str(await fetch_value("SELECT name FROM operator WHERE id = $1", grant.scope_id) or "")
    if grant.scope_kind == "space":
        return str(await fetch_value("SELECT name FROM space WHERE id = $1", grant.scope_id) or "")
    network = await the_network()
    return network.name if network else ""


async def way_on_of(grant: Grant) -> str:
    """Where somebody goes who has just taken the role."""
    if grant.scope_kind == "operator":
        slug = await fetch_value("SELECT slug FROM operator WHERE id = $1", grant.scope_id)
        ways = {
            Role.OPERATOR_MANAGER: f"/betreiber/{slug}/einrichten",
            Role.FRONT_DESK: "/theke",
        }
        return ways.get(grant.role, "/konto")
    if grant.scope_kind == "space":
        slug = await fetch_value("SELECT slug FROM space WHERE id = $1", grant.scope_id)
        return f"/theke/{slug}"
    return "/theke" if grant.role is Role.TELEPHONE else "/netzwerk"
