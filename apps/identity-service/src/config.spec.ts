import { readFileSync } from 'node:fs';
import { readConfig } from '@backstitch/service-kit';
import { exampleVariables } from '@backstitch/service-kit/variables';
import { describe, expect, it } from '@jest/globals';
import { DEVELOPMENT_KEY, IdentityConfig } from './config.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  DB_URL: 'postgresql://identity_app:Kx7fQ2mZ9w@localhost/identity',
  ISSUER: 'https://id.shop.example',
  KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64url'),
  INTERNAL_KEYS: `now:${Buffer.alloc(32, 8).toString('base64url')}`,
  SMTP_URL: 'smtp://mail.shop.example',
};

function problemsOf(environment: Record<string, string | undefined>): string[] {
  const reading = readConfig(IdentityConfig, environment);
  return 'problems' in reading ? reading.problems : reading.config.productionProblems;
}

describe('the configuration of the identity service', () => {
  it('is explained in .env.example, variable by variable', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    expect(exampleVariables(example).sort()).toEqual(Object.keys(new IdentityConfig()).sort());
  });

  it('needs no variable in development', () => {
    expect(problemsOf({})).toEqual([]);
  });

  it('needs only the address of the database in a program that migrates it', () => {
    const { NODE_ENV, DB_URL } = PRODUCTION;
    const reading = readConfig(IdentityConfig, { NODE_ENV, DB_URL }, ['DB_URL']);
    expect(reading).toMatchObject({ config: { DB_URL } });
  });

  it('is accepted in production with a key, an issuer by https and a password of its own', () => {
    expect(problemsOf(PRODUCTION)).toEqual([]);
  });

  it.each([
    ['without a key', { KEY_ENCRYPTION_KEY: undefined }, 'KEY_ENCRYPTION_KEY must be 32 bytes'],
    ['with a short key', { KEY_ENCRYPTION_KEY: 'abc' }, 'KEY_ENCRYPTION_KEY must be 32 bytes'],
    ['with the known key', { KEY_ENCRYPTION_KEY: DEVELOPMENT_KEY }, 'publicly known'],
    ['with the internal key of development', { INTERNAL_KEYS: undefined }, 'everybody knows'],
    ['with an issuer by http', { ISSUER: 'http://id.shop.example' }, 'must start with https'],
    ['without a mail server', { SMTP_URL: undefined }, 'SMTP_URL must be set'],
    ['with open guests', { GUESTS: 'open' }, 'must be token or off'],
  ])('is refused in production %s', (_what, change, problem) => {
    expect(problemsOf({ ...PRODUCTION, ...change }).join('; ')).toContain(problem);
  });
});
