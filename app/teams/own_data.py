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
        "colleagues_who_see_my_days",
        marked("Wer im Team Ihre Tage sieht oder danach gefragt hat"),
        "colleague_sight JOIN team ON team.id = colleague_sight.team JOIN person ON person.id = colleague_sight.viewer"
        " WHERE colleague_sight.person = $1 ORDER BY colleague_sight.id",
        {
            "team": "team.name",
            "colleague": "person.name",
            "asked_at": "colleague_sight.asked_at",
            "allowed_at": "colleague_sight.allowed_at",
            "with_times": "colleague_sight.with_times",
        },
    ),
    Section(
        "colleagues_whose_days_i_see",
        marked("Wessen Tage Sie im Team sehen oder sehen wollten"),
        "colleague_sight JOIN team ON team.id = colleague_sight.team JOIN person ON person.id = colleague_sight.person"
        " WHERE colleague_sight.viewer = $1 ORDER BY colleague_sight.id",
        {
            "team": "team.name",
            "colleague": "person.name",
            "asked_at": "colleague_sight.asked_at",
            "allowed_at": "colleague_sight.allowed_at",
        },
    ),
    Section(
        "team_days_proposed",
        marked("Teamtage, die Sie vorgeschlagen haben"),
        "team_day JOIN team ON team.id = team_day.team WHERE team_day.proposed_by = $1 ORDER BY team_day.id",
        {"team": "team.name", "title": "team_day.title", "made_at": "team_day.made_at", "day": "team_day.day"},
    ),
    Section(
        "team_day_answers",
        marked("Ihre Antworten zu Teamtagen"),
        "team_day_answer JOIN team_day_choice ON team_day_choice.id = team_day_answer.choice"
        " JOIN team_day ON team_day.id = team_day_choice.team_day"
        " WHERE team_day_answer.person = $1 ORDER BY team_day_answer.id",
        {
            "title": "team_day.title",
            "day": "team_day_choice.day",
            "answer": "team_day_answer.answer",
            "counts_home": "team_day_answer.counts_home",
            "answered_at": "team_day_answer.answered_at",
        },
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
