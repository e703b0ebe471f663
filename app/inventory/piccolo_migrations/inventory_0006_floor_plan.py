from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "inventory_0006_floor_plan"

FORWARDS = """
ALTER TABLE floor_plan
    ADD public_id text NOT NULL DEFAULT substr(replace(gen_random_uuid()::text, '-', ''), 1, 16)
        CONSTRAINT floor_plan_public_id UNIQUE,
    ADD name_en text NOT NULL DEFAULT '',
    ADD picture text,
    ADD picture_width integer NOT NULL DEFAULT 0,
    ADD picture_height integer NOT NULL DEFAULT 0,
    ADD picture_shown boolean NOT NULL DEFAULT true,
    ADD version integer NOT NULL DEFAULT 1;
CREATE INDEX floor_plan_picture ON floor_plan (picture) WHERE picture IS NOT NULL;
CREATE INDEX resource_floor_plan ON resource (floor_plan) WHERE floor_plan IS NOT NULL;
"""

BACKWARDS = """
DROP INDEX resource_floor_plan;
ALTER TABLE floor_plan
    DROP public_id, DROP name_en, DROP picture, DROP picture_width, DROP picture_height, DROP picture_shown,
    DROP version;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "inventory", FORWARDS, BACKWARDS)
