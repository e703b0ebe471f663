from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "billing_0002_retention"

FORWARDS = """
ALTER TABLE charge ALTER COLUMN payer DROP NOT NULL;
INSERT INTO law_value (name, value, valid_from, source, entered_at) VALUES
    ('books_years', 10, '1977-01-01', 'AO § 147 Abs. 3, HGB § 257 Abs. 4', '2026-11-22T00:00:00Z');
"""

BACKWARDS = """
DELETE FROM law_value WHERE name = 'books_years';
ALTER TABLE charge ALTER COLUMN payer SET NOT NULL;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "billing", FORWARDS, BACKWARDS)
