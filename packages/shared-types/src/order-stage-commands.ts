import { IsIn, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import 'reflect-metadata';
import { FastValidation } from './fast-validation.js';
import { IsCallerId, OrderCreateCommand } from './order-commands.js';
import { OrderIdCommand } from './order-id.command.js';
import { ACTOR_ROLES, type ActorRole } from './statuses.js';

/** The stages that a saga of a marketplace order brings its order to. */
export const ADVANCED_STAGES = [
  'AWAITING_PAYMENT',
  'PAID',
  'PREPARING',
  'READY',
  'FULFILLED',
] as const;
export type AdvancedStage = (typeof ADVANCED_STAGES)[number];

/** The stages that a plain order comes to after it is confirmed. */
export const PROGRESS_STAGES = ['PREPARING', 'READY', 'FULFILLED'] as const;
export type ProgressStage = (typeof PROGRESS_STAGES)[number];

/** Without control characters and halves of surrogate pairs. */
const TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

function IsNote(lengthMax: number): PropertyDecorator {
  const message = '$property must not contain control characters';
  const rules = [IsOptional(), IsString(), Length(1, lengthMax), Matches(TEXT, { message })];
  return (target, property) => {
    for (const rule of rules) rule(target, property);
  };
}

/** data of order.place: as of order.create, and the one seller of all lines */
@FastValidation()
export class OrderPlaceCommand extends OrderCreateCommand {
  /** As Caller.id. */
  @IsString()
  @Length(1, 1_000)
  @Matches(TEXT, { message: 'sellerId must not contain control characters' })
  sellerId!: string;
}

/** data of order.advance */
@FastValidation()
export class OrderAdvanceCommand extends OrderIdCommand {
  @IsIn(ADVANCED_STAGES)
  stage!: AdvancedStage;

  /** For whom it is done, as Caller.id. */
  @IsCallerId()
  actor?: string;

  /** Of FULFILLED: how the goods can be followed. */
  @IsNote(200)
  tracking?: string;
}

/** data of order.progress */
@FastValidation()
export class OrderProgressCommand extends OrderIdCommand {
  @IsIn(PROGRESS_STAGES)
  stage!: ProgressStage;

  @IsIn(ACTOR_ROLES)
  actorRole!: ActorRole;

  @IsCallerId()
  actor?: string;

  @IsNote(200)
  tracking?: string;
}

/** data of order.begin-cancel */
@FastValidation()
export class OrderBeginCancelCommand extends OrderIdCommand {
  /** The saga that cancels. It alone may end what it began. */
  @IsUUID('loose')
  cancellationId!: string;

  @IsIn(ACTOR_ROLES)
  actorRole!: ActorRole;

  @IsCallerId()
  actor?: string;

  @IsNote(500)
  reason?: string;
}

/** data of order.end-cancel */
@FastValidation()
export class OrderEndCancelCommand extends OrderIdCommand {
  @IsUUID('loose')
  cancellationId!: string;
}
