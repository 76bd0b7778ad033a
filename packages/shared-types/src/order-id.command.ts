import { IsUUID, registerDecorator } from 'class-validator';
import 'reflect-metadata';
import { FastValidation } from './fast-validation.js';
import { CURRENCY_DIGITS_MAX, isAmount } from './money.js';

/** A decimal string, the form of amounts in messages. The configured currency is checked later. */
export function IsAmount(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isAmount',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: isAmount,
        defaultMessage: (args) =>
          `${args?.property} must be a decimal string with at most ${CURRENCY_DIGITS_MAX} decimals`,
      },
    });
}

/** data of every command that needs only the id of its order */
@FastValidation()
export class OrderIdCommand {
  @IsUUID('loose')
  orderId!: string;
}
