import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, defineSaga, type SagaDefinition, step } from '@backstitch/saga-engine';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fingerprintProblems } from './fingerprint-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fingerprints-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function sale(version: number, queue = 'tills'): SagaDefinition {
  const pay = command(queue, 'pay', () => ({}));
  const steps = [step('PAID', { do: pay, noUndo: 'a test' })];
  return defineSaga({ name: 'sale', version, deadlineMs: 60_000, steps });
}
const checked = (...definitions: SagaDefinition[]) =>
  fingerprintProblems(definitions, { folder, mayWrite: false });
const written = (...definitions: SagaDefinition[]) =>
  fingerprintProblems(definitions, { folder, mayWrite: true });

describe('the fingerprint files of a saga', () => {
  it('have nothing to say of versions that are as they were', () => {
    expect(written(sale(2), sale(1))).toEqual([]);
    expect(readdirSync(folder)).toEqual(['1.json', '2.json']);
    expect(checked(sale(2), sale(1))).toEqual([]);
  });

  it('name the step of a definition that changed, and how to raise the version', () => {
    written(sale(1));
    const [problem, ...others] = checked(sale(1, 'shops'));
    expect(others).toEqual([]);
    expect(problem).toContain('"sale" changed under its version 1');
    expect(problem).toContain('PAID: its command was pay on tills and is pay on shops');
    expect(problem).toMatch(/next version.*UPDATE_GOLDEN=1/);
  });

  it('are never overwritten: a changed definition stays a problem until its version is raised', () => {
    written(sale(1));
    const before = readFileSync(join(folder, '1.json'), 'utf8');
    expect(written(sale(1, 'shops'))).toHaveLength(1);
    expect(readFileSync(join(folder, '1.json'), 'utf8')).toBe(before);
    expect(written(sale(2, 'shops'), sale(1))).toEqual([]);
  });

  it('are asked for when a version has none', () => {
    expect(checked(sale(1))).toEqual([expect.stringMatching(/version 1 .* is new.*UPDATE_GOLDEN/)]);
  });

  it('tell a version that was taken from the list too early', () => {
    written(sale(2), sale(1));
    expect(checked(sale(2))).toEqual([expect.stringMatching(/^1\.json .* until its last saga/)]);
    writeFileSync(join(folder, 'x.json'), '[]');
    expect(checked(sale(2), sale(1))).toHaveLength(1);
  });
});
