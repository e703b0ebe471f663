from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "teams_0009_forgetting"

FORWARDS = """
INSERT INTO team_setting (name, value, valid_from, entered_at)
VALUES ('quote_kept_days', 365, '1977-01-01', '2026-11-22T00:00:00Z');

-- As for people's contracts (plans_0012): the database keeps the time, by its own clock and the law's figures.

CREATE FUNCTION forget_team_contracts(today date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    kept_from integer := books_kept_from(least(today, current_date));
    contracts bigint[];
    orders bigint[];
    quotes bigint[];
BEGIN
    SELECT coalesce(array_agg(c.id), '{}') INTO contracts FROM team_contract c
     WHERE extract(year FROM c.ends_on) < kept_from
       AND NOT EXISTS (SELECT FROM team_account t JOIN entitlement e ON e.id = t.entitlement
                        WHERE t.team_contract = c.id AND (e.person IS NOT NULL OR e.held_units <> 0))
       AND NOT EXISTS (SELECT FROM seat s JOIN seat_holding h ON h.seat = s.id
                        WHERE s.team_contract = c.id AND h.person IS NOT NULL);
    SELECT coalesce(array_agg(id), '{}'), coalesce(array_agg(team_quote) FILTER (WHERE team_quote IS NOT NULL), '{}')
      INTO orders, quotes FROM team_order WHERE team_contract = ANY(contracts);
    DELETE FROM team_document WHERE team_order = ANY(orders);
    DELETE FROM team_order WHERE id = ANY(orders);
    DELETE FROM team_quote WHERE id = ANY(quotes);
    DELETE FROM team_account WHERE team_contract = ANY(contracts);
    DELETE FROM seat_holding h USING seat s WHERE s.id = h.seat AND s.team_contract = ANY(contracts);
    DELETE FROM seat WHERE team_contract = ANY(contracts);
    DELETE FROM team_contract_step WHERE team_contract = ANY(contracts);
    DELETE FROM team_contract WHERE id = ANY(contracts);
    RETURN cardinality(contracts);
END $$;

CREATE FUNCTION forget_team_quotes(today date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    day date := least(today, current_date);
    gone bigint;
BEGIN
    DELETE FROM team_quote q
     WHERE q.valid_until < day - (SELECT value::integer FROM team_setting
                                   WHERE name = 'quote_kept_days' AND valid_from <= day
                                   ORDER BY valid_from DESC, id DESC LIMIT 1)
       AND NOT EXISTS (SELECT FROM team_order WHERE team_quote = q.id);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

CREATE FUNCTION forget_team_payers(today date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    kept_from integer := books_kept_from(least(today, current_date));
    gone bigint[];
BEGIN
    SELECT coalesce(array_agg(t.id), '{}') INTO gone FROM team t
     WHERE t.payer IS NOT NULL AND extract(year FROM t.ended_at) < kept_from
       AND NOT EXISTS (SELECT FROM charge WHERE payer = t.payer)
       AND NOT EXISTS (SELECT FROM team_contract WHERE payer = t.payer OR purse = t.purse)
       AND NOT EXISTS (SELECT FROM team_quote WHERE team = t.id);
    UPDATE shared_purse p SET payer = NULL FROM team t WHERE t.id = ANY(gone) AND p.id = t.purse;
    UPDATE team SET payer = NULL, purse = NULL, leitweg_id = '', order_number = '' WHERE id = ANY(gone);
    RETURN cardinality(gone);
END $$;

REVOKE ALL ON FUNCTION forget_team_contracts(date), forget_team_quotes(date), forget_team_payers(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_team_contracts(date), forget_team_quotes(date), forget_team_payers(date)
    TO nahwerk_app;
"""

BACKWARDS = """
DROP FUNCTION forget_team_payers(date);
DROP FUNCTION forget_team_quotes(date);
DROP FUNCTION forget_team_contracts(date);
DELETE FROM team_setting WHERE name = 'quote_kept_days';
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "teams", FORWARDS, BACKWARDS)
