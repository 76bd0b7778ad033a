import { IsOptional, registerDecorator } from 'class-validator';
import 'reflect-metadata';
import { CheckoutRequestDto } from './checkout-request.dto.js';
import { FastValidation } from './fast-validation.js';
import { hasVisibleText } from './visible-text.js';

export const DELIVERY_KINDS = ['DELIVERY', 'PICKUP', 'DINE_IN'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/**
 * How the shopper gets the order. It is personal: it is kept apart from the order, its events and its
 * saga, and can be erased.
 */
export interface Delivery {
  kind: DeliveryKind;
  name?: string;
  phone?: string;
  address?: string;
  table?: string;
}

/** As the owner of an order sees it; all but the kind is null once it is erased. */
export interface DeliveryView {
  kind: DeliveryKind;
  name: string | null;
  phone: string | null;
  address: string | null;
  table: string | null;
  erasedAt: string | null;
}

type Text = Exclude<keyof Delivery, 'kind'>;

/** No control characters, and no half of a surrogate pair; an address has lines. */
const TEXTS: Readonly<Record<Text, readonly [rule: RegExp, sentence: string]>> = {
  name: [/^[^\p{Cc}\p{Cs}]{1,100}$/u, '1-100 characters without control characters'],
  phone: [
    /^\+?[0-9 ().\-/]{3,30}$/,
    '3-30 digits, blanks and ( ) . - /, with a + before them or not',
  ],
  address: [/^(?:[^\p{Cc}\p{Cs}]|[\n\r]){1,500}$/u, '1-500 characters without control characters'],
  table: [/^[^\p{Cc}\p{Cs}]{1,20}$/u, '1-20 characters without control characters'],
};

/** The members of a delivery besides its kind. */
export const DELIVERY_TEXTS = Object.keys(TEXTS) as readonly Text[];

/** What each kind must have, and what it may have besides. */
const MEMBERS: Readonly<Record<DeliveryKind, Readonly<Partial<Record<Text, 'must' | 'may'>>>>> = {
  DELIVERY: { name: 'must', phone: 'must', address: 'must' },
  PICKUP: { name: 'may', phone: 'may' },
  DINE_IN: { table: 'must', name: 'may', phone: 'may' },
};

/** What is wrong with a delivery, as a sentence; undefined when nothing is. Pure. */
export function deliveryProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'delivery must be an object';
  }
  const { kind, ...texts } = value as Record<string, unknown>;
  const members = MEMBERS[kind as DeliveryKind] as (typeof MEMBERS)[DeliveryKind] | undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(MEMBERS, kind) || !members) {
    return `delivery.kind must be one of ${DELIVERY_KINDS.join(', ')}`;
  }
  const unknown = Object.keys(texts).find((name) => !Object.hasOwn(members, name));
  if (unknown !== undefined) return `delivery.${unknown.slice(0, 100)} is not known for ${kind}`;
  for (const [name, need] of Object.entries(members) as [Text, 'must' | 'may'][]) {
    const text = texts[name];
    if (text === undefined && need === 'may') continue;
    const [rule, sentence] = TEXTS[name];
    if (typeof text === 'string' && rule.test(text) && hasVisibleText(text)) continue;
    return `delivery.${name} must be ${sentence}`;
  }
  return undefined;
}

/** Equal for equal deliveries, whatever the order of their members. */
export function canonicalDelivery({ kind, name, phone, address, table }: Delivery): string {
  return JSON.stringify([kind, name, phone, address, table].map((each) => each ?? null));
}

/** An object that deliveryProblem finds nothing wrong with. */
export function IsDelivery(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isDelivery',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => deliveryProblem(value) === undefined,
        defaultMessage: (args) => deliveryProblem(args?.value) ?? 'delivery is not valid',
      },
    });
}

/** The body of POST /api/checkout at the gateway, which keeps the delivery to itself. */
@FastValidation()
export class CheckoutWithDeliveryDto extends CheckoutRequestDto {
  @IsOptional()
  @IsDelivery()
  delivery?: Delivery;
}
