import { afterEach, describe, expect, it } from '@jest/globals';
import { sendRaw } from '@backstitch/testkit';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from './testing/kit-process.js';

let app: App;
afterEach(() => app.kill('SIGKILL'));

const AWAY = `[{ name: 'broker', check: () => {
  throw new Error('http://user:secret@10.0.0.7/base: connect ECONNREFUSED');
} }]`;

async function ask(url: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text() };
}

describe('the port for operators', () => {
  it('tells metrics and why a dependency is away; the public port tells neither', async () => {
    app = new App({}, `dependencies: () => ${AWAY}`);
    const [url, metricsUrl] = [await app.listening(), await app.listening('metricsUrl')];
    expect((await ask(`${url}/metrics`)).status).toBe(404);
    expect((await ask(`${url}/health/dependencies`)).status).toBe(404);
    expect(await ask(`${url}/health/ready`)).toEqual({ status: 200, text: '{"status":"ok"}' });
    const why = await ask(`${metricsUrl}/health/dependencies`);
    expect(why.status).toBe(503);
    expect(JSON.parse(why.text)).toEqual({
      status: 'error',
      dependencies: {
        broker: {
          status: 'down',
          why: 'http://user:***@10.0.0.7/base: connect ECONNREFUSED',
        },
      },
    });
    const metrics = await ask(`${metricsUrl}/metrics`);
    expect(metrics.status).toBe(200);
    expect(metrics.text).toMatch(/backstitch_dependency_up\{dependency="broker".*\} 0\n/);
  });

  it('says why the process cannot serve; the public port says only that it cannot', async () => {
    app = new App({}, `readiness: () => ${AWAY.replace('broker', 'database')}`);
    const [url, metricsUrl] = [await app.listening(), await app.listening('metricsUrl')];
    expect(await ask(`${url}/health/ready`)).toEqual({ status: 503, text: '{"status":"error"}' });
    const why = await ask(`${metricsUrl}/health/ready`);
    expect(why.status).toBe(503);
    expect(why.text).toContain('ECONNREFUSED');
    expect(await ask(`${metricsUrl}/health/live`)).toEqual({
      status: 200,
      text: '{"status":"ok"}',
    });
    expect(app.output + why.text).not.toContain('secret');
  });

  it.each([
    ['another host', 'evil.example', 421],
    ['a loopback name', 'localhost', 200],
    ['a host that is allowed', 'metrics.internal', 200],
  ])('answers to a request that names %s with its own rule: %s', async (_what, host, status) => {
    app = new App({ ALLOWED_HOSTS: '*,metrics.internal' });
    const metricsUrl = await app.listening('metricsUrl');
    const bytes = `GET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    expect((await sendRaw(metricsUrl, bytes)).answers[0]!.status).toBe(status);
  });

  it('has the security headers, and problem documents for what it does not serve', async () => {
    app = new App({});
    const answer = await fetch(`${await app.listening('metricsUrl')}/nothing`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND', success: false });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('that is taken is named with its variable, and the app exits with 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    app = new App({ METRICS_PORT: String(port) });
    expect(await app.end()).toBe(1);
    expect(app.output).toContain(`port ${port} on 127.0.0.1 is taken: set METRICS_PORT`);
    server.close();
  });
});

describe('an app that is to listen on several addresses', () => {
  it('answers on each of them, and drains the requests of each before it ends', async () => {
    const slow = `async () => {
      logger.info('working');
      await new Promise((resolve) => process.once('SIGUSR2', resolve));
      return 'worked';
    }`;
    app = new App(
      { HOST: '127.0.0.1, 127.0.0.2' },
      `configure: (app) => { app.getHttpAdapter().getInstance().get('/w', ${slow}); }`,
    );
    const { port } = new URL(await app.listening());
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      expect((await ask(`http://${host}:${port}/health/live`)).status).toBe(200);
    }
    const answer = ask(`http://127.0.0.2:${port}/w`);
    await app.says('working');
    app.kill('SIGTERM');
    await app.says('shutting down');
    app.kill('SIGUSR2');
    expect((await answer).text).toBe('worked');
    expect(await app.end()).toBe(0);
  });

  it('does not wait, when it ends, for a client of one of them that asks nothing', async () => {
    app = new App({ HOST: '127.0.0.1,127.0.0.2' });
    const { port } = new URL(await app.listening());
    const silent = connect(Number(port), '127.0.0.2');
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    app.kill('SIGTERM');
    expect(await app.end()).toBe(0);
  });

  it('names the one that this machine does not have, and exits with 1', async () => {
    app = new App({ HOST: '127.0.0.1,192.0.2.7' });
    expect(await app.end()).toBe(1);
    expect(app.output).toContain('\\"192.0.2.7\\" is no address of this machine: set HOST');
  });
});

describe('an app that is told to end while others still send to it', () => {
  it('is not ready at once, accepts all the same, and closes in order at a second signal', async () => {
    app = new App({ SHUTDOWN_DELAY_MS: '600000' });
    const { port } = new URL(await app.listening());
    app.kill('SIGTERM');
    await app.says('shutting down');
    for (let times = 0; times < 5; times += 1) {
      expect(await answerOnNewConnection(port)).toBe('503 {"status":"shutting_down"}');
    }
    app.kill('SIGTERM');
    expect(await app.end()).toBe(0);
    expect(app.output).toMatch(/closing now[^]*shut down in order/);
  });

  it('closes in order by itself when the delay is over', async () => {
    app = new App({ SHUTDOWN_DELAY_MS: '300' });
    await app.listening();
    app.kill('SIGTERM');
    expect(await app.end()).toBe(0);
    expect(app.output).toMatch(/"delayMs":300[^]*shut down in order/);
  });

  it('ends in order also when it is told so before it listens', async () => {
    const slow = `async () => {
      logger.info('not listening yet');
      await new Promise((resolve) => process.once('SIGUSR2', resolve));
    }`;
    app = new App(
      {},
      `module: { module: class {}, providers: [
        { provide: 'slow', useValue: { onApplicationBootstrap: ${slow} } },
      ] }`,
    );
    await app.says('not listening yet');
    app.kill('SIGTERM');
    await app.says('shutting down');
    app.kill('SIGUSR2');
    expect(await app.end()).toBe(0);
  });

  it('exits at once at a third signal', async () => {
    const hang = `[{ name: 'hang', run: () => new Promise((r) => setTimeout(r, 60_000)) }]`;
    app = new App({ SHUTDOWN_DELAY_MS: '600000' }, `drain: () => ({ first: ${hang} })`);
    await app.listening();
    for (const said of ['shutting down', 'closing now']) {
      app.kill('SIGTERM');
      await app.says(said);
    }
    app.kill('SIGTERM');
    expect(await app.end()).toBe(1);
  });
});

async function answerOnNewConnection(port: string): Promise<string> {
  const bytes = 'GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const { answers } = await sendRaw(`http://127.0.0.1:${port}`, bytes);
  return `${answers[0]!.status} ${answers[0]!.body}`;
}

describe('what an app says of its configuration', () => {
  it('is one line when it starts, without secrets', async () => {
    app = new App(
      { RABBITMQ_URL: 'amqp://shop:hunter2@broker,amqp://shop:hunter3@two', CURRENCY: 'EUR' },
      '',
      'BrokerConfig',
    );
    await app.listening();
    const told = app.lines().filter(({ msg }) => msg === 'configuration');
    expect(told).toMatchObject([
      {
        configuration: {
          RABBITMQ_URL: 'amqp://shop:***@broker,amqp://shop:***@two',
          CURRENCY: 'EUR',
          SHUTDOWN_DELAY_MS: 0,
        },
      },
    ]);
    expect(app.output).not.toMatch(/hunter/);
  });

  it('names each variable that no program reads and that is like one of its own', async () => {
    app = new App({ LOG_LEVLE: 'debug', MERTICS_PORT: '1', HOME: '/' });
    await app.listening();
    const warned = app.lines().filter(({ level }) => level === 'warn');
    expect(warned.map(({ variable, like }) => `${String(variable)} → ${String(like)}`)).toEqual([
      'LOG_LEVLE → LOG_LEVEL',
      'MERTICS_PORT → METRICS_PORT',
    ]);
  });

  it('has no password of an address, whatever is logged', async () => {
    const lost = `logger.error({ err: new Error('amqp://u:hunter2@b is away') }, 'lost')`;
    app = new App({}, `configure: () => { ${lost}; new URL('http://u:hunter2@:x'); }`);
    expect(await app.end()).toBe(1);
    expect(app.output).toContain('amqp://u:***@b is away');
    expect(app.output).toContain('Invalid URL');
    expect(app.output).not.toContain('hunter2');
  });

  it('comes from a file where a variable names one, and from nowhere when it cannot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'secret-'));
    const file = join(folder, 'broker');
    await writeFile(file, 'amqp://shop:hunter2@broker-of-the-file\n');
    app = new App({ RABBITMQ_URL_FILE: file }, '', 'BrokerConfig');
    await app.listening();
    expect(app.output).toContain('amqp://shop:***@broker-of-the-file"');
    app.kill('SIGKILL');
    await rm(folder, { recursive: true });
    app = new App({ RABBITMQ_URL_FILE: file }, '', 'BrokerConfig');
    expect(await app.end()).toBe(1);
    expect(app.output).toContain(`RABBITMQ_URL_FILE names ${file}, which cannot be read (ENOENT)`);
  });

  it.each([
    ['amqp://shop@broker', 'has no password'],
    ['amqp://admin:admin1@broker', 'which is publicly known'],
    ['amqp://shop:shop@broker', 'is the name of its user'],
  ])('is refused in production with %s', async (RABBITMQ_URL, why) => {
    app = new App({ NODE_ENV: 'production', RABBITMQ_URL }, '', 'BrokerConfig');
    expect(await app.end()).toBe(1);
    expect(app.output).toMatch(`RABBITMQ_URL`);
    expect(app.output).toContain(why);
  });
});
