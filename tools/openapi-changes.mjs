#!/usr/bin/env node
/**
 * Says what of the API a client of BASE cannot rely on any more: `node tools/openapi-changes.mjs BASE`.
 * Ends with 1 when there is anything, unless a commit since BASE says "BREAKING CHANGE".
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { breakingChanges } from './openapi/breaking-changes.mjs';

const FILE = 'apps/api-gateway/openapi.json';

const [base] = process.argv.slice(2);
if (base === undefined) {
  console.error('usage: node tools/openapi-changes.mjs BASE');
  process.exit(2);
}
const git = (...words) => execFileSync('git', words, { encoding: 'utf8', maxBuffer: 64 << 20 });
if (git('ls-tree', '--name-only', base, FILE) === '') {
  console.log(`${base} has no ${FILE}: there is nothing to compare`);
  process.exit(0);
}
const former = JSON.parse(git('show', `${base}:${FILE}`));
const found = breakingChanges(former, JSON.parse(readFileSync(FILE, 'utf8')));
for (const change of found) console.log(change);
const isSaid = git('log', '--format=%B', `${base}..HEAD`).includes('BREAKING CHANGE');
if (found.length > 0 && !isSaid) {
  console.error('\nClients of the API break. If that is meant, say BREAKING CHANGE in a commit.');
  process.exit(1);
}
console.log(found.length === 0 ? 'No client of the API breaks.' : 'A commit announces this.');
