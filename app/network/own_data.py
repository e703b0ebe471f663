"""What the network's tables hold about a person, for the person."""

from collections.abc import Sequence
from typing import Final

from app.identity.own_data import Section
from app.kernel.refusals import marked

NETWORK: Final[Sequence[Section]] = (
    Section(
        "roles",
        marked("Ihre Aufgaben bei Betreibern oder im Netzwerk"),
        "role_grant LEFT JOIN operator ON role_grant.scope_kind = 'operator' AND operator.id = role_grant.scope_id"
        " LEFT JOIN space ON role_grant.scope_kind = 'space' AND space.id = role_grant.scope_id"
        " WHERE role_grant.person = $1 ORDER BY role_grant.id",
        {
            "role": "role_grant.role",
            "operator": "operator.name",
            "space": "space.name",
            "granted_at": "role_grant.granted_at",
            "revoked_at": "role_grant.revoked_at",
        },
    ),
    Section(
        "house_rules",
        marked("Hausordnungen, denen Sie zugestimmt haben"),
        "house_rules_acceptance JOIN space ON space.id = house_rules_acceptance.space"
        " WHERE house_rules_acceptance.person = $1 ORDER BY house_rules_acceptance.id",
        {
            "space": "space.name",
            "edition": "house_rules_acceptance.edition",
            "accepted_at": "house_rules_acceptance.accepted_at",
        },
    ),
    Section(
        "groups",
        marked("Gruppen, zu denen ein Betreiber Sie zählt"),
        "person_group_member JOIN person_group ON person_group.id = person_group_member.person_group"
        " JOIN operator ON operator.id = person_group.operator"
        " WHERE person_group_member.person = $1 ORDER BY person_group_member.id",
        {"operator": "operator.name", "group": "person_group.name", "since": "person_group_member.since"},
    ),
    Section(
        "organisations",
        marked("Vereine, für die Sie verantwortlich sind"),
        "organisation JOIN operator ON operator.id = organisation.operator WHERE organisation.responsible = $1"
        " ORDER BY organisation.id",
        {"operator": "operator.name", "organisation": "organisation.name", "created_at": "organisation.created_at"},
    ),
    Section(
        "paper_cards",
        marked("Tage, die auf einer Papierkarte übrig waren"),
        "opening_balance JOIN operator ON operator.id = opening_balance.operator WHERE opening_balance.person = $1"
        " ORDER BY opening_balance.id",
        {"operator": "operator.name", "days": "opening_balance.days", "as_of": "opening_balance.as_of"},
    ),
    Section(
        "notes",
        marked("Notizen, die Betreiber zu Ihnen geschrieben haben"),
        "member_note JOIN operator ON operator.id = member_note.operator WHERE member_note.person = $1"
        " ORDER BY member_note.id",
        {"operator": "operator.name", "text": "member_note.text", "written_at": "member_note.written_at"},
    ),
    Section(
        "bars",
        marked("Hausverbote, mit Grund, Ihrem Widerspruch und der Antwort"),
        "bar JOIN operator ON operator.id = bar.operator WHERE bar.person = $1 ORDER BY bar.id",
        {
            "operator": "operator.name",
            "reason": "bar.reason",
            "made_at": "bar.made_at",
            "ends_at": "bar.ends_at",
            "objection": "bar.objection",
            "objected_at": "bar.objected_at",
            "objected_how": "bar.objected_how",
            "answer": "bar.answer",
            "answered_at": "bar.answered_at",
            "lifted_at": "bar.lifted_at",
        },
    ),
    Section(
        "evening_mails",
        marked("Standorte, die Ihnen abends schreiben, wer morgen kommt"),
        "evening_mail JOIN space ON space.id = evening_mail.space WHERE"
        " (SELECT person.email FROM person WHERE person.id = $1) = ANY(evening_mail.emails) ORDER BY space.name",
        {"space": "space.name"},
    ),
)
