import { readFileSync } from 'node:fs';
import { readConfig } from '@backstitch/service-kit';
import { exampleVariables } from '@backstitch/service-kit/variables';
import { describe, expect, it } from '@jest/globals';
import { OrchestratorConfig } from './config.js';

const readingOf = (environment: Record<string, string>) =>
  readConfig(OrchestratorConfig, environment);

describe('the configuration of the orchestrator', () => {
  it('is explained in .env.example, variable by variable', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    expect(exampleVariables(example).sort()).toEqual(Object.keys(new OrchestratorConfig()).sort());
  });

  it('is complete without any variable', () => {
    expect(readingOf({})).toMatchObject({
      config: { CHECKOUT_DEDUPE_SECONDS: 60, CHECKOUT_WAIT_MS: 10_000, OWNER_SILENT_MS: 5_000 },
    });
  });

  it('is refused when a living orchestrator would count as silent between two heartbeats', () => {
    const problem = 'OWNER_SILENT_MS must be at least twice HEARTBEAT_MS (it is "5000")';
    const silent = { HEARTBEAT_MS: '2501', OWNER_SILENT_MS: '5000' };
    expect(readingOf(silent)).toEqual({ problems: [problem] });
    expect(readingOf({ ...silent, HEARTBEAT_MS: '2500' })).toHaveProperty('config');
  });

  it('is refused, all problems at once, when its waits do not fit into each other', () => {
    const waits = {
      REPLY_TIMEOUT_MS: '20000',
      PAYMENT_REPLY_TIMEOUT_MS: '30000',
      STEP_DEADLINE_MS: '20000',
      SAGA_DEADLINE_MS: '20000',
    };
    expect(readingOf(waits)).toEqual({
      problems: [
        'REPLY_TIMEOUT_MS must be less than STEP_DEADLINE_MS (it is "20000")',
        'PAYMENT_REPLY_TIMEOUT_MS must be less than STEP_DEADLINE_MS (it is "30000")',
        'STEP_DEADLINE_MS must be less than SAGA_DEADLINE_MS (it is "20000")',
      ],
    });
  });

  it.each([
    ['SAGA_RETENTION_DAYS', '61', 'SAGA_RETENTION_DAYS must be an integer from 1 to 60'],
    ['SAGA_RETENTION_DAYS', '0', 'SAGA_RETENTION_DAYS must be an integer from 1 to 60'],
    ['IDEMPOTENCY_RETENTION_DAYS', '29', 'IDEMPOTENCY_RETENTION_DAYS must be an integer from 30'],
  ])('is refused when something would be forgotten too early or too late: %s=%s', (...given) => {
    const [name, value, message] = given;
    expect(readingOf({ [name]: value })).toEqual({ problems: [expect.stringContaining(message)] });
  });
});
