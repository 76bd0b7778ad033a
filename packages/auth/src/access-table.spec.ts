import { describe, expect, it } from '@jest/globals';
import { AccessRows } from './access/access-rows.js';
import { ACCESS_TABLE } from './access-table.js';

describe('the access table', () => {
  it('has each method and route of an app once', () => {
    const names = ACCESS_TABLE.map(({ app, method, route }) => `${app} ${method} ${route}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('lets everybody use what the shop shows in public, and no other business route', () => {
    const open = ACCESS_TABLE.filter(({ app, access }) => app === 'api-gateway' && access.anyone);
    const routes = open.map(({ method, route }) => `${method} ${route}`);
    expect(routes.filter((route) => !route.startsWith('POST /api/auth/'))).toEqual([
      'GET /health/live',
      'GET /health/ready',
      'GET /health/dependencies',
      'GET /health/state',
      'GET /metrics',
      'GET /problems/:code',
      'GET /api/products',
      'GET /api/docs*',
      'GET /api/site',
      'GET /assets/*',
      'GET /api/menu',
    ]);
  });

  it('demands a signature behind the gateway for everything except health, metrics, help, public keys, and what has a secret of its own', () => {
    const unsigned = ACCESS_TABLE.filter(({ app, signed }) => app !== 'api-gateway' && !signed);
    const routes = new Set(unsigned.map(({ route }) => route));
    expect([...routes]).toEqual([
      '/health/live',
      '/health/ready',
      '/health/dependencies',
      '/health/state',
      '/metrics',
      '/problems/:code',
      '/logs',
      '/chaos',
      '/.well-known/jwks.json',
    ]);
    const withSecret = unsigned.filter(({ route }) => ['/chaos', '/logs'].includes(route));
    expect(withSecret.every(({ access }) => access.apps)).toBe(true);
    expect(ACCESS_TABLE.some(({ app, signed }) => app === 'api-gateway' && signed)).toBe(false);
  });
});

describe('the row of a route', () => {
  const rows = new AccessRows('api-gateway');

  it('is found by method and route, and for HEAD it is that of GET', () => {
    expect(rows.find('GET', '/api/products')).toMatchObject({ route: '/api/products' });
    expect(rows.find('HEAD', '/api/products')).toBe(rows.find('GET', '/api/products'));
    expect(rows.find('DELETE', '/api/products')).toBeUndefined();
    expect(rows.find('GET', '/products')).toBeUndefined();
  });

  it('with a star covers every route under its prefix, with its own method only', () => {
    expect(rows.find('GET', '/api/docs/swagger-ui.css')).toMatchObject({ route: '/api/docs*' });
    expect(rows.find('POST', '/api/docs')).toBeUndefined();
  });
});
