/**
 * Pure tests beside their file, tests that need PostgreSQL or RabbitMQ (their name says so), the
 * whole system as processes, the same under load, and the same on clusters. One configuration serves
 * every package.
 */
const base = {
  globalTeardown: '<rootDir>/tools/jest-left-open.mjs',
  testEnvironment: '<rootDir>/tools/jest-fast-globals.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['/dist/.*\\.spec\\.'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        module: { type: 'es6' },
        sourceMaps: 'inline',
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
};

const CLUSTER = '(/rabbit-cluster\\.integration|/e2e/src/cluster\\.e2e)\\.spec\\.ts$';
/** What these prove holds for a system that has the machine to itself: they run one after the other. */
const LOAD = '/e2e/src/(many|overload)\\.e2e\\.spec\\.ts$';
const workspaces = ['apps', 'packages', 'tools', 'bench', 'drill', 'e2e', 'examples'].map(
  (name) => `<rootDir>/${name}`,
);

export default {
  // Node.js keeps what it loaded as ESM for a test file, and a worker grows to 3 GB. Small files then
  // take several times longer than in a fresh worker.
  workerIdleMemoryLimit: '800MB',
  testSequencer: '<rootDir>/tools/jest-slowest-first.mjs',
  // A limit for what hangs, not for what is slow: services answer late on a busy machine. It is
  // longer than that of waitFor, whose error says what was awaited.
  testTimeout: 120_000,
  projects: [
    {
      ...base,
      displayName: 'pure',
      roots: workspaces,
      testMatch: ['**/*.spec.ts'],
      testPathIgnorePatterns: [
        ...base.testPathIgnorePatterns,
        '\\.integration\\.spec\\.ts$',
        '\\.e2e\\.spec\\.ts$',
      ],
    },
    {
      ...base,
      displayName: 'integration',
      roots: workspaces,
      testMatch: ['**/*.integration.spec.ts'],
      testPathIgnorePatterns: [...base.testPathIgnorePatterns, CLUSTER],
    },
    {
      ...base,
      displayName: 'e2e',
      roots: ['<rootDir>/e2e', '<rootDir>/drill', '<rootDir>/bench'],
      testMatch: ['**/*.e2e.spec.ts'],
      testPathIgnorePatterns: [...base.testPathIgnorePatterns, CLUSTER, LOAD],
    },
    {
      ...base,
      displayName: 'load',
      roots: ['<rootDir>/e2e'],
      testRegex: [LOAD],
    },
    {
      ...base,
      displayName: 'cluster',
      roots: ['<rootDir>/e2e', '<rootDir>/tools'],
      testRegex: [CLUSTER],
    },
  ],
};
