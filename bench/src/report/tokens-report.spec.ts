import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import { costs } from './costs.js';
import { tokensReport, WITH_TOKEN, WITHOUT } from './tokens-report.js';

const pair = (round: number, without: number, withToken: number) => [
  measured({ system: WITHOUT, round, cpuMsByProcess: { 'api-gateway': without, orchestrator: 1 } }),
  measured({
    system: WITH_TOKEN,
    round,
    cpuMs: { apps: 1.04, postgres: 0.5, rabbitmq: 0.5 },
    cpuMsByProcess: { 'api-gateway': withToken, orchestrator: 1 },
  }),
];

describe('tokensReport', () => {
  const measurements = [pair(1, 0.5, 0.6), pair(2, 0.9, 0.9), pair(3, 0.5, 0.55)].flat();
  const ratio = costs(measurements, WITH_TOKEN, WITHOUT);
  const text = tokensReport({ users: 1_000, measurements, ...ratio });

  it('says how many times as much CPU a checkout with a token takes, pair by pair', () => {
    expect(text).toMatch(/with a token: CPU +1\.02 × +1\.02 × +1\.02 ×/);
  });

  it('shows the CPU of each app without and with a token, and the ratio of both', () => {
    expect(text).toMatch(/api-gateway +0\.500 +0\.600 +1\.20 ×/);
    expect(text).toMatch(/orchestrator +1\.00 +1\.00 +1\.00 ×/);
  });

  it('says of how many users the tokens are', () => {
    expect(text).toContain('tokens of 1000 users');
  });
});
