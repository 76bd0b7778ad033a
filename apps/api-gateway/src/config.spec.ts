import { readFileSync } from 'node:fs';
import { readConfig } from '@backstitch/service-kit';
import { exampleVariables } from '@backstitch/service-kit/variables';
import { describe, expect, it } from '@jest/globals';
import { GatewayConfig } from './config.js';
import { TEST_INTERNAL_KEYS } from './testing/test-keys.js';

function configOf(environment: Record<string, string>): GatewayConfig {
  const reading = readConfig(GatewayConfig, environment);
  if ('problems' in reading) throw new Error(reading.problems.join('\n'));
  return reading.config;
}

const PRODUCTION = { NODE_ENV: 'production', INTERNAL_KEYS: TEST_INTERNAL_KEYS };

describe('the configuration of the gateway', () => {
  it('is explained in .env.example, variable by variable', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    expect(exampleVariables(example).sort()).toEqual(Object.keys(new GatewayConfig()).sort());
  });

  it.each([
    [{}, 0],
    [PRODUCTION, 600],
    [{ ...PRODUCTION, RATE_LIMIT_PER_MINUTE: '0' }, 0],
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
    expect(configOf(PRODUCTION).servesDocs).toBe(false);
    expect(configOf({ ...PRODUCTION, API_DOCS: 'on' }).servesDocs).toBe(true);
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

  it('serves open callers in development, and needs tokens in production', () => {
    expect(configOf({}).guests).toBe('open');
    expect(configOf({ GUESTS: 'off' }).guests).toBe('off');
    expect(configOf(PRODUCTION).guests).toBe('token');
  });

  it.each([
    ['GUESTS', { ...PRODUCTION, GUESTS: 'open' }],
    ['INTERNAL_KEYS', { NODE_ENV: 'production' }],
    ['ISSUERS', { ...PRODUCTION, ISSUERS: 'http://idp.example' }],
    ['ISSUERS', { ISSUERS: 'idp' }],
    ['INTERNAL_KEYS', { INTERNAL_KEYS: 'a:secret' }],
    ['IDENTITY_URL', { IDENTITY_URL: 'identity' }],
    ['ISSUER', { ...PRODUCTION, ISSUER: 'http://shop.example' }],
  ])('is refused for %s with %j', (name, environment) => {
    const reading = readConfig(GatewayConfig, environment);
    expect(reading).toEqual({ problems: [expect.stringContaining(name)] });
    expect(JSON.stringify(reading)).not.toContain('a:secret');
  });

  it('finds identity-service on its usual port in development, and nowhere in production', () => {
    const [issuer] = configOf({}).issuers;
    const usual = 'http://localhost:3006';
    expect(issuer).toMatchObject({ issuer: usual, jwksUri: `${usual}/.well-known/jwks.json` });
    expect(configOf({}).identityUrl).toBe(usual);
    expect(configOf(PRODUCTION).identityUrl).toBeUndefined();
  });

  it('knows the same issuer in development, whatever the port of identity-service is', () => {
    const [issuer] = configOf({ IDENTITY_URL: 'http://localhost:4006' }).issuers;
    const jwksUri = 'http://localhost:4006/.well-known/jwks.json';
    expect(issuer).toMatchObject({ issuer: 'http://localhost:3006', jwksUri });
  });

  it('accepts tokens of identity-service and of other issuers', () => {
    const IDENTITY_URL = 'http://10.0.0.7:3006';
    const others = { ISSUERS: 'https://idp.example', ROLES_CLAIM: 'groups' };
    expect(configOf(PRODUCTION).issuers).toEqual([]);
    const test = { NODE_ENV: 'test', IDENTITY_URL };
    expect(configOf(test).issuers).toMatchObject([{ issuer: IDENTITY_URL }]);
    const issuer = { IDENTITY_URL, ISSUER: 'https://shop.example', ...others };
    expect(configOf(issuer).issuers).toMatchObject([
      { issuer: 'https://shop.example', rolesClaim: 'roles', isOwn: true },
      { issuer: 'https://idp.example', rolesClaim: 'groups', isOwn: false },
    ]);
  });
});
