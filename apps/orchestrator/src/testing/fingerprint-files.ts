import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differencesOf, fingerprintOf, type SagaDefinition } from '@backstitch/saga-engine';

export interface FingerprintFiles {
  /** One file for each version that was ever released and is still listed: `1.json`. */
  folder: string;
  /** Writes the file of a new version. The file of a known one is never written again. */
  mayWrite: boolean;
}

/** What is wrong with the versions of one saga, and what to do about it; empty when nothing is. */
export function fingerprintProblems(
  definitions: readonly SagaDefinition[],
  { folder, mayWrite }: FingerprintFiles,
): string[] {
  const problems = definitions.flatMap((definition) => {
    const path = join(folder, fileOf(definition.version));
    if (existsSync(path)) return changeOf(definition, readFileSync(path, 'utf8'));
    if (!mayWrite) return [missing(definition, path)];
    mkdirSync(folder, { recursive: true });
    const steps: unknown = JSON.parse(fingerprintOf(definition));
    writeFileSync(path, `${JSON.stringify(steps, null, 2)}\n`);
    return [];
  });
  const listed = new Set(definitions.map(({ version }) => fileOf(version)));
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const others = files.filter((file) => !listed.has(file));
  return [...problems, ...others.map((file) => notListed(definitions[0]!.name, file))];
}

function fileOf(version: number): string {
  return `${version}.json`;
}

function changeOf(definition: SagaDefinition, stored: string): string[] {
  const known = JSON.stringify(JSON.parse(stored));
  const differences = differencesOf(known, fingerprintOf(definition));
  if (differences.length === 0) return [];
  const { name, version } = definition;
  const lines = differences.map((difference) => `  - ${difference}`).join('\n');
  return [
    `the saga "${name}" changed under its version ${version}:\n${lines}\n` +
      'Sagas may be under way that began with it as it was. Give the changed definition the next ' +
      'version, list the old one after it in "definitions" until its last saga has ended, and run ' +
      'this test with UPDATE_GOLDEN=1: it writes the file of the new version.',
  ];
}

function missing({ name, version }: SagaDefinition, path: string): string {
  return (
    `the version ${version} of the saga "${name}" is new, and has no ${path}. ` +
    'Run this test with UPDATE_GOLDEN=1, and commit the file.'
  );
}

function notListed(name: string, file: string): string {
  return (
    `${file} belongs to a version of the saga "${name}" that is not listed. List it in ` +
    '"definitions" until its last saga has ended everywhere; delete the file after that.'
  );
}
