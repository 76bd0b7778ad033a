CREATE SCHEMA "bank";
--> statement-breakpoint
CREATE TABLE "bank"."charges" (
	"key" text PRIMARY KEY NOT NULL,
	"amount" numeric(14, 2),
	"currency" char(3),
	"decision" text NOT NULL,
	"reason" text,
	"decided_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "charges_decision_check" CHECK ("bank"."charges"."decision" IN ('APPROVED', 'DECLINED', 'BURNED')),
	CONSTRAINT "charges_amount_check" CHECK ("bank"."charges"."decision" = 'BURNED' OR "bank"."charges"."amount" IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"saga_id" uuid,
	"amount" numeric(14, 2),
	"currency" char(3) NOT NULL,
	"status" text NOT NULL,
	"provider_key" text,
	"decline_reason" text,
	"refund_requested" boolean DEFAULT false NOT NULL,
	"lease_until" timestamp with time zone,
	"transaction_date" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payments_status_check" CHECK ("payments"."status" IN ('PENDING', 'SUCCESS', 'FAILED', 'REFUNDED', 'CANCELLED')),
	CONSTRAINT "payments_amount_check" CHECK ("payments"."amount" > 0),
	CONSTRAINT "payments_tombstone_check" CHECK ("payments"."status" = 'CANCELLED' OR ("payments"."amount" IS NOT NULL AND "payments"."provider_key" IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "bank"."refunds" (
	"key" text PRIMARY KEY NOT NULL,
	"amount" numeric(14, 2) NOT NULL,
	"refunded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "bank"."refunds" ADD CONSTRAINT "refunds_key_charges_key_fk" FOREIGN KEY ("key") REFERENCES "bank"."charges"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "payments_unsettled" ON "payments" USING btree ("updated_at") WHERE "payments"."status" = 'PENDING' OR ("payments"."status" = 'SUCCESS' AND "payments"."refund_requested");