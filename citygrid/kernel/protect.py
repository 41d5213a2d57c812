"""Append-only tables: triggers that refuse UPDATE, DELETE and TRUNCATE."""

from django.db.migrations import RunSQL

FUNCTION = """
CREATE OR REPLACE FUNCTION citygrid_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: history is appended, never edited', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """A migration operation after which rows of `table` can only be added."""
    forward = f"""
    {FUNCTION}
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION citygrid_refuse_change();
    CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION citygrid_refuse_change();
    """
    backward = f"""
    DROP TRIGGER {table}_append_only ON {table};
    DROP TRIGGER {table}_keep_all ON {table};
    """
    return RunSQL(forward, backward)
