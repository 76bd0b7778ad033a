import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
const ASSETS = fileURLToPath(new URL('assets/', DIST));

const contentOf = (name: string) => readFileSync(ASSETS + name);
const gzippedKb = (names: Iterable<string>) =>
  [...names].reduce((sum, name) => sum + gzipSync(contentOf(name)).length, 0) / 1000;
const files = (ending: string) => readdirSync(ASSETS).filter((name) => name.endsWith(ending));

/** The scripts that a page needs before it can be drawn: a chunk, and what it imports statically. */
function withImports(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const imports = contentOf(name)
    .toString()
    .matchAll(/(?:from|import)"\.\/([\w.-]+\.js)"/g);
  for (const [, imported] of imports) withImports(imported!, found);
  return found;
}

describe('the built pages', () => {
  const page = readFileSync(new URL('index.html', DIST), 'utf8');
  const [, entry] = /src="\/assets\/([\w.-]+\.js)"/.exec(page)!;

  it('need at most 150 kB of scripts for the first view of the shop, gzipped', () => {
    expect(gzippedKb(withImports(entry!))).toBeLessThanOrEqual(150);
  });

  it('have at most 330 kB of scripts and 15 kB of styles altogether, gzipped', () => {
    expect(gzippedKb(files('.js'))).toBeLessThanOrEqual(330);
    expect(gzippedKb(files('.css'))).toBeLessThanOrEqual(15);
  });

  it('have no inline script and no inline style, which the policy forbids', () => {
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });

  it('have each script and style also compressed', () => {
    for (const name of [...files('.js'), ...files('.css')]) {
      expect(files('.br')).toContain(`${name}.br`);
      expect(files('.gz')).toContain(`${name}.gz`);
    }
  });
});
