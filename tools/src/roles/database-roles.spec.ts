import { describe, expect, it } from '@jest/globals';
import { derivedRoles, givenRoles, loginUrl } from './database-roles.js';
import { roleStatement } from './role-statements.js';

const SERVER = 'postgresql://postgres:s3cret@db:5433/?sslmode=require';

describe('the roles of a development system', () => {
  it('have passwords that follow from the password of the superuser', () => {
    const orders = derivedRoles(SERVER, 'orders');
    expect(orders).toEqual(derivedRoles(SERVER, 'orders'));
    const passwords = [orders, derivedRoles(SERVER.replace('s3cret', 'other'), 'orders')].flatMap(
      ({ owner, app }) => [owner.password, app.password],
    );
    expect(new Set(passwords).size).toBe(4);
    expect(orders.app.password).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are in the address of their database, and the rest of the address is kept', () => {
    const app = { role: 'orders_app', password: 'a/b@c' };
    expect(loginUrl(SERVER, 'orders', app)).toBe(
      'postgresql://orders_app:a%2Fb%40c@db:5433/orders?sslmode=require',
    );
  });
});

describe('the roles of a deployment', () => {
  it('need a password each, and name the variables that are missing', () => {
    const env = { ORDERS_OWNER_PASSWORD: 'one', AUDITOR_PASSWORD: 'two' };
    expect(givenRoles(['orders'], env)).toMatchObject({
      missing: ['ORDERS_APP_PASSWORD'],
      auditor: { role: 'auditor', password: 'two' },
      roles: [{ owner: { role: 'orders_owner', password: 'one' } }],
    });
  });

  it('have no power over the server, and a password is always a literal', () => {
    const login = { role: 'orders_app', password: "'; DROP ROLE x; --" };
    expect(roleStatement(login, true)).toBe(
      `ALTER ROLE "orders_app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '''; DROP ROLE x; --'`,
    );
  });
});
