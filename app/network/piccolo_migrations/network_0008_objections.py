from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "network_0008_objections"

FORWARDS = """
ALTER TABLE bar
    ADD COLUMN objected_how text CONSTRAINT bar_objected_how CHECK (objected_how IN ('telephone', 'letter', 'in_person')),
    ADD COLUMN objected_by bigint REFERENCES person ON DELETE RESTRICT,
    ADD CONSTRAINT bar_noted CHECK (objected_by IS NULL OR objected_how IS NOT NULL);
CREATE INDEX bar_objected_by ON bar (objected_by);
"""

BACKWARDS = """
ALTER TABLE bar DROP COLUMN objected_by, DROP COLUMN objected_how;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "network", FORWARDS, BACKWARDS)
