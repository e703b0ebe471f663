from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "plans_0010_desk_endings"

FORWARDS = """
ALTER TABLE fixed_desk
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN ended_because text,
    ADD CONSTRAINT fixed_desk_why_ended CHECK (
        ended_because IN ('staff', 'replaced', 'desk_retired', 'space_retired', 'operator_ended')
    ),
    DROP CONSTRAINT fixed_desk_of_one,
    DROP CONSTRAINT fixed_desk_one_at_a_time,
    ADD CONSTRAINT fixed_desk_of_one EXCLUDE USING gist (
        int8range(resource, resource, '[]') WITH &&, daterange(first_day, last_day, '[]') WITH &&
    ) WHERE (withdrawn_at IS NULL),
    ADD CONSTRAINT fixed_desk_one_at_a_time EXCLUDE USING gist (
        int8range(membership, membership, '[]') WITH &&, daterange(first_day, last_day, '[]') WITH &&
    ) WHERE (withdrawn_at IS NULL);
"""

BACKWARDS = """
DELETE FROM fixed_desk_release r USING fixed_desk d WHERE d.id = r.fixed_desk AND d.withdrawn_at IS NOT NULL;
DELETE FROM fixed_desk WHERE withdrawn_at IS NOT NULL;
ALTER TABLE fixed_desk
    DROP CONSTRAINT fixed_desk_of_one,
    DROP CONSTRAINT fixed_desk_one_at_a_time,
    ADD CONSTRAINT fixed_desk_of_one EXCLUDE USING gist (
        int8range(resource, resource, '[]') WITH &&, daterange(first_day, last_day, '[]') WITH &&
    ),
    ADD CONSTRAINT fixed_desk_one_at_a_time EXCLUDE USING gist (
        int8range(membership, membership, '[]') WITH &&, daterange(first_day, last_day, '[]') WITH &&
    ),
    DROP CONSTRAINT fixed_desk_why_ended,
    DROP COLUMN ended_because,
    DROP COLUMN withdrawn_at;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "plans", FORWARDS, BACKWARDS)
