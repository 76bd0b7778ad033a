import { userId } from '@backstitch/auth';
import { DEMO_ACCOUNTS, DEMO_SELLER_ID, DEVELOPMENT_ISSUER } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { banner, type BannerFacts } from './banner.js';

const FACTS: BannerFacts = {
  host: '127.0.0.1',
  gateway: 4000,
  currency: 'USD',
  metricsHost: '127.0.0.1',
  metrics: 5000,
  showPasswords: true,
  servers: {
    databaseServerUrl: 'postgresql://postgres:1111@localhost:5432',
    rabbitmqUrl: 'amqp://admin:admin@localhost:5672',
    managementUrl: 'http://localhost:15672',
  },
  postgresHow: 'found',
  rabbitHow: 'found',
  hasDemoAccounts: true,
  mailsIn: '/mails',
};

describe('the banner of npm start', () => {
  it('names each app with its port, the folder of e-mails and the demo accounts', () => {
    const text = banner(FACTS);
    expect(text).toContain('Open it in a browser:\n\n  http://localhost:4000\n');
    expect(text).toContain('identity-service :4006');
    expect(text).toContain('identity-service :5006');
    expect(text).toContain('E-mails         files in /mails');
    for (const { email, password, totpSecret = '' } of DEMO_ACCOUNTS) {
      const line = text.split('\n').find((one) => one.includes(email));
      expect([line?.includes(password), line?.includes(totpSecret)]).toEqual([true, true]);
    }
    expect(text).toContain('curl -s http://localhost:4000/api/auth/login');
  });

  it('names no demo account where there is none, and no folder where e-mails are sent', () => {
    const text = banner({ ...FACTS, hasDemoAccounts: false, mailsIn: undefined });
    expect(text).not.toMatch(/demo\.example|E-mails|login/);
  });
});

describe('the demo seller', () => {
  it('is the caller to whom the demo products belong, by the issuer of development', () => {
    const seller = DEMO_ACCOUNTS.find(({ roles }) => roles.includes('seller'))!;
    expect(DEMO_SELLER_ID).toBe(userId(DEVELOPMENT_ISSUER, seller.id));
  });
});
