import {
  type CancelledOrderView,
  type MovedOrderView,
  MARKETPLACE_STATUSES,
  ORDER_ACTIONS,
  ORDER_KINDS,
  ORDER_STAGES,
  ORDER_STATUSES,
  type OrderEventsView,
  type OrderEventView,
  type OrderListView,
  type OrderSummaryView,
  type VersionedOrderView,
} from '@backstitch/shared-types';
import { ApiProperty } from '@nestjs/swagger';
import { OrderAnswer } from './answers.js';

const UUID = { format: 'uuid' } as const;
const NAMES = [...new Set([...ORDER_STATUSES, ...MARKETPLACE_STATUSES])];

export class VersionedOrderAnswer extends OrderAnswer implements VersionedOrderView {
  @ApiProperty({ type: 'integer', description: 'Counts the events of the order' })
  version!: number;

  @ApiProperty({ enum: ORDER_STAGES })
  stage!: VersionedOrderView['stage'];

  @ApiProperty({ enum: ORDER_KINDS })
  kind!: VersionedOrderView['kind'];

  @ApiProperty({ type: String, nullable: true, description: 'Null: a plain order' })
  sellerId!: string | null;

  @ApiProperty({ enum: ORDER_ACTIONS, isArray: true, required: false, description: 'Now' })
  allowed?: NonNullable<VersionedOrderView['allowed']>;
}

/** What came of a request for a marketplace order. */
export class PlacedOrderAnswer {
  @ApiProperty(UUID)
  orderId!: string;

  @ApiProperty(UUID)
  sagaId!: string;

  @ApiProperty({ enum: ORDER_STAGES })
  stage!: VersionedOrderView['stage'];
}

export class OrderEventAnswer implements OrderEventView {
  @ApiProperty({ type: 'integer', description: 'Counts from 1, without gaps' })
  sequence!: number;

  @ApiProperty({ enum: ['CREATED', 'CANCELLED_UNSEEN', ...ORDER_STAGES] })
  type!: OrderEventView['type'];

  @ApiProperty({ ...UUID, type: String, nullable: true })
  sagaId!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'For whom; null: the saga did it' })
  actor!: string | null;

  @ApiProperty({ format: 'date-time', description: 'With microseconds' })
  createdAt!: string;
}

export class OrderEventsAnswer implements OrderEventsView {
  @ApiProperty(UUID)
  orderId!: string;

  @ApiProperty({ type: [OrderEventAnswer] })
  events!: OrderEventAnswer[];
}

export class OrderSummaryAnswer implements OrderSummaryView {
  @ApiProperty(UUID)
  id!: string;

  @ApiProperty({ type: String, nullable: true })
  userId!: string | null;

  @ApiProperty({ enum: ORDER_KINDS })
  kind!: OrderSummaryView['kind'];

  @ApiProperty({ type: String, nullable: true, description: 'Null: a plain order' })
  sellerId!: string | null;

  @ApiProperty({ enum: NAMES, description: 'As the view names it' })
  status!: OrderSummaryView['status'];

  @ApiProperty({ enum: ORDER_STAGES })
  stage!: OrderSummaryView['stage'];

  @ApiProperty({ type: String, nullable: true, example: '49.98' })
  totalAmount!: string | null;

  @ApiProperty({ example: 'USD' })
  currency!: string;

  @ApiProperty({ ...UUID, type: String, nullable: true })
  sagaId!: string | null;

  @ApiProperty({ type: 'integer', description: 'Counts the events of the order' })
  version!: number;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class RefundAnswer implements NonNullable<CancelledOrderView['refund']> {
  @ApiProperty(UUID)
  refundId!: string;

  @ApiProperty({ example: '49.98' })
  amount!: string;

  @ApiProperty({ example: 'USD' })
  currency!: string;

  @ApiProperty({ enum: ['PENDING', 'SUCCEEDED'], description: 'PENDING: the provider accepted it' })
  status!: 'PENDING' | 'SUCCEEDED';
}

export class CancelledOrderAnswer implements CancelledOrderView {
  @ApiProperty(UUID)
  orderId!: string;

  @ApiProperty({ ...UUID, type: String, nullable: true, description: 'The saga that cancels it' })
  sagaId!: string | null;

  @ApiProperty({ enum: ORDER_STAGES, description: 'CANCELLED at the end' })
  stage!: CancelledOrderView['stage'];

  @ApiProperty({
    type: RefundAnswer,
    nullable: true,
    description: 'Null: not known yet, or the order was never confirmed',
  })
  refund!: RefundAnswer | null;
}

export class MovedOrderAnswer implements MovedOrderView {
  @ApiProperty(UUID)
  orderId!: string;

  @ApiProperty({
    ...UUID,
    type: String,
    nullable: true,
    description: 'Null: a plain order that was in this stage before',
  })
  sagaId!: string | null;

  @ApiProperty({ enum: ORDER_STAGES, description: 'The one that was asked for, at the end' })
  stage!: MovedOrderView['stage'];
}

export class OrderListAnswer implements OrderListView {
  @ApiProperty({ type: [OrderSummaryAnswer], description: 'Newest first' })
  orders!: OrderSummaryAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The cursor of the next page' })
  next!: string | null;
}
