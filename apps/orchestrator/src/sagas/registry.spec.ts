import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { OrchestratorConfig } from '../config.js';
import { SagaRegistry } from '../host/registry/saga-registry.js';
import { fingerprintProblems } from '../testing/fingerprint-files.js';
import { registeredSagas } from './registry.js';

const sagas = registeredSagas(new OrchestratorConfig());
const named = sagas.map((saga) => ({ name: saga.definitions[0].name, saga }));
const mayWrite = process.env.UPDATE_GOLDEN === '1';

describe('the list of sagas', () => {
  it('can be served with the usual configuration', () => {
    expect(() => new SagaRegistry(sagas)).not.toThrow();
  });

  it('names every folder of this one', () => {
    const entries = readdirSync(import.meta.dirname, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(named.map(({ name }) => name).sort()).toEqual(folders.sort());
  });

  it.each(named)('has every version of $name as it was released', ({ name, saga }) => {
    const folder = join(import.meta.dirname, name, 'fingerprints');
    expect(fingerprintProblems(saga.definitions, { folder, mayWrite }).join('\n')).toBe('');
  });
});
