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
)
