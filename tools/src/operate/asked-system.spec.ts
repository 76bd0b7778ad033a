import { describe, expect, it } from '@jest/globals';
import { askedOfRunning } from './asked-system.js';
import type { RunningSystem } from '../servers/running-systems.js';

const system = (port: number, pid = port): RunningSystem => ({
  command: 'npm start',
  owner: { pid, startedAt: 'then' },
  apiUrl: `http://127.0.0.1:${port}`,
  orchestratorUrl: `http://127.0.0.1:${port + 4}`,
  databases: { orders: 'postgresql://127.0.0.1:5432/orders' },
});
const orchestratorOf = ({ orchestratorUrl }: RunningSystem) => orchestratorUrl;

describe('the system that a command asks', () => {
  it('is the one that runs from this folder, and it says so', () => {
    expect(askedOfRunning([system(8100)], orchestratorOf, '--url')).toEqual({
      address: 'http://127.0.0.1:8104',
      because: '`npm start` of this folder, process 8100',
    });
  });

  it('is not guessed when nothing runs', () => {
    expect(askedOfRunning([], orchestratorOf, '--url')).toEqual({
      wrong: expect.stringMatching(/^Nothing runs: .* name a system by --url\.$/),
    });
  });

  it('is not guessed among several that differ in what is asked', () => {
    const both = [system(8100), system(8200)];
    expect(askedOfRunning(both, orchestratorOf, '--url')).toEqual({
      wrong: expect.stringMatching(/8100[^]*8200[^]*Name one by --url/),
    });
    const databases = askedOfRunning(both, (one) => one.databases, 'DATABASE_SERVER_URL');
    expect(databases).toMatchObject({ address: both[0]!.databases }); // they share them
  });
});
