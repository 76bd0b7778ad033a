import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Orchestrators, TWO_SAGAS } from './testing/orchestrators.js';
import { OrchestratorConfig } from './config.js';
import { registeredSagas } from './sagas/registry.js';

let orchestrators: Orchestrators;

beforeAll(async () => {
  orchestrators = await Orchestrators.prepare();
  const first = await orchestrators.ready(await orchestrators.start({}, TWO_SAGAS));
  await waitFor(
    'the definitions to be on record',
    async () => (await recorded()).length === LISTED.length,
  );
  await first.stop();
}, 60_000);
afterAll(() => orchestrators.close());

/** The definitions of the program with gift cards. */
const LISTED = [
  ...registeredSagas(new OrchestratorConfig()).flatMap((saga) => saga.definitions),
  { name: 'gift-card', version: 1 },
]
  .map(({ name, version }) => `${name} ${version}`)
  .sort();

const recorded = async () => {
  const rows = await orchestrators.query('SELECT name, version FROM saga_definitions');
  return rows.map(({ name, version }) => `${String(name)} ${String(version)}`).sort();
};
const replace = (name: string, from: string, to: string) =>
  orchestrators.query(
    'UPDATE saga_definitions SET fingerprint = replace(fingerprint, $2, $3) WHERE name = $1',
    [name, from, to],
  );

/** Starts an orchestrator that ends by itself, and answers its exit code and what it wrote. */
async function startedInVain(): Promise<{ code: number | null; said: string }> {
  const { url: DB_URL } = orchestrators.database;
  const child = spawn(process.execPath, [TWO_SAGAS], {
    env: { PORT: '0', DB_URL, RABBITMQ_URL: orchestrators.vhost.url, PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

describe('an orchestrator with a saga that is another one than sagas were begun with', () => {
  it('has every definition of its registry on record', async () => {
    expect(await recorded()).toEqual(LISTED);
    expect(LISTED).toEqual(expect.arrayContaining(['checkout 1', 'checkout 2', 'gift-card 1']));
  });

  it.each([
    ['checkout', 'CANCEL_ORDER', 'ORDER_CREATED'],
    ['gift-card', 'RELEASE_INVENTORY', 'INVENTORY_RESERVED'],
  ])(
    'ends with exit code 1, naming %s, the step that differs and what to do',
    async (name, undo, step) => {
      await replace(name, undo, 'OTHER_UNDO');
      const { code, said } = await startedInVain();
      await replace(name, 'OTHER_UNDO', undo);
      expect(code).toBe(1);
      expect(said).toContain(`"${name}" changed under its version 1`);
      expect(said).toContain(`${step}: its undo was OTHER_UNDO`);
      expect(said).toContain('Raise the version of the definition');
    },
    60_000,
  );
});
