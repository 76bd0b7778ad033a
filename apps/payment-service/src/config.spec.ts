import { readFileSync } from 'node:fs';
import { exampleVariables } from '@backstitch/service-kit/variables';
import { describe, expect, it } from '@jest/globals';
import { PaymentConfig } from './config.js';

describe('the configuration of the payment service', () => {
  it('is explained in .env.example, variable by variable', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    expect(exampleVariables(example).sort()).toEqual(Object.keys(new PaymentConfig()).sort());
  });
});
