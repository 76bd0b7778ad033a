-- expand
-- Payments that a customer makes in attempts, refunds in parts, and the bank's side of both. All new columns of
-- payments are null in rows of payment.process, and no index on payments is new.
CREATE TABLE "bank"."intents" (
	"ref" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"amount" numeric(14, 2) NOT NULL,
	"currency" char(3) NOT NULL,
	"card" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payment_attempts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"order_id" uuid NOT NULL,
	"number" integer,
	"key" text NOT NULL,
	"brand" text,
	"last4" text,
	"auth_code" text,
	"fee" numeric(14, 2),
	"status" text NOT NULL,
	"decline_code" text,
	"provider_ref" text,
	"lease_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_attempts_status_check" CHECK ("payment_attempts"."status" IN ('SUBMITTED', 'REQUIRES_ACTION', 'SUCCEEDED', 'DECLINED', 'VOIDED', 'REFUSED')),
	CONSTRAINT "payment_attempts_number_check" CHECK (("payment_attempts"."number" IS NULL) = ("payment_attempts"."status" = 'REFUSED')),
	CONSTRAINT "payment_attempts_succeeded_check" CHECK ("payment_attempts"."status" <> 'SUCCEEDED' OR "payment_attempts"."provider_ref" IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"amount" numeric(14, 2) NOT NULL,
	"status" text NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"provider_ref" text,
	"saga_id" uuid,
	"lease_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "refunds_status_check" CHECK ("refunds"."status" IN ('REQUESTED', 'PENDING', 'SUCCEEDED', 'FAILED')),
	CONSTRAINT "refunds_amount_check" CHECK ("refunds"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "bank"."refund_entries" (
	"key" text PRIMARY KEY NOT NULL,
	"charge_key" text NOT NULL,
	"amount" numeric(14, 2) NOT NULL,
	"refunded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "bank"."refund_entries" ADD CONSTRAINT "refund_entries_charge_key_charges_key_fk" FOREIGN KEY ("charge_key") REFERENCES "bank"."charges"("key") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "intents_key" ON "bank"."intents" USING btree ("key");
--> statement-breakpoint
CREATE UNIQUE INDEX "payment_attempts_key" ON "payment_attempts" USING btree ("order_id","key");
--> statement-breakpoint
CREATE UNIQUE INDEX "payment_attempts_live" ON "payment_attempts" USING btree ("order_id") WHERE "payment_attempts"."status" IN ('SUBMITTED', 'REQUIRES_ACTION');
--> statement-breakpoint
CREATE INDEX "refunds_order" ON "refunds" USING btree ("order_id");
--> statement-breakpoint
CREATE INDEX "refunds_unsettled" ON "refunds" USING btree ("updated_at") WHERE "refunds"."status" IN ('REQUESTED', 'PENDING');
--> statement-breakpoint
ALTER TABLE "payments"
	ADD COLUMN "card_token" text,
	ADD COLUMN "flow" text,
	ADD COLUMN "open_until" timestamp with time zone,
	ADD COLUMN "attempts_max" integer,
	ADD COLUMN "closed_at" timestamp with time zone,
	ADD COLUMN "close_code" text,
	ADD COLUMN "refund_reserved" numeric(14, 2),
	ADD COLUMN "refunded_amount" numeric(14, 2),
	ADD COLUMN "announced_at" timestamp with time zone,
	DROP CONSTRAINT "payments_tombstone_check",
	ADD CONSTRAINT "payments_open_check" CHECK ("flow" IS NULL OR ("flow" = 'OPEN' AND "open_until" IS NOT NULL AND "attempts_max" IS NOT NULL AND "attempts_max" > 0)) NOT VALID,
	ADD CONSTRAINT "payments_refund_reserved_check" CHECK ("refund_reserved" IS NULL OR ("amount" IS NOT NULL AND "refund_reserved" <= "amount")) NOT VALID,
	ADD CONSTRAINT "payments_refunded_amount_check" CHECK ("refunded_amount" IS NULL OR ("refund_reserved" IS NOT NULL AND "refunded_amount" <= "refund_reserved")) NOT VALID,
	ADD CONSTRAINT "payments_tombstone_check" CHECK ("status" = 'CANCELLED' OR ("amount" IS NOT NULL AND ("provider_key" IS NOT NULL OR coalesce("flow" = 'OPEN' AND "status" IN ('PENDING', 'FAILED'), false)))) NOT VALID;
--> statement-breakpoint
CREATE TRIGGER intents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.intents
  FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_rewriting();
--> statement-breakpoint
CREATE TRIGGER refund_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.refund_entries
  FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_rewriting();
