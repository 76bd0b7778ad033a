import {
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateIf,
} from 'class-validator';
import 'reflect-metadata';
import { IsPrice } from './checkout-request.dto.js';
import { HasVisibleText } from './visible-text.js';

/** Of one restock or write-off, and of a new product. */
export const STOCK_MOVE_MAX = 1_000_000;
const VERSION_MAX = 2_147_483_647;
const IMAGE_URL_LENGTH_MAX = 2_000;

/** No control characters, and no half of a surrogate pair. */
const NAME = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const CATEGORY = /^[^\p{Cc}\p{Cs}]{1,50}$/u;
const REASON = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
/** Line breaks and tabs, too. */
const DESCRIPTION = /^(?:[^\p{Cc}\p{Cs}]|[\n\r\t]){0,2000}$/u;

/** The field may be absent. Unlike IsOptional, this refuses null. */
function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_request, value) => value !== undefined);
}

/** An https address without user name and password. */
function IsImageUrl(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isImageUrl',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: isImageUrl,
        defaultMessage: (args) =>
          `${args?.property} must be an https address of at most ${IMAGE_URL_LENGTH_MAX} characters, ` +
          'without user name and password',
      },
    });
}

function isImageUrl(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > IMAGE_URL_LENGTH_MAX) return false;
  // URL would remove these from the address.
  if (/[\s\p{Cc}\p{Cs}]/u.test(value) || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === 'https:' && username === '' && password === '';
}

/** The body of POST /api/products */
export class CreateProductDto {
  @IsString()
  @Matches(NAME, { message: 'name must be 1-200 characters without control characters' })
  @HasVisibleText()
  name!: string;

  @MayBeAbsent()
  @IsString()
  @Matches(DESCRIPTION, {
    message: 'description must be at most 2000 characters without control characters',
  })
  description?: string;

  @IsPrice()
  price!: string | number;

  /** Available units [0]. */
  @MayBeAbsent()
  @IsInt({ message: 'stock must be an integer' })
  @Min(0)
  @Max(STOCK_MOVE_MAX)
  stock?: number;

  @IsOptional()
  @IsString()
  @Matches(CATEGORY, { message: 'category must be 1-50 characters without control characters' })
  @HasVisibleText()
  category?: string | null;

  @IsOptional()
  @IsImageUrl()
  imageUrl?: string | null;

  /** Whether it can be bought [true]. */
  @MayBeAbsent()
  @IsBoolean()
  isAvailable?: boolean;
}

/** The body of PATCH /api/products/:productId: what is absent stays, and null removes. */
export class ChangeProductDto {
  /** The version that the change was made from. */
  @IsInt({ message: 'version must be an integer' })
  @Min(1)
  @Max(VERSION_MAX)
  version!: number;

  @MayBeAbsent()
  @IsString()
  @Matches(NAME, { message: 'name must be 1-200 characters without control characters' })
  @HasVisibleText()
  name?: string;

  @MayBeAbsent()
  @IsString()
  @Matches(DESCRIPTION, {
    message: 'description must be at most 2000 characters without control characters',
  })
  description?: string;

  @MayBeAbsent()
  @IsPrice()
  price?: string | number;

  @IsOptional()
  @IsString()
  @Matches(CATEGORY, { message: 'category must be 1-50 characters without control characters' })
  @HasVisibleText()
  category?: string | null;

  @IsOptional()
  @IsImageUrl()
  imageUrl?: string | null;

  @MayBeAbsent()
  @IsBoolean()
  isAvailable?: boolean;
}

/** The body of POST /api/products/:productId/restock and …/write-off */
export class MoveStockDto {
  @IsInt({ message: 'quantity must be an integer' })
  @Min(1)
  @Max(STOCK_MOVE_MAX)
  quantity!: number;

  @IsString()
  @Matches(REASON, { message: 'reason must be 1-200 characters without control characters' })
  @HasVisibleText()
  reason!: string;
}
