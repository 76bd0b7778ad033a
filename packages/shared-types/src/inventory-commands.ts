import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  NotContains,
  ValidateIf,
} from 'class-validator';
import 'reflect-metadata';
import { FastValidation } from './fast-validation.js';
import { IsLines, QUANTITY_MAX } from './lines.decorator.js';
import { IsAmount, OrderIdCommand } from './order-id.command.js';
import { PAGE_LIMIT_MAX } from './page.js';

export class InventoryReserveItem {
  @IsUUID('loose')
  productId!: string;

  @IsInt()
  @Min(1)
  @Max(QUANTITY_MAX)
  quantity!: number;

  /** The claimed price; a reserve without it skips the price check. */
  @IsOptional()
  @IsAmount()
  price?: string;
}

/** data of inventory.reserve */
@FastValidation()
export class InventoryReserveCommand extends OrderIdCommand {
  @IsLines(() => InventoryReserveItem)
  items!: InventoryReserveItem[];

  /** The minimum lifetime of the reservation, counted from now by the database's clock. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(86_400)
  holdSeconds?: number;
}

/** In UTC, and at most milliseconds: a time as Date.toISOString() writes it. */
const TIME = /^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/** data of inventory.extend */
@FastValidation()
export class InventoryExtendCommand extends OrderIdCommand {
  /** The reservation lasts at least until then, by the clock of the database. */
  @IsString()
  @Matches(TIME, { message: 'until must be a time such as 2026-11-30T12:00:00.123Z' })
  until!: string;
}

/** What becomes of goods that come back. */
export const DISPOSITIONS = ['RESTOCK', 'WRITE_OFF'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

export class InventoryReturnLine {
  @IsUUID('loose')
  productId!: string;

  @IsInt()
  @Min(1)
  @Max(QUANTITY_MAX)
  quantity!: number;
}

/** data of inventory.return */
@FastValidation()
export class InventoryReturnCommand extends OrderIdCommand {
  /** What comes back under one id comes back once. */
  @IsUUID('loose')
  returnId!: string;

  @IsLines(() => InventoryReturnLine)
  lines!: InventoryReturnLine[];

  @IsIn(DISPOSITIONS)
  disposition!: Disposition;
}

/** The answer of inventory.extend. */
export interface InventoryExtended {
  orderId: string;
  /** ACTIVE, or CONSUMED: what is sold does not expire. */
  status: 'ACTIVE' | 'CONSUMED';
  /** Until when it lasts: at least until the time that was asked for. */
  expiresAt: string;
}

/** A page and one more product, which shows whether another page follows. */
const LISTED_MAX = PAGE_LIMIT_MAX + 1;

/**
 * data of inventory.list. All fields are optional: without them the answer is the first hundred
 * products. The order is by name, then id. The next page begins after the last product.
 */
export class InventoryListCommand {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LISTED_MAX)
  limit?: number;

  @ValidateIf(
    ({ afterName, afterId }: InventoryListCommand) => (afterName ?? afterId) !== undefined,
  )
  @IsString()
  @MaxLength(1_000)
  @NotContains('\0')
  afterName?: string;

  @ValidateIf(
    ({ afterName, afterId }: InventoryListCommand) => (afterName ?? afterId) !== undefined,
  )
  @IsUUID('loose')
  afterId?: string;
}

/**
 * The answer of inventory.reserve. A repeated reserve has the same answer, whatever the state of
 * the reservation is now.
 */
export interface InventoryReserved {
  orderId: string;
  status: 'ACTIVE';
  expiresAt: string;
  items: { productId: string; quantity: number; price: string }[];
}

/** One line of the catalogue. */
export interface ProductView {
  id: string;
  name: string;
  description: string;
  price: string;
  currency: string;
  /** Units that can be bought now. */
  available: number;
  /** The caller that sells it; null for a product from before sellers existed. */
  sellerId: string | null;
  category: string | null;
  imageUrl: string | null;
  /** False: the seller does not offer it now, whatever is in stock. */
  isAvailable: boolean;
  /** A change names it; it rises with every change by the seller, and not with sales. */
  version: number;
}

/**
 * details of INSUFFICIENT_STOCK, PRODUCT_NOT_FOUND and PRICE_CHANGED: one entry for each refused
 * product
 */
export interface StockRefusal {
  productId: string;
  /** Undefined only for an unknown product. */
  name?: string;
  requested?: number;
  available?: number;
  claimedPrice?: string;
  cataloguePrice?: string;
  /**
   * Of PRODUCT_NOT_FOUND: the product exists, and is archived or not offered now. The shopper gets
   * PRODUCT_UNAVAILABLE.
   */
  unavailable?: true;
}
