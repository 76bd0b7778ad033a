import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '../servers/run-command.js';

interface Request {
  method: string | undefined;
  url: string | undefined;
  body: unknown;
  authorization?: string | undefined;
}

interface Ran {
  code: number;
  out: string;
  err: string;
}

let server: Server;
let url: string;
let requests: Request[];
let answer: { status: number; body: unknown };

beforeAll(async () => {
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { authorization } = request.headers;
      const asked = { method: request.method, url: request.url, body };
      requests.push(authorization === undefined ? asked : { ...asked, authorization });
      response.statusCode = answer.status;
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  requests = [];
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}

/** Runs the program as an operator does, asking the server above. */
async function run(program: 'dead-letters' | 'sagas', words: string[], env = {}): Promise<Ran> {
  const file = fileURLToPath(new URL(`../../dist/operate/${program}.js`, import.meta.url));
  const environment = { ...process.env, ORCHESTRATOR_URL: url, ...env };
  const { code, stdout, stderr } = await runCommand(process.execPath, [file, ...words], {
    env: environment,
  });
  return { code, out: stdout, err: stderr };
}

const deadLetter = {
  id: 'payment_commands.0123456789abcdef0123',
  queue: 'payment_commands',
  state: 'open',
  class: 'poison',
  why: 'It fails.',
  replay: 'once repaired',
  discard: 'refused',
  reason: 'INTERNAL',
  detail: 'x',
  diedAt: '2026-11-20T12:00:00.000Z',
  firstSeenAt: '2026-11-20T12:00:01.000Z',
  replayed: 1,
  pattern: 'payment.refund',
  orderId: 'o-1',
  sagaId: null,
  step: null,
  direction: null,
  attempt: null,
  bytes: 2,
};
const ACTION = ['--reason', 'the bug is repaired'];

describe('the command line of operators', () => {
  it('prints what may be done with each dead letter, and how many are not shown', async () => {
    answer = { status: 200, body: { deadLetters: [deadLetter], more: { payment_commands: 7 } } };
    const listing = ['list', '--queue', 'payment_commands', '--limit', '1'];
    const { code, out } = await run('dead-letters', listing);
    expect(code).toBe(0);
    expect(out).toContain('poison  payment.refund  INTERNAL');
    expect(out).toContain('It fails. [replay --repaired]');
    expect(out).toContain('7 more of payment_commands');
    expect(requests).toMatchObject([{ url: '/dead-letters?queue=payment_commands&limit=1' }]);
    expect(JSON.parse((await run('dead-letters', ['--json', 'list'])).out)).toEqual(answer.body);
  });

  it('asks for dead letters by queue, pattern, reason, class and saga', async () => {
    answer = { status: 200, body: { deadLetters: [], more: {}, next: null } };
    const filters = { pattern: 'payment.refund', reason: 'INTERNAL', class: 'poison', saga: 's-1' };
    const words = Object.entries(filters).flatMap(([name, value]) => [`--${name}`, value]);
    expect(await run('dead-letters', ['list', ...words])).toMatchObject({ code: 0 });
    const query = new URLSearchParams(filters).toString();
    expect(requests).toMatchObject([{ url: `/dead-letters?${query}` }]);
  });

  it('prints the groups of dead letters with their counts', async () => {
    const group = {
      queue: 'payment_commands',
      pattern: 'payment.refund',
      reason: 'INTERNAL',
      class: 'poison',
      count: 12,
      oldestAt: '2026-11-20T12:00:00.000Z',
      newestAt: '2026-11-21T12:00:00.000Z',
    };
    answer = { status: 200, body: { groups: [group], more: 3 } };
    const { code, out } = await run('dead-letters', ['groups', '--queue', 'payment_commands']);
    expect(code).toBe(0);
    expect(out).toContain('12     payment_commands  payment.refund  INTERNAL  poison');
    expect(out).toContain('3 more groups');
    expect(requests).toMatchObject([{ url: '/dead-letters/groups?queue=payment_commands' }]);
  });

  it('sends the reason, and the name of the logged-in user unless another is given', async () => {
    answer = { status: 200, body: { actionId: 'a-1', deadLetter } };
    const replayed = await run('dead-letters', ['replay', deadLetter.id, ...ACTION, '--repaired']);
    expect(replayed).toMatchObject({ code: 0, out: expect.stringContaining('a-1') });
    await run('dead-letters', ['discard', deadLetter.id, ...ACTION, '--operator', 'olga']);
    const reason = 'the bug is repaired';
    const path = `/dead-letters/${deadLetter.id}`;
    const me = userInfo().username;
    expect(requests).toEqual([
      { method: 'POST', url: `${path}/replay`, body: { reason, operator: me, repaired: true } },
      { method: 'POST', url: `${path}/discard`, body: { reason, operator: 'olga' } },
    ]);
  });

  it('never lets a dead letter command the terminal', async () => {
    const body = '\u001b]0;owned\u0007{"a":1}\nnext';
    answer = { status: 200, body: { ...deadLetter, body, encoding: 'utf8', properties: {} } };
    const { out } = await run('dead-letters', ['show', deadLetter.id]);
    expect(out).not.toMatch(/[^\P{Cc}\n]/u);
    expect(out).toContain('{"a":1}\nnext');
  });

  it('exits with 1, and says why, when the orchestrator refuses', async () => {
    const problem = { code: 'ACTION_REFUSED', detail: 'It is finished.', status: 409 };
    answer = { status: 409, body: problem };
    const refused = await run('sagas', ['compensate', 's-1', ...ACTION]);
    const asking = `asking the orchestrator at ${url} (ORCHESTRATOR_URL)\n`;
    expect(refused).toMatchObject({ code: 1, err: `${asking}ACTION_REFUSED: It is finished.\n` });
    const json = await run('sagas', ['--json', 'compensate', 's-1', ...ACTION]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toEqual(problem);
  });

  it.each([
    ['without a reason', ['retry', 's-1'], /--reason/],
    ['of no such kind', ['done', 's-1', ...ACTION], /unknown command/],
    ['to no address', ['--url', 'nowhere', 'list'], /not an http address/],
  ])('exits with 2 and sends no request when the command is %s', async (_what, words, why) => {
    const { code, err } = await run('sagas', words);
    expect(code).toBe(2);
    expect(err).toMatch(why);
    expect(requests).toEqual([]);
  });

  it.each([
    [503, { code: 'UNAVAILABLE', detail: 'away' }, /UNAVAILABLE: away/],
    [200, 'hello', /no JSON/],
  ])('exits with 2 when the answer is %s %j', async (status, body, why) => {
    answer = { status, body };
    const { code, err } = await run('sagas', ['list']);
    expect(code).toBe(2);
    expect(err).toMatch(why);
  });

  it('exits with 2 when no orchestrator answers, and says where it looked', async () => {
    const { code, err } = await run('sagas', ['list'], { ORCHESTRATOR_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(2);
    expect(err).toMatch(/no answer from the orchestrator at http:\/\/127\.0\.0\.1:1/);
  });

  it('tells its commands when it is asked for help', async () => {
    const { code, out } = await run('sagas', ['--help']);
    expect(code).toBe(0);
    for (const word of ['list', 'show', 'retry', 'resume', 'compensate'])
      expect(out).toContain(word);
  });
});

describe('with the access token of an operator', () => {
  const env = { OPERATOR_TOKEN: 'a.b.c' };

  it('the gateway is asked, and the body does not say who acts', async () => {
    answer = { status: 200, body: { outcome: 'done', actionId: 'a-1', deadLetter } };
    const words = ['--url', url, 'discard', deadLetter.id, ...ACTION];
    expect(await run('dead-letters', words, env)).toMatchObject({ code: 0 });
    expect(requests).toEqual([
      {
        method: 'POST',
        url: `/api/operations/dead-letters/${deadLetter.id}/discard`,
        body: { reason: 'the bug is repaired' },
        authorization: 'Bearer a.b.c',
      },
    ]);
  });
});
