import { readConfig } from '@backstitch/service-kit';
import { describe, expect, it } from '@jest/globals';
import { OrchestratorConfig } from './config.js';

const readingOf = (environment: Record<string, string>) =>
  readConfig(OrchestratorConfig, environment);

describe('the configuration of the orchestrator', () => {
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
});
