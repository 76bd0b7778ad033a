-- expand
-- The role of the app defines no tables and removes no log rows. These functions do it with the rights of
-- their owner: they make a day of the log, and remove what is over. Nobody may call them but the app.
ALTER FUNCTION make_saga_logs_day(date) SECURITY DEFINER SET search_path = public, pg_temp;
--> statement-breakpoint
-- Drops one day of the log; refuses the default partition, a day that is not over for a day at least, and
-- every other table.
CREATE FUNCTION drop_saga_logs_day(partition text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'saga_logs'::regclass AND relname = partition
      AND substring(pg_get_expr(relpartbound, pg_class.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz
        <= now() - interval '1 day'
  ) THEN
    RAISE EXCEPTION '% is no past day of saga_logs', partition
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE format('DROP TABLE %I', partition);
END $$;
--> statement-breakpoint
-- Removes rows of these sagas that found no partition of their day, once the saga is gone.
CREATE FUNCTION remove_stray_saga_logs(sagas uuid[], older_than_days double precision) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM saga_logs_default l
  WHERE l.saga_id = ANY (sagas)
    AND l.created_at < now() - greatest(older_than_days, 1) * interval '1 day'
    AND NOT EXISTS (SELECT FROM saga_state s WHERE s.saga_id = l.saga_id);
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION make_saga_logs_day(date), drop_saga_logs_day(text),
  remove_stray_saga_logs(uuid[], double precision) FROM PUBLIC;
