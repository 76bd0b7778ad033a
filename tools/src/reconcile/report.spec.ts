import { describe, expect, it, jest } from '@jest/globals';
import { repeated } from './invariants/breach.js';
import { keptDays, reconcileOptions, reconcileUrls } from './reconcile-options.js';
import { report } from './report.js';

describe('pnpm reconcile', () => {
  const paid = { invariant: 8, id: 'order-1', what: 'paid 59.98 USD, and its order is missing' };

  const kept = { sagas: 7, holds: 90 };

  it('reports only what a second reading repeats', () => {
    const other = { ...paid, id: 'order-2' };
    expect(repeated([paid, other], [{ ...paid, what: 'in other words' }])).toEqual([paid]);
    expect(repeated([paid], [{ ...paid, invariant: 2 }])).toEqual([]);
  });

  it('is a table of the invariants with the offending ids below each', () => {
    const lines = report({ breaches: [paid], judged: 7, moving: 2, kept }).split('\n');
    expect(lines.filter((line) => line.startsWith('ok'))).toHaveLength(13);
    expect(lines[7]).toMatch(/^BREACH 8 /);
    expect(lines[8]).toContain('order-1  paid 59.98 USD');
    expect(lines.at(-2)).toMatch(/^sagas are kept for 7 days and reservations for 90/);
    expect(lines.at(-1)).toMatch(/^7 finished .* 2 unfinished .*: breaches at 1 ids$/);
  });

  it('does not flood the terminal', () => {
    const breaches = Array.from({ length: 25 }, (_, n) => ({ ...paid, id: `order-${n}` }));
    expect(report({ breaches, judged: 25, moving: 0, kept })).toContain('and 5 more');
  });

  it('takes few options and refuses others in words', () => {
    expect(reconcileOptions(['--', '--json', '--settle', '30'])).toEqual({
      json: true,
      settle: 30,
    });
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    for (const words of [['--settle', 'soon'], ['--fix'], ['fix']]) {
      expect(() => reconcileOptions(words)).toThrow(/"soon"|'--fix'|too many arguments/);
      expect(write.mock.calls.splice(0).join()).toContain('--settle <seconds>');
    }
    write.mockRestore();
  });

  it('reads the databases of the named server, unless single ones are named', () => {
    const env = {
      DATABASE_SERVER_URL: 'postgresql://here',
      PAYMENTS_DB_URL: 'postgresql://there/money',
    };
    expect(reconcileUrls(env, [])).toEqual({
      address: {
        orders: 'postgresql://here/orders',
        inventory: 'postgresql://here/inventory',
        payments: 'postgresql://there/money',
        orchestrator: 'postgresql://here/orchestrator',
      },
      because: 'named by variables',
    });
  });

  it('reads the databases of the system that runs from this folder, else says what is missing', () => {
    const databases = { orders: 'o', inventory: 'i', payments: 'p', orchestrator: 's' };
    const system = {
      command: 'npm start' as const,
      owner: { pid: 7, startedAt: '' },
      apiUrl: '',
      orchestratorUrl: '',
      databases,
    };
    expect(reconcileUrls({}, [system])).toMatchObject({ address: databases });
    const one = reconcileUrls({ ORDERS_DB_URL: 'postgresql://there/o' }, [system]);
    expect(one).toMatchObject({ address: { ...databases, orders: 'postgresql://there/o' } });
    expect(reconcileUrls({ ORDERS_DB_URL: 'postgresql://there/o' }, [])).toEqual({
      wrong: expect.stringMatching(/^Nothing runs.*DATABASE_SERVER_URL/),
    });
  });

  it('takes what is kept from the variables of the apps', () => {
    expect(keptDays({})).toEqual({ sagas: 30, holds: 400 });
    const set = { SAGA_RETENTION_DAYS: ' 7 ', HOLD_RETENTION_DAYS: '' };
    expect(keptDays(set)).toEqual({ sagas: 7, holds: 400 });
  });

  it.each([
    ['SAGA_RETENTION_DAYS', '14d', 'from 1 to 60'],
    ['SAGA_RETENTION_DAYS', '0', 'from 1 to 60'],
    ['SAGA_RETENTION_DAYS', '61', 'from 1 to 60'],
    ['SAGA_RETENTION_DAYS', '-1', 'from 1 to 60'],
    ['HOLD_RETENTION_DAYS', '89', 'from 90 to 3650'],
    ['HOLD_RETENTION_DAYS', '1e3', 'from 90 to 3650'],
  ])('refuses %s=%s as the apps do, rather than guess', (name, value, bounds) => {
    const wrong = `${name} must be an integer ${bounds} (it is "${value}")`;
    expect(keptDays({ [name]: value })).toEqual({ wrong });
  });
});
