"""What an operator has decided and written about people, and who works for it, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

OPERATORS_PEOPLE: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "staff",
        "role_grant",
        marked("Wer mitarbeitet und mitgearbeitet hat, mit Aufgabe und E-Mail-Adresse"),
        "role_grant JOIN person ON person.id = role_grant.person JOIN known ON known.person = person.id"
        " LEFT JOIN space ON role_grant.scope_kind = 'space' AND space.id = role_grant.scope_id"
        " WHERE (role_grant.scope_kind = 'operator' AND role_grant.scope_id = $1) OR space.operator = $1"
        " ORDER BY role_grant.id",
        {
            "person": "known.id",
            "role": "role_grant.role",
            "scope": "role_grant.scope_kind",
            "space": "space.slug",
            "email": "CASE WHEN role_grant.revoked_at IS NULL THEN person.email END",
            "granted_at": "role_grant.granted_at",
            "revoked_at": "role_grant.revoked_at",
        },
        {
            "scope": marked("operator: an allen Standorten; space: an diesem einen"),
            "email": marked("E-Mail-Adresse, solange die Aufgabe besteht"),
            "granted_at": marked("seit wann"),
        },
    ),
    ExportedTable(
        "invitations",
        "invitation",
        marked("Einladungen, eine Aufgabe zu übernehmen"),
        "invitation LEFT JOIN space ON invitation.scope_kind = 'space' AND space.id = invitation.scope_id"
        " AND space.operator = $1"
        " LEFT JOIN known AS inviter ON inviter.person = invitation.invited_by"
        " LEFT JOIN known AS taker ON taker.person = invitation.accepted_by"
        " WHERE invitation.operator = $1 ORDER BY invitation.id",
        {
            "id": "invitation.public_id",
            "name": "invitation.name",
            "email": "invitation.email",
            "role": "invitation.role",
            "scope": "invitation.scope_kind",
            "space": "space.slug",
            "invited_by": "inviter.id",
            "created_at": "invitation.created_at",
            "expires_at": "invitation.expires_at",
            "accepted_at": "invitation.accepted_at",
            "accepted_by": "taker.id",
            "revoked_at": "invitation.revoked_at",
        },
        {
            "scope": marked("operator: an allen Standorten; space: an diesem einen"),
            "email": marked("E-Mail-Adresse, an die die Einladung ging"),
            "invited_by": marked("wer eingeladen hat (people.id); leer, wenn es das Netzwerk war"),
            "accepted_at": marked("wann angenommen"),
            "accepted_by": marked("wer angenommen hat (people.id)"),
        },
    ),
    ExportedTable(
        "notes",
        "member_note",
        marked("Notizen zu Gästen"),
        "member_note JOIN known ON known.person = member_note.person"
        " LEFT JOIN known AS writer ON writer.person = member_note.author"
        " WHERE member_note.operator = $1 ORDER BY member_note.id",
        {
            "id": "member_note.public_id",
            "person": "known.id",
            "text": "member_note.text",
            "author": "writer.id",
            "written_at": "member_note.written_at",
        },
        {
            "text": marked("die Notiz"),
            "author": marked("wer sie zuletzt geschrieben hat (people.id)"),
            "written_at": marked("wann zuletzt geschrieben"),
        },
    ),
    ExportedTable(
        "bars",
        "bar",
        marked("Hausverbote, mit Grund, Widerspruch und Antwort"),
        "bar JOIN known ON known.person = bar.person LEFT JOIN known AS maker ON maker.person = bar.made_by"
        " LEFT JOIN known AS noter ON noter.person = bar.objected_by"
        " LEFT JOIN known AS answerer ON answerer.person = bar.answered_by WHERE bar.operator = $1 ORDER BY bar.id",
        {
            "id": "bar.public_id",
            "person": "known.id",
            "reason": "bar.reason",
            "made_by": "maker.id",
            "made_at": "bar.made_at",
            "ends_at": "bar.ends_at",
            "objection": "bar.objection",
            "objected_at": "bar.objected_at",
            "objected_how": "bar.objected_how",
            "noted_by": "noter.id",
            "answer": "bar.answer",
            "answered_by": "answerer.id",
            "answered_at": "bar.answered_at",
            "lifted_at": "bar.lifted_at",
        },
        {
            "reason": marked("Grund, wie die Person ihn gelesen hat"),
            "made_by": marked("wer es ausgesprochen hat (people.id)"),
            "objection": marked("Widerspruch der Person"),
            "objected_at": marked("wann widersprochen wurde"),
            "objected_how": marked(
                "wie der Widerspruch kam, den Sie notiert haben: telephone, letter oder in_person; sonst leer"
            ),
            "noted_by": marked("wer ihn notiert hat (people.id)"),
            "answer": marked("Antwort auf den Widerspruch"),
            "answered_by": marked("wer geantwortet hat (people.id)"),
        },
    ),
    ExportedTable(
        "paper_cards",
        "opening_balance",
        marked("Tage, die auf Papierkarten übrig waren"),
        "opening_balance JOIN known ON known.person = opening_balance.person WHERE opening_balance.operator = $1"
        " ORDER BY opening_balance.id",
        {"person": "known.id", "days": "opening_balance.days", "as_of": "opening_balance.as_of"},
        {"days": marked("wie viele Tage übrig waren"), "as_of": marked("Stand von diesem Tag")},
    ),
    ExportedTable(
        "evening_mails",
        "evening_mail",
        marked("Wer abends hört, wer morgen kommt"),
        "evening_mail JOIN space ON space.id = evening_mail.space WHERE space.operator = $1 ORDER BY evening_mail.id",
        {
            "space": "space.slug",
            "is_wanted": "evening_mail.is_wanted",
            "also_when_empty": "evening_mail.also_when_empty",
            "emails": "evening_mail.emails",
        },
        {
            "is_wanted": marked("ob die E-Mail gewünscht ist"),
            "also_when_empty": marked("auch wenn niemand kommt"),
            "emails": marked("E-Mail-Adressen der Empfänger"),
        },
    ),
)
"""What holds between an operator and people."""
