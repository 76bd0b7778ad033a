import { readFileSync } from 'node:fs';
import { readConfig } from '@backstitch/service-kit';
import { exampleVariables } from '@backstitch/service-kit/variables';
import { describe, expect, it } from '@jest/globals';
import { InventoryConfig } from './config.js';

describe('the configuration of the inventory service', () => {
  it('is explained in .env.example, variable by variable', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    expect(exampleVariables(example).sort()).toEqual(Object.keys(new InventoryConfig()).sort());
  });

  it('is refused when reservations would be archived while a dead letter may still be replayed', () => {
    const problem = 'HOLD_RETENTION_DAYS must be an integer from 90 to 3650 (it is "89")';
    const reading = readConfig(InventoryConfig, { HOLD_RETENTION_DAYS: '89' });
    expect(reading).toEqual({ problems: [problem] });
    expect(readConfig(InventoryConfig, {})).toMatchObject({ config: { HOLD_RETENTION_DAYS: 400 } });
  });
});
