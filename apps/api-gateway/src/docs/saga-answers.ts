import {
  type PublicSaga,
  type PublicSagaLog,
  type PublicSagaNote,
  type PublicSagaPlanStep,
  SAGA_LOG_STATUSES,
  SAGA_NOTE_NAMES,
  SAGA_STATUSES,
  type SagaLogView,
  type SagaMilestone,
  type SagaNoteView,
  type SagaPause,
  type SagaView,
} from '@backstitch/shared-types';
import { ApiProperty } from '@nestjs/swagger';

const UUID = { format: 'uuid' } as const;
const TIME_OR_NULL = { type: String, format: 'date-time', nullable: true } as const;

export class SagaStepDataAnswer {
  @ApiProperty({ enum: ['rejected', 'unknown'], description: 'Of a FAILED step' })
  outcome!: string;
}

export class SagaLogAnswer implements PublicSagaLog {
  @ApiProperty({ example: 'PAYMENT_PROCESSED' })
  step!: string;

  @ApiProperty({ enum: SAGA_LOG_STATUSES })
  status!: SagaLogView['status'];

  @ApiProperty({ type: SagaStepDataAnswer, nullable: true })
  data!: SagaStepDataAnswer | null;

  @ApiProperty({ format: 'date-time', description: 'With microseconds' })
  createdAt!: string;
}

export class SagaReasonAnswer {
  @ApiProperty()
  code!: string;

  @ApiProperty()
  detail!: string;
}

export class SagaNoteDataAnswer {
  @ApiProperty({ format: 'date-time', description: 'Of a RETRIED or PARKED note' })
  nextTryAt!: string;
}

export class SagaNoteAnswer implements PublicSagaNote {
  @ApiProperty({ enum: SAGA_NOTE_NAMES })
  kind!: SagaNoteView['kind'];

  @ApiProperty({ example: 'PAYMENT_PROCESSED' })
  step!: string;

  @ApiProperty({ type: SagaNoteDataAnswer, nullable: true })
  data!: SagaNoteDataAnswer | null;

  @ApiProperty({ format: 'date-time', description: 'Differs from those of all rows of the log' })
  createdAt!: string;
}

export class SagaPlanStepAnswer implements PublicSagaPlanStep {
  @ApiProperty({ example: 'PAYMENT_PROCESSED' })
  step!: string;

  @ApiProperty({ enum: ['command', 'wait'] })
  kind!: 'command' | 'wait';

  @ApiProperty({ type: String, nullable: true, example: 'REFUND_PAYMENT' })
  undo!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The step whose undo takes it back' })
  undoneBy!: string | null;

  @ApiProperty({ description: 'From here on the saga only goes forward' })
  pivot!: boolean;
}

export class SagaMilestoneAnswer implements SagaMilestone {
  @ApiProperty({ example: 'PAID' })
  state!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}

export class SagaPauseAnswer implements SagaPause {
  @ApiProperty({ format: 'date-time' })
  since!: string;

  @ApiProperty({ description: 'For the shopper' })
  why!: string;

  @ApiProperty({ ...TIME_OR_NULL, description: 'null: an attempt is under way' })
  nextTryAt!: string | null;
}

export class SagaAnswer implements PublicSaga {
  @ApiProperty(UUID)
  sagaId!: string;

  @ApiProperty(UUID)
  orderId!: string;

  @ApiProperty({ example: 'checkout' })
  definition!: string;

  @ApiProperty({ type: 'integer' })
  definitionVersion!: number;

  @ApiProperty({ enum: SAGA_STATUSES })
  status!: SagaView['status'];

  @ApiProperty({ example: 'PAYMENT_PROCESSED' })
  currentStep!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  nextTryAt!: string | null;

  @ApiProperty()
  needsAttention!: boolean;

  @ApiProperty({ type: SagaReasonAnswer, nullable: true, description: 'For the shopper' })
  reason!: SagaReasonAnswer | null;

  @ApiProperty({ ...TIME_OR_NULL, description: 'The end of the saga, before its pivot' })
  sagaDeadlineAt!: string | null;

  @ApiProperty(TIME_OR_NULL)
  stepDeadlineAt!: string | null;

  @ApiProperty({ ...TIME_OR_NULL, description: 'Reserved units are held until then at least' })
  holdExpiresAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'reply, retry, resend or leave' })
  waitingFor!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '29.99' })
  amount!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'USD' })
  currency!: string | null;

  @ApiProperty({ type: SagaPauseAnswer, nullable: true, description: 'While it is retried' })
  paused!: SagaPauseAnswer | null;

  @ApiProperty({ type: [SagaMilestoneAnswer] })
  lifecycle!: SagaMilestoneAnswer[];

  @ApiProperty({ type: [SagaPlanStepAnswer] })
  plan!: SagaPlanStepAnswer[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ type: [SagaLogAnswer] })
  log!: SagaLogAnswer[];

  @ApiProperty({ type: [SagaNoteAnswer] })
  notes!: SagaNoteAnswer[];
}
