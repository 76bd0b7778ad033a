-- expand
-- What happened to sagas beside their log: retries, takeovers, operators. They are removed together with
-- their saga. An orchestrator of the release before writes none.
CREATE TABLE saga_notes (
	"saga_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"step" text NOT NULL,
	"data" jsonb NOT NULL,
	CONSTRAINT "saga_notes_pkey" PRIMARY KEY("saga_id","created_at"),
	CONSTRAINT "saga_notes_kind" CHECK (kind IN ('RETRIED', 'PARKED', 'TAKEN_OVER', 'OPERATED', 'RESENT'))
);
