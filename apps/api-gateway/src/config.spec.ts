import { readFileSync } from 'node:fs';
import { readConfig } from '@backstitch/service-kit';
import { exampleVariables } from '@backstitch/service-kit/variables';
import { describe, expect, it } from '@jest/globals';
import { GatewayConfig } from './config.js';

function configOf(environment: Record<string, string>): GatewayConfig {
  const reading = readConfig(GatewayConfig, environment);
  if ('problems' in reading) throw new Error(reading.problems.join('\n'));
  return reading.config;
}

describe('the configuration of the gateway', () => {
  it('is explained in .env.example, variable by variable', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    expect(exampleVariables(example).sort()).toEqual(Object.keys(new GatewayConfig()).sort());
  });

  it.each([
    [{}, 0],
    [{ NODE_ENV: 'production' }, 600],
    [{ NODE_ENV: 'production', RATE_LIMIT_PER_MINUTE: '0' }, 0],
    [{ RATE_LIMIT_PER_MINUTE: '90' }, 90],
  ])('with %j limits an address to %i requests a minute', (environment, limit) => {
    expect(configOf(environment).rateLimitPerMinute).toBe(limit);
  });

  it('accepts one orchestrator or a list', () => {
    expect(configOf({}).orchestratorUrls).toEqual(['http://localhost:3004']);
    expect(configOf({ ORCHESTRATOR_URL: 'http://a:1, http://b:2' }).orchestratorUrls).toEqual([
      'http://a:1',
      'http://b:2',
    ]);
  });

  it('accepts one inventory-service or a list', () => {
    expect(configOf({}).inventoryUrls).toEqual(['http://localhost:3002']);
    const list = { INVENTORY_URL: 'http://a:1, http://b:2' };
    expect(configOf(list).inventoryUrls).toEqual(['http://a:1', 'http://b:2']);
  });

  it('serves the API documentation, in production only with API_DOCS=on', () => {
    expect(configOf({}).servesDocs).toBe(true);
    expect(configOf({ NODE_ENV: 'production' }).servesDocs).toBe(false);
    expect(configOf({ NODE_ENV: 'production', API_DOCS: 'on' }).servesDocs).toBe(true);
    expect(configOf({ API_DOCS: 'off' }).servesDocs).toBe(false);
  });

  it('is refused with the name of each invalid variable', () => {
    const reading = readConfig(GatewayConfig, {
      ORCHESTRATOR_URL: 'orchestrator',
      RATE_LIMIT_PER_MINUTE: 'many',
    });
    expect(reading).toEqual({
      problems: expect.arrayContaining([
        expect.stringContaining('ORCHESTRATOR_URL'),
        expect.stringContaining('RATE_LIMIT_PER_MINUTE'),
      ]),
    });
  });
});
