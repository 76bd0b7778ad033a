import {
  CARD_TOKEN,
  CURRENCY_DIGITS_MAX,
  DELIVERY_KINDS,
  DELIVERY_TEXTS,
  priceRule,
  roundedAmount,
} from '@backstitch/shared-types';
import { ApiProperty } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';

type Dto = new () => object;
type Schema = Record<string, unknown>;
type Rule = (constraints: readonly unknown[], digits: number) => Schema;

/** The JSON Schema of each validator of our DTOs. */
const RULES: Readonly<Record<string, Rule>> = {
  isString: () => ({ type: 'string' }),
  isInt: () => ({ type: 'integer' }),
  isBoolean: () => ({ type: 'boolean' }),
  isImageUrl: () => ({ type: 'string', format: 'uri', pattern: '^https://' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isArray: () => ({ isArray: true }),
  isIn: ([values]) => ({ enum: values }),
  equals: ([value]) => ({ enum: [value] }),
  arrayUnique: () => ({ uniqueItems: true }),
  maxLength: ([maxLength]) => ({ maxLength }),
  isLength: ([minLength, maxLength]) => ({ minLength, maxLength }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  arrayMinSize: ([minItems]) => ({ minItems }),
  arrayMaxSize: ([maxItems]) => ({ maxItems }),
  matches: ([pattern]) => ({ pattern: (pattern as RegExp).source }),
  hasVisibleText: () => ({}),
  isDelivery: () => ({
    type: 'object',
    properties: {
      kind: { enum: [...DELIVERY_KINDS] },
      ...Object.fromEntries(DELIVERY_TEXTS.map((name) => [name, { type: 'string' }])),
    },
    additionalProperties: false,
    description:
      'DELIVERY has name, phone and address; PICKUP may have name and phone; DINE_IN has table',
  }),
  isPaymentMethod: () => ({
    type: 'object',
    properties: { token: { type: 'string', pattern: CARD_TOKEN.source } },
    required: ['token'],
    additionalProperties: false,
  }),
  isPrice: (_constraints, digits) => ({
    oneOf: [{ type: 'string' }, { type: 'number' }],
    description: `A decimal ${priceRule(digits)}; trailing zeros do not count`,
    example: roundedAmount('29.99', digits),
  }),
};

/**
 * Documents a DTO and its nested DTOs by their validators, so the document cannot differ from the
 * program. Throws on a validator that has no rule here. `digits` are the minor digits of the
 * currency.
 */
export function describeDto(dto: Dto, digits = CURRENCY_DIGITS_MAX): void {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  for (const property of new Set(rules.map((rule) => rule.propertyName))) {
    const own = rules.filter((rule) => rule.propertyName === property);
    const schema: Schema = { required: true };
    for (const { type, name = type, constraints } of own) {
      if (type === 'conditionalValidation') {
        schema.required = false;
      } else if (type === 'nestedValidation') {
        const nested = nestedDto(dto, property);
        describeDto(nested, digits);
        schema.type = nested;
      } else {
        Object.assign(schema, ruleOf(dto, property, name)(constraints ?? [], digits));
      }
    }
    ApiProperty(schema)(dto.prototype as object, property);
  }
}

function ruleOf(dto: Dto, property: string, name: string): Rule {
  const rule = RULES[name];
  if (!rule) throw new Error(`${dto.name}.${property}: no rule documents the validator "${name}"`);
  return rule;
}

/** class-transformer knows the class of a nested element and creates an instance of it. */
function nestedDto(dto: Dto, property: string): Dto {
  const sample = plainToInstance(dto, { [property]: [{}] }) as Record<string, object[]>;
  return sample[property]![0]!.constructor as Dto;
}
