import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Orchestrators } from './testing/orchestrators.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let orchestrators: Orchestrators;

beforeAll(async () => {
  orchestrators = await Orchestrators.prepare();
});
afterAll(() => orchestrators.close());

const recorded = () =>
  orchestrators.query('SELECT name, version, fingerprint FROM saga_definitions');

describe('an orchestrator whose checkout is another one than sagas were begun with', () => {
  it('ends with exit code 1, naming the step that differs and what to do', async () => {
    const first = await orchestrators.ready(await orchestrators.start());
    await waitFor('its definition to be on record', async () => (await recorded()).length === 1);
    await first.stop();
    expect(await recorded()).toMatchObject([{ name: 'checkout', version: 1 }]);
    await orchestrators.query(
      `UPDATE saga_definitions SET fingerprint = replace(fingerprint, 'CANCEL_ORDER', 'UNDO_ORDER')`,
    );
    const { url: DB_URL } = orchestrators.database;
    const child = spawn(process.execPath, [MAIN], {
      env: { PORT: '0', DB_URL, RABBITMQ_URL: orchestrators.vhost.url, PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(1);
    expect(said).toContain('ORDER_CREATED: its undo was UNDO_ORDER');
    expect(said).toContain('Raise the version of the definition');
  }, 60_000);
});
