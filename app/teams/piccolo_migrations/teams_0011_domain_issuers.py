from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "teams_0011_domain_issuers"

FORWARDS = """
ALTER TABLE mail_domain
    ADD COLUMN issuer text NOT NULL DEFAULT '',
    ADD COLUMN asked_issuer text NOT NULL DEFAULT '';
ALTER TABLE company_sign_in ADD COLUMN company_session text NOT NULL DEFAULT '';
"""

BACKWARDS = """
ALTER TABLE company_sign_in DROP COLUMN company_session;
ALTER TABLE mail_domain DROP COLUMN issuer, DROP COLUMN asked_issuer;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "teams", FORWARDS, BACKWARDS)
