import { IsUUID, registerDecorator } from 'class-validator';
import 'reflect-metadata';
import { AtSight } from './fast-validation.js';
import { CURRENCY_DIGITS_MAX, isAmount } from './money.js';

/** A decimal string as amounts travel in messages; whether of the configured currency is seen later. */
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

/** data of every command that needs nothing but the order it is about */
@AtSight()
export class OrderIdCommand {
  @IsUUID('loose')
  orderId!: string;
}
