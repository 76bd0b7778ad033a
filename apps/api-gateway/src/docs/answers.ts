import {
  DELIVERY_KINDS,
  type DeliveryView,
  ORDER_SAGA_STATES,
  ORDER_STATUSES,
  type OrderView,
  type ProductView,
  SAGA_STATUSES,
  type SagaView,
  type TokenizedCard,
} from '@backstitch/shared-types';
import { ApiProperty } from '@nestjs/swagger';

const UUID = { format: 'uuid' } as const;
const AMOUNT = { description: 'A decimal string', example: '29.99' } as const;

/** 200: the order is confirmed and paid. */
export class CheckoutPlaced {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty(UUID)
  orderId!: string;

  @ApiProperty(UUID)
  sagaId!: string;

  @ApiProperty({ example: 'Order placed successfully' })
  message!: string;
}

/** 202: accepted and still running; `Location` has the result later. */
export class CheckoutAccepted {
  @ApiProperty({ enum: SAGA_STATUSES })
  status!: SagaView['status'];

  @ApiProperty(UUID)
  orderId!: string;

  @ApiProperty(UUID)
  sagaId!: string;

  @ApiProperty()
  message!: string;
}

/** 201: stands for a card. */
export class CardTokenAnswer implements TokenizedCard {
  @ApiProperty({ example: 'tok_visa_4242_0123456789abcdef' })
  token!: string;

  @ApiProperty({ example: 'visa' })
  brand!: string;

  @ApiProperty({ example: '4242' })
  last4!: string;
}

export class ProblemError {
  @ApiProperty({ required: false, example: 'items.0.quantity' })
  field?: string;

  @ApiProperty()
  message!: string;
}

/**
 * Every error, in the format of RFC 9457. The last three members are for older clients of this API.
 */
export class ProblemAnswer {
  @ApiProperty({ example: '/problems/insufficient_stock' })
  type!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ type: 'integer', example: 409 })
  status!: number;

  @ApiProperty({ required: false })
  detail?: string;

  @ApiProperty({ example: 'INSUFFICIENT_STOCK' })
  code!: string;

  @ApiProperty({ type: [ProblemError], required: false })
  errors?: ProblemError[];

  @ApiProperty({ ...UUID, required: false })
  orderId?: string;

  @ApiProperty({ ...UUID, required: false })
  sagaId?: string;

  @ApiProperty({ description: 'The x-request-id of the answer and of all its log lines' })
  requestId!: string;

  @ApiProperty({ enum: [false] })
  success!: false;

  @ApiProperty({ type: 'integer', example: 409 })
  statusCode!: number;

  @ApiProperty()
  message!: string;
}

export class OrderItemAnswer {
  @ApiProperty(UUID)
  productId!: string;

  @ApiProperty({ type: 'integer' })
  quantity!: number;

  @ApiProperty(AMOUNT)
  priceAtPurchase!: string;
}

export class DeliveryAnswer implements DeliveryView {
  @ApiProperty({ enum: DELIVERY_KINDS })
  kind!: DeliveryView['kind'];

  @ApiProperty({ type: String, nullable: true })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true })
  phone!: string | null;

  @ApiProperty({ type: String, nullable: true })
  address!: string | null;

  @ApiProperty({ type: String, nullable: true })
  table!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  erasedAt!: string | null;
}

/** `implements`: the compiler compares the document with the answer of the order service. */
export class OrderAnswer implements OrderView {
  @ApiProperty(UUID)
  id!: string;

  @ApiProperty({ type: String, nullable: true })
  userId!: string | null;

  @ApiProperty({ ...AMOUNT, type: String, nullable: true })
  totalAmount!: string | null;

  @ApiProperty({ example: 'USD' })
  currency!: string;

  @ApiProperty({ enum: ORDER_STATUSES })
  status!: OrderView['status'];

  @ApiProperty({ enum: ORDER_SAGA_STATES })
  sagaState!: OrderView['sagaState'];

  @ApiProperty({ ...UUID, type: String, nullable: true })
  sagaId!: string | null;

  @ApiProperty({ type: [OrderItemAnswer] })
  items!: OrderItemAnswer[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ type: DeliveryAnswer, required: false, description: 'For the owner only' })
  delivery?: DeliveryAnswer;
}

export class ProductAnswer implements ProductView {
  @ApiProperty(UUID)
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  description!: string;

  @ApiProperty(AMOUNT)
  price!: string;

  @ApiProperty({ example: 'USD' })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'Units that can be bought now' })
  available!: number;

  @ApiProperty({ type: String, nullable: true, description: 'The caller that sells it' })
  sellerId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  category!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'uri' })
  imageUrl!: string | null;

  @ApiProperty({ description: 'false: the seller does not offer it now' })
  isAvailable!: boolean;

  @ApiProperty({ type: 'integer', description: 'For a change' })
  version!: number;
}
