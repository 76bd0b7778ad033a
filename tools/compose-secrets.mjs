#!/usr/bin/env node
/**
 * Writes the passwords and keys of docker-compose.yaml into `.env` beside it, once: random ones, for you alone to
 * read. Git ignores the file. What is in it already stays.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

const password = () => randomBytes(24).toString('hex');
/** Of requests between apps: the name of the key, and 32 bytes. */
const internalKey = () => `first:${randomBytes(32).toString('base64url')}`;
/** 32 bytes. With another key, identity-service can read neither its signing keys nor authenticators. */
const encryptionKey = () => randomBytes(32).toString('base64url');
const VARIABLES = {
  COMPOSE_PROJECT_NAME: () => 'backstitch',
  POSTGRES_PASSWORD: password,
  RABBITMQ_PASSWORD: password,
  INTERNAL_KEYS: internalKey,
  KEY_ENCRYPTION_KEY: encryptionKey,
};
const file = process.argv[2] ?? fileURLToPath(new URL('../.env', import.meta.url));

const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
const given = parseEnv(before);
const missing = Object.keys(VARIABLES).filter((name) => !given[name]);
const lines = missing.map((name) => `${name}=${VARIABLES[name]()}\n`);
const separator = before === '' || before.endsWith('\n') ? '' : '\n';
if (lines.length > 0) {
  writeFileSync(file, `${before}${separator}${lines.join('')}`, { mode: 0o600 });
  chmodSync(file, 0o600);
}
console.log(missing.length > 0 ? `wrote ${missing.join(', ')} into ${file}` : `${file} has them`);
