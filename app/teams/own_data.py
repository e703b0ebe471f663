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
        "shared_purses",
        marked("Was Sie vom Guthaben eines Teams ausgeben durften"),
        "purse_member WHERE purse_member.person = $1 ORDER BY purse_member.id",
        {"first": "purse_member.first", "last": "purse_member.last", "limits": "purse_member.limits"},
    ),
    Section(
        "team_agreements",
        marked("Vereinbarungen eines Teams, nach denen Ihre Nutzung mit Namen gezeigt wird"),
        "team_agreement_notice JOIN team_agreement ON team_agreement.id = team_agreement_notice.agreement"
        " JOIN team ON team.id = team_agreement.team WHERE team_agreement_notice.person = $1"
        " ORDER BY team_agreement_notice.id",
        {
            "team": "team.name",
            "title": "team_agreement.title",
            "parties": "team_agreement.parties",
            "told_at": "team_agreement_notice.told_at",
            "ended_at": "team_agreement.ended_at",
        },
    ),
    Section(
        "team_agreements_handled",
        marked("Vereinbarungen, die Sie erfasst, bestätigt oder beendet haben"),
        "team_agreement JOIN team ON team.id = team_agreement.team WHERE team_agreement.recorded_by = $1"
        " OR team_agreement.confirmed_by = $1 OR team_agreement.ended_by = $1 ORDER BY team_agreement.id",
        {
            "team": "team.name",
            "title": "team_agreement.title",
            "recorded_at": "team_agreement.recorded_at",
            "confirmed_at": "team_agreement.confirmed_at",
            "ended_at": "team_agreement.ended_at",
        },
    ),
    Section(
        "team_names_looks",
        marked("Wann Sie einen Monat eines Teams mit Namen angesehen haben"),
        "team_names_look JOIN team_agreement ON team_agreement.id = team_names_look.agreement"
        " JOIN team ON team.id = team_agreement.team WHERE team_names_look.person = $1 ORDER BY team_names_look.id",
        {"team": "team.name", "month": "team_names_look.month", "looked_at": "team_names_look.looked_at"},
    ),
)
