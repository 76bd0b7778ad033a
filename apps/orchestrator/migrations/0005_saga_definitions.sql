-- expand
-- What sagas were begun with, under each name and version: an orchestrator whose definition is another
-- one does not start.
CREATE TABLE "saga_definitions" (
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"fingerprint" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "saga_definitions_pkey" PRIMARY KEY("name","version")
);
