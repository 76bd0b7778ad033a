-- Sagas that wait for a signal or a time. Safe to run again.

-- due_at is set only while a saga waits: an index on it leaves all other updates HOT.
ALTER TABLE saga_state
  ADD COLUMN IF NOT EXISTS due_at timestamptz,
  ADD COLUMN IF NOT EXISTS waits jsonb;

-- Only where it does not have the new status yet: it reads the whole table.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'saga_state'::regclass
    AND conname = 'saga_state_status' AND pg_get_constraintdef(oid) LIKE '%WAITING%')
  THEN
    ALTER TABLE saga_state DROP CONSTRAINT IF EXISTS saga_state_status,
      ADD CONSTRAINT saga_state_status
        CHECK (status IN ('RUNNING', 'COMPENSATING', 'WAITING', 'DONE', 'COMPENSATED'));
  END IF;
END $$;

CREATE INDEX IF NOT EXISTS saga_state_due ON saga_state (due_at) WHERE due_at IS NOT NULL;

-- What each signal was answered; the same id is answered the same for as long as its saga is there.
CREATE TABLE IF NOT EXISTS saga_signals (
  saga_id uuid NOT NULL,
  signal_id text NOT NULL,
  name text NOT NULL,
  data jsonb,
  answer jsonb NOT NULL,
  recorded_at timestamptz NOT NULL,
  CONSTRAINT saga_signals_pkey PRIMARY KEY (saga_id, signal_id)
);
