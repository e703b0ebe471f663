"""What the tables of teams hold about a person, for the person."""

from collections.abc import Sequence
from typing import Final

from app.identity.own_data import Section
from app.kernel.refusals import marked

TEAMS: Final[Sequence[Section]] = (
    Section(
        "team_places",
        marked("Teams, zu denen Sie gehören oder gehört haben"),
        "team_member JOIN team ON team.id = team_member.team WHERE team_member.person = $1 ORDER BY team_member.id",
        {
            "id": "team_member.public_id",
            "team": "team.name",
            "joined_by": "team_member.joined_by",
            "joined_at": "team_member.joined_at",
            "left_at": "team_member.left_at",
        },
    ),
    Section(
        "team_invitations",
        marked("Einladungen in Teams an Sie"),
        "team_invitation JOIN team ON team.id = team_invitation.team WHERE team_invitation.accepted_by = $1"
        " OR team_invitation.email = (SELECT lower(person.email) FROM person WHERE person.id = $1)"
        " ORDER BY team_invitation.id",
        {
            "team": "team.name",
            "name": "team_invitation.name",
            "email": "team_invitation.email",
            "sent_at": "team_invitation.sent_at",
            "accepted_at": "team_invitation.accepted_at",
            "revoked_at": "team_invitation.revoked_at",
        },
    ),
    Section(
        "team_invitations_sent",
        marked("Einladungen in Teams, die Sie verschickt haben, ohne die Namen der anderen"),
        "team_invitation JOIN team ON team.id = team_invitation.team WHERE team_invitation.invited_by = $1"
        " ORDER BY team_invitation.id",
        {"team": "team.name", "sent_at": "team_invitation.sent_at"},
    ),
    Section(
        "mail_domains",
        marked("Domains, deren Bestätigung Sie angefragt haben"),
        "mail_domain WHERE mail_domain.asked_by = $1 ORDER BY mail_domain.id",
        {"domain": "mail_domain.domain", "asked_at": "mail_domain.asked_at", "proven_at": "mail_domain.proven_at"},
    ),
    Section(
        "shared_purses",
        marked("Was Sie vom Guthaben eines Teams ausgeben durften"),
        "purse_member WHERE purse_member.person = $1 ORDER BY purse_member.id",
        {"first": "purse_member.first", "last": "purse_member.last", "limits": "purse_member.limits"},
    ),
    Section(
        "team_orders",
        marked("Was Sie für ein Team bestellt haben"),
        "team_order JOIN team ON team.id = team_order.team"
        " JOIN team_document ON team_document.team_order = team_order.id"
        " WHERE team_order.placed_by = $1 ORDER BY team_order.id",
        {
            "id": "team_order.public_id",
            "team": "team.name",
            "document": "team_document.content",
            "placed_at": "team_order.placed_at",
        },
    ),
    Section(
        "team_quotes",
        marked("Angebote, die Sie für ein Team geholt haben"),
        "team_quote JOIN team ON team.id = team_quote.team WHERE team_quote.made_by = $1 ORDER BY team_quote.id",
        {
            "id": "team_quote.public_id",
            "team": "team.name",
            "number": "team_quote.number",
            "content": "encode(team_quote.content, 'base64')",
            "made_at": "team_quote.made_at",
        },
    ),
)
