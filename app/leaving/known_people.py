"""Whom an operator may know: the statement behind all people in what it takes along.

That is who works for it, and who a front desk of its own has in reach (docs/decisions/0020-front-desk-and-people.md):
whom it has entered, and who has booked at its spaces, no longer than a booking names its person. Who has a contract
with it is its own party.
"""

from typing import Final

KNOWN: Final = """
SELECT person.id AS person, person.public_id AS id FROM person WHERE person.retired_at IS NULL AND person.id IN (
    SELECT role_grant.person FROM role_grant
        LEFT JOIN space ON role_grant.scope_kind = 'space' AND space.id = role_grant.scope_id
        WHERE (role_grant.scope_kind = 'operator' AND role_grant.scope_id = $1) OR space.operator = $1
    UNION SELECT booking.person FROM booking JOIN space ON space.id = booking.space
        WHERE space.operator = $1 AND booking.ends_at > $2::timestamptz - interval '12 months'
    UNION SELECT waiting.person FROM waiting JOIN space ON space.id = waiting.space WHERE space.operator = $1
    UNION SELECT person_group_member.person FROM person_group_member
        JOIN person_group ON person_group.id = person_group_member.person_group WHERE person_group.operator = $1
    UNION SELECT organisation.responsible FROM organisation
        WHERE organisation.operator = $1 AND organisation.retired_at IS NULL
    UNION SELECT member_note.person FROM member_note WHERE member_note.operator = $1
    UNION SELECT bar.person FROM bar WHERE bar.operator = $1
    UNION SELECT opening_balance.person FROM opening_balance WHERE opening_balance.operator = $1
    UNION SELECT membership.person FROM membership WHERE membership.seller = $1
    UNION SELECT pass.person FROM pass WHERE pass.seller = $1
    UNION SELECT concession.person FROM concession WHERE concession.operator = $1
    UNION SELECT device.walk_in FROM device JOIN space ON space.id = device.space WHERE space.operator = $1
    UNION SELECT person.id FROM person WHERE person.entered_by_operator = $1
)
"""
