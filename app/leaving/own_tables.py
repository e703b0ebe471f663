"""What an operator takes along that several capabilities know together: people, the trail, earlier exports."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

_OF_OPERATOR: Final = (
    ("operator", "operator.public_id", "operator WHERE operator.id = $1"),
    *(
        (table, f"{table}.public_id", f"{table} WHERE {table}.operator = $1")
        for table in ("person_group", "organisation", "invitation", "member_note", "bar", "webhook_endpoint", "product")
    ),
    ("membership", "membership.public_id", "membership WHERE membership.seller = $1"),
    ("pass", "pass.public_id", "pass WHERE pass.seller = $1"),
    ("operator_export", "operator_export.public_id", "operator_export WHERE operator_export.operator = $1"),
    ("space", "space.slug", "space WHERE space.operator = $1"),
    *(
        (table, f"{table}.public_id", f"{table} JOIN space ON space.id = {table}.space WHERE space.operator = $1")
        for table in ("resource", "blocker", "device", "report", "booking", "waiting")
    ),
    *(
        (
            table,
            f"{table}.public_id",
            f"{table} JOIN resource ON resource.id = {table}.resource JOIN space ON space.id = resource.space"
            " WHERE space.operator = $1",
        )
        for table in ("series", "feed")
    ),
    ("feed", "feed.public_id", "feed JOIN space ON space.id = feed.space WHERE space.operator = $1"),
)
_SUBJECTS: Final = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, {kind}.id AS key, {name} AS id FROM {rows}"  # noqa: S608
    for kind, name, rows in _OF_OPERATOR
)
_ROLE_HERE: Final = """
    audit_entry.subject_kind = 'person' AND audit_entry.action IN ('role.granted', 'role.revoked') AND (
        (audit_entry.details ->> 'scope_kind' = 'operator' AND audit_entry.details ->> 'scope_id' = $1::bigint::text)
        OR (audit_entry.details ->> 'scope_kind' = 'space' AND audit_entry.details ->> 'scope_id' IN (
            SELECT space.id::text FROM space WHERE space.operator = $1
        ))
    )
"""
_MOVED: Final = ("booking", "series", "waiting")
"""What people move between operators: of these only why something was done, because where it was before is not ours."""

_INSIDE: Final = ("operator", "whom", "scope_id", "noise", "resource", "author")
"""Details that are counted keys; the file has ids instead."""

OWN_TABLES: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "people",
        "person",
        marked("Menschen, die hier arbeiten oder Gäste sind, mit dem, was die Theke von ihnen sieht"),
        "person JOIN known ON known.person = person.id ORDER BY person.id",
        {
            "id": "person.public_id",
            "name": "person.name",
            "phone": "person.phone",
            "has_account": "person.email_confirmed_at IS NOT NULL",
            "entered_here": "person.entered_by_operator IS NOT DISTINCT FROM $1",
            "created_at": "CASE WHEN person.entered_by_operator = $1 THEN person.created_at END",
        },
        {
            "has_account": marked("ob die Person ein eigenes Konto im Netzwerk hat"),
            "entered_here": marked("ob Ihre Theke den Eintrag angelegt hat"),
            "created_at": marked("wann Ihre Theke den Eintrag angelegt hat"),
        },
    ),
    ExportedTable(
        "trail",
        "audit_entry",
        marked("Protokoll: wer an Ihren Dingen was getan hat"),
        f"audit_entry LEFT JOIN ({_SUBJECTS}) AS subject ON subject.kind = audit_entry.subject_kind"
        " AND subject.key = audit_entry.subject_id"
        f" LEFT JOIN known AS member ON member.person = audit_entry.subject_id AND {_ROLE_HERE}"
        " LEFT JOIN known AS doer ON doer.person = audit_entry.actor"
        " LEFT JOIN known AS guest ON guest.person ="
        " CASE WHEN audit_entry.details ->> 'whom' ~ '^[0-9]{1,18}$' THEN (audit_entry.details ->> 'whom')::bigint END"
        f" WHERE subject.key IS NOT NULL OR ({_ROLE_HERE}) ORDER BY audit_entry.id",
        {
            "at": "audit_entry.at",
            "by": "doer.id",
            "via": "audit_entry.via",
            "action": "audit_entry.action",
            "subject_kind": "audit_entry.subject_kind",
            "subject": "coalesce(subject.id, member.id)",
            "whom": "guest.id",
            "details": f"CASE WHEN audit_entry.subject_kind IN {_MOVED} THEN"
            " jsonb_strip_nulls(jsonb_build_object('reason', audit_entry.details -> 'reason'))"
            " WHEN audit_entry.action = 'organisation.responsible_changed' THEN '{}'::jsonb"
            f" ELSE audit_entry.details - ARRAY{list(_INSIDE)}::text[] END",
        },
        {
            "at": marked("wann"),
            "by": marked("wer (people.id); leer, wenn es niemand von Ihnen oder Ihren Gästen war"),
            "via": marked("auf welchem Weg: page, token, cli, mail, device oder system"),
            "action": marked("was getan wurde"),
            "subject_kind": marked("womit"),
            "subject": marked("dessen Kennung in seiner Tabelle"),
            "whom": marked("für wen oder mit wem (people.id)"),
            "details": marked("was sich geändert hat"),
        },
    ),
    ExportedTable(
        "exports",
        "operator_export",
        marked("Wer die Daten schon mitgenommen hat, und wann"),
        "operator_export LEFT JOIN known ON known.person = operator_export.ordered_by"
        " WHERE operator_export.operator = $1 ORDER BY operator_export.id",
        {
            "id": "operator_export.public_id",
            "ordered_by": "known.id",
            "ordered_at": "operator_export.ordered_at",
            "state": "operator_export.state",
            "row_count": "operator_export.row_count",
            "file_count": "operator_export.file_count",
            "made_at": "operator_export.made_at",
            "size": "operator_export.size",
            "kept_until": "operator_export.kept_until",
            "ended_at": "operator_export.ended_at",
        },
        {
            "ordered_by": marked("wer bestellt hat (people.id); leer, wenn es das Netzwerk war"),
            "ordered_at": marked("wann bestellt"),
            "state": marked("Stand: ordered, making, ready, failed oder deleted"),
            "row_count": marked("Zeilen"),
            "file_count": marked("Bilder"),
            "made_at": marked("wann fertig"),
            "size": marked("Größe in Byte"),
            "kept_until": marked("bis wann aufgehoben"),
            "ended_at": marked("wann gelöscht oder gescheitert"),
        },
    ),
)
"""Who, and what was done."""
