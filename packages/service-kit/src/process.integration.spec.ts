import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { App } from './testing/kit-process.js';

// Ten processes are started here, next to whatever else the machine is doing.
describe('an app as a process', () => {
  let app: App;

  afterEach(() => app.kill('SIGKILL'));

  it('prints every problem with its configuration at once and exits with 1', async () => {
    app = new App({ PORT: 'x', CURRENCY: 'y' });
    expect(await app.end()).toBe(1);
    expect(app.output).toContain('PORT must be');
    expect(app.output).toContain('CURRENCY must be');
  });

  it('turns debug on and off by SIGUSR2, and says so', async () => {
    app = new App({});
    await app.says('is listening');
    app.kill('SIGUSR2');
    await app.says('SIGUSR2: the log level is debug');
    app.kill('SIGUSR2');
    await app.says('SIGUSR2: the log level is as configured');
    app.kill('SIGTERM');
    expect(await app.end()).toBe(0);
    const { instance } = JSON.parse(app.output.split('\n')[0]!) as { instance: string };
    expect(app.output.split('\n').filter((line) => line && !line.includes(instance))).toEqual([]);
  });

  it('says which port is taken and which variable chooses another, and exits with 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    app = new App({ PORT: String(port) });
    expect(await app.end()).toBe(1);
    expect(app.output).toContain(`port ${port} on 127.0.0.1 is taken: set PORT`);
    server.close();
  });

  it('drains in order on SIGTERM, flushes its log and exits with 0', async () => {
    const step = (name: string) =>
      `[{ name: '${name}', run: async () => logger.info('draining ${name}') }]`;
    app = new App({}, `drain: () => ({ first: ${step('engine')}, last: ${step('broker')} })`);
    await app.says('test is listening');
    app.kill('SIGTERM');
    expect(await app.end()).toBe(0);
    expect(app.output).toMatch(/draining engine[^]*draining broker[^]*shut down in order/);
  });

  it.each([
    ['who asks nothing', ''],
    [
      'who sends half of a request',
      'POST /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{',
    ],
  ])('does not wait, when it ends, for a client %s', async (_name, sent) => {
    app = new App({});
    await app.says('test is listening');
    const { port } = new URL(/"url":"([^"]+)"/.exec(app.output)?.[1] ?? '');
    const silent = connect(Number(port), '127.0.0.1');
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    silent.write(sent);
    app.kill('SIGTERM');
    expect(await app.end()).toBe(0);
  });

  it('answers, before it ends, what it is working on', async () => {
    const slow = `async () => {
      logger.info('working');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return 'worked';
    }`;
    app = new App(
      {},
      `configure: (app) => { app.getHttpAdapter().getInstance().get('/w', ${slow}); }`,
    );
    await app.says('test is listening');
    const url = /"url":"([^"]+)"/.exec(app.output)?.[1] ?? '';
    const answer = fetch(`${url}/w`).then((response) => response.text());
    await app.says('working');
    app.kill('SIGTERM');
    expect(await answer).toBe('worked');
    expect(await app.end()).toBe(0);
  });

  it('exits at once at the second signal', async () => {
    const hang = `[{ name: 'hang', run: () => new Promise((r) => setTimeout(r, 60_000)) }]`;
    app = new App({}, `drain: () => ({ first: ${hang} })`);
    await app.says('test is listening');
    app.kill('SIGINT');
    await app.says('shutting down');
    app.kill('SIGINT');
    expect(await app.end()).toBe(1);
    expect(app.output).toContain('a second signal');
  });

  it('ends although its output is not read any more', async () => {
    app = new App({}, `configure: () => { setInterval(() => logger.info('more'), 1).unref(); }`);
    await app.says('test is listening');
    app.closeOutput();
    app.kill('SIGTERM');
    expect(await app.end()).toBe(0);
  });

  it('writes every line, in order, however many there are when it ends', async () => {
    const flood = `for (let i = 0; i < 20_000; i += 1) logger.info({ i }, 'line');`;
    app = new App({}, `configure: () => { ${flood} process.exit(7); }`);
    expect(await app.end()).toBe(7);
    const numbers = [...app.output.matchAll(/"i":(\d+)/g)].map(([, i]) => Number(i));
    expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  });

  it.each([
    ['an unhandled rejection', `void Promise.reject(new Error('lost'))`],
    ['an uncaught exception', `setImmediate(() => { throw new Error('lost'); })`],
  ])('logs %s and exits with 1', async (_name, trouble) => {
    app = new App({}, `configure: () => { setTimeout(() => { ${trouble} }, 100).unref(); }`);
    expect(await app.end()).toBe(1);
    expect(app.output).toMatch(/"level":"fatal".*lost/);
  });

  it('dies without a word at an armed fault point, at the pass it was armed for', async () => {
    app = new App({ FAULT_POINT: 'test.booted#2' });
    expect(await app.end()).toBe('SIGKILL');
  });

  it('passes a fault point that is armed for a later pass', async () => {
    app = new App({ FAULT_POINT: 'test.booted#3' });
    await app.says('test is listening');
    app.kill('SIGTERM');
    expect(await app.end()).toBe(0);
  });
});
