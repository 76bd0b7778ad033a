#!/usr/bin/env node
/**
 * `node tools/prune-deployed.mjs <tree>…`: removes from trees that `pnpm deploy` made what no program
 * reads: the types and source maps of libraries, which are half of them. Our own maps stay: they make
 * the traces of errors readable. Licences stay.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const UNREAD = /\.(ts|mts|cts|map|tsbuildinfo)$/;
const OURS = /^@backstitch\+/;

for (const tree of process.argv.slice(2)) {
  const libraries = join(tree, 'node_modules', '.pnpm');
  for (const entry of readdirSync(libraries, { withFileTypes: true })) {
    if (entry.isDirectory() && !OURS.test(entry.name)) prune(join(libraries, entry.name));
  }
}

function prune(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) prune(inner);
    else if (entry.isFile() && UNREAD.test(entry.name)) rmSync(inner);
  }
}
