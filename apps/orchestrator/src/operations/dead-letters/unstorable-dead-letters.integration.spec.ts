import { waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEAD, IngestFixture } from '../../testing/ingest-fixture.js';

const READABLE_BYTES_MAX = 1_048_576;

let fixture: IngestFixture;

beforeAll(async () => {
  fixture = await IngestFixture.prepare(2_000);
  await fixture.start();
  await waitFor('the queue to be there', () => fixture.vhost.queue(DEAD));
  await fixture.reset();
});
afterAll(() => fixture?.close());
afterEach(async () => {
  await fixture.query('DROP TRIGGER IF EXISTS of_test ON dead_letters');
  await fixture.reset();
});

/** Has the database do this for each row of `which`, before it is inserted. */
async function before(which: string, action: string): Promise<void> {
  await fixture.query(`CREATE OR REPLACE FUNCTION of_test() RETURNS trigger AS $$
    BEGIN ${action}; RETURN NEW; END $$ LANGUAGE plpgsql`);
  await fixture.query(`CREATE TRIGGER of_test BEFORE INSERT ON dead_letters
    FOR EACH ROW WHEN (${which}) EXECUTE FUNCTION of_test()`);
}

/** Longer than any statement may take: the database cancels it. */
const TAKES_TOO_LONG = 'PERFORM pg_sleep(3600)';
const isText = (text: string) => `NEW.bytes = convert_to('${text}', 'UTF8')`;
const texts = async () => (await fixture.rows('bytes')).map(({ bytes }) => String(bytes));
const messagesLeft = async () => (await fixture.vhost.queue(DEAD))!.messages;
const told = (text: string) =>
  waitFor(`a line that says: ${text}`, () => fixture.lines.some((line) => line.includes(text)));

describe('a dead letter whose row takes longer than a statement may', () => {
  it('is stored by its first mebibyte and its true size, and the following ones as they are', async () => {
    await before('octet_length(NEW.bytes) > 2000000', TAKES_TOO_LONG);
    const large = Buffer.alloc(3_000_000, 'x');
    for (const body of ['one', large, 'two']) await fixture.publish(body);
    await fixture.start();
    await fixture.rowsAre(3);
    const page = await fixture.repository.page({}, 10);
    const stored = page.map(({ body, byteCount }) => `${body.length} of ${byteCount}`);
    expect(stored.sort()).toEqual(['1048577 of 3000000', '3 of 3', '3 of 3']);
    const { id } = page.find(({ byteCount }) => byteCount > 3)!;
    const whole = (await fixture.repository.find(id))!;
    expect(whole.body.equals(large.subarray(0, READABLE_BYTES_MAX + 1))).toBe(true);
    expect(whole.byteCount).toBe(3_000_000);
    await told('a dead letter is stored without the end of its body');
  });

  it('and that a service could read stays in its queue, while the following ones are stored', async () => {
    await before(isText('slow'), TAKES_TOO_LONG);
    for (const text of ['slow', 'one', 'two']) await fixture.publish(text);
    await fixture.start();
    await waitFor('the others to be stored', async () => (await texts()).length === 2);
    await fixture.publish('three');
    await waitFor('a later one to be stored', async () => (await texts()).length === 3);
    expect((await texts()).sort()).toEqual(['one', 'three', 'two']);
    await told('a dead letter could not be stored');
    await fixture.query('DROP TRIGGER of_test ON dead_letters');
    await fixture.rowsAre(4);
    expect(await texts()).toContain('slow');
  });
});

describe('a batch of dead letters that takes too long', () => {
  it('is stored one by one, when the driver gives up before the database, too', async () => {
    const { repository } = fixture;
    const store: typeof repository.store = async (rows) => {
      if (rows.length > 1) throw new Error('Query read timeout');
      await repository.store(rows);
    };
    for (const text of ['one', 'two', 'three']) await fixture.publish(text);
    await fixture.start('slow', undefined, { store });
    await fixture.rowsAre(3);
    expect((await texts()).sort()).toEqual(['one', 'three', 'two']);
  });
});

describe('a dead letter of more than sixteen mebibytes', () => {
  it('is stored at once by its first mebibyte and its true size', async () => {
    const size = 17 * 2 ** 20;
    await fixture.publish(Buffer.alloc(size, 'x'));
    await fixture.start();
    await fixture.rowsAre(1);
    const [stored] = await fixture.repository.page({}, 10);
    expect(stored).toMatchObject({ byteCount: size });
    expect(stored!.body.length).toBe(READABLE_BYTES_MAX + 1);
  });
});

describe('a dead letter that the database refuses', () => {
  it('is stored with its bytes and without its properties, and the following ones as they are', async () => {
    await before(`NEW.reason = 'REFUSED'`, `RAISE 'not storable' USING ERRCODE = '22021'`);
    await fixture.publish('one', { headers: { 'dead-reason': 'REFUSED' } });
    await fixture.publish('two', { headers: { 'dead-reason': 'INTERNAL' } });
    await fixture.start();
    await fixture.rowsAre(2);
    const rows = await fixture.rows('bytes, reason');
    const stored = rows.map(({ bytes, reason }) => `${String(bytes)}: ${String(reason)}`);
    expect(stored.sort()).toEqual(['one: null', 'two: INTERNAL']);
    await told('a dead letter is stored without its properties');
  });

  it('in every form stays in its queue, while the following ones are stored', async () => {
    await before(isText('refused'), `RAISE 'not storable' USING ERRCODE = '23514'`);
    for (const text of ['refused', 'one', 'two']) await fixture.publish(text);
    const { ingest } = await fixture.start();
    await waitFor('the others to be stored', async () => (await texts()).length === 2);
    await fixture.publish('three');
    await waitFor('a later one to be stored', async () => (await texts()).length === 3);
    await told('a dead letter could not be stored');
    await ingest.close(5_000);
    expect(await messagesLeft()).toBe(1);
  });
});

describe('the storing of dead letters', () => {
  it('says of which queue it takes none and why, until it is attached, and when it is closed', async () => {
    const { ingest } = await fixture.start();
    expect(ingest.whyNotRunning()).toMatch(/^payment_commands\.dead: ./);
    await waitFor('it to be attached', () => ingest.whyNotRunning() === undefined);
    await ingest.close(5_000);
    expect(ingest.whyNotRunning()).toBe('payment_commands.dead: closed');
  });
});
