-- The tables of @backstitch/saga-engine. Safe to run again.
-- The subject of a saga (its order, trip, ...) is in column subject_id; give it your own name if you
-- like, and tell the name to PostgresSagaStore.

-- Room on each page keeps the updates of a row HOT: no index is touched by a transition. For the same
-- reason there is no index on a column that changes at every transition.
CREATE TABLE IF NOT EXISTS saga_state (
  saga_id uuid PRIMARY KEY,
  subject_id uuid NOT NULL,
  definition text NOT NULL,
  definition_version integer NOT NULL,
  status text NOT NULL,
  current_step text NOT NULL,
  attempt integer NOT NULL,
  waiting_for text,
  wake_at timestamptz,
  last_error jsonb,
  needs_attention boolean NOT NULL,
  step_deadline_at timestamptz,
  saga_deadline_at timestamptz NOT NULL,
  failure jsonb,
  kept jsonb NOT NULL,
  input jsonb NOT NULL,
  request_id text,
  version integer NOT NULL,
  epoch integer NOT NULL,
  owner uuid NOT NULL,
  last_log_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT saga_state_status CHECK (status IN ('RUNNING', 'COMPENSATING', 'DONE', 'COMPENSATED'))
) WITH (fillfactor = 60);

CREATE INDEX IF NOT EXISTS saga_state_unfinished ON saga_state (owner)
  WHERE status IN ('RUNNING', 'COMPENSATING');

-- No foreign key: it would lock the state row once more for every log row. Both are written together.
CREATE TABLE IF NOT EXISTS saga_logs (
  saga_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  step text NOT NULL,
  status text NOT NULL,
  data jsonb,
  CONSTRAINT saga_logs_pkey PRIMARY KEY (saga_id, created_at),
  CONSTRAINT saga_logs_status CHECK (status IN ('STARTED', 'COMPLETED', 'FAILED'))
);

-- The heartbeats of the engines.
CREATE TABLE IF NOT EXISTS saga_owners (
  instance_id uuid PRIMARY KEY,
  heartbeat_at timestamptz NOT NULL,
  started_at timestamptz NOT NULL
);

-- What sagas were begun with, under each name and version.
CREATE TABLE IF NOT EXISTS saga_definitions (
  name text NOT NULL,
  version integer NOT NULL,
  fingerprint text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT saga_definitions_pkey PRIMARY KEY (name, version)
);
