import { IsOptional, IsString, Length, Matches, registerDecorator } from 'class-validator';
import 'reflect-metadata';
import { CARD_TOKEN } from './card-token.js';
import { FastValidation } from './fast-validation.js';

/** The body of POST /api/cards. Only the gateway sees it; no message names a value of it. */
@FastValidation()
export class CardFormDto {
  @IsString()
  @Matches(/^\d[\d ]{10,21}\d$/, { message: 'number must be 12-23 digits and blanks' })
  number!: string;

  @IsString()
  @Matches(/^(0[1-9]|1[0-2])\/\d\d$/, { message: 'expiry must be MM/YY' })
  expiry!: string;

  @IsString()
  @Matches(/^\d{3,4}$/, { message: 'cvc must be 3 or 4 digits' })
  cvc!: string;

  @IsOptional()
  @IsString()
  @Length(1, 100)
  name?: string;
}

/** What a checkout is paid with. */
export interface PaymentMethod {
  token: string;
}

/** An object with the token of a card, and nothing else. */
export function isPaymentMethod(value: unknown): value is PaymentMethod {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { token, ...rest } = value as Record<string, unknown>;
  return Object.keys(rest).length === 0 && typeof token === 'string' && CARD_TOKEN.test(token);
}

export function IsPaymentMethod(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isPaymentMethod',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: isPaymentMethod,
        defaultMessage: (args) => `${args?.property} must be {token}, with the token of a card`,
      },
    });
}
