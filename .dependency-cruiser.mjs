/**
 * The allowed imports between workspaces (ARCHITECTURE.md). The dependencies and `exports` of the
 * package.json files already refuse most other imports; the comment of a rule is its error message.
 * Cycles, and the imports of pure files, are checked by .oxlintrc.json, which knows type imports.
 */
const PACKAGES = '^packages/';
const APPS = '^apps/';
/** Tests and what only tests use may reach further. */
const TESTS = '(\\.spec\\.ts$|/testing/|/fixtures/)';
/** A workspace may import these packages, and itself, and no other workspace. */
const importRule = (workspace, allowed, sentence) => ({
  name: `imports-of-${workspace.replace(/^.*\//, '')}`,
  comment: sentence,
  severity: 'error',
  from: { path: `^${workspace}/`, pathNot: TESTS },
  to: {
    path: '^(packages|apps|e2e|bench|drill|tools)/',
    pathNot: [`^${workspace}/`, ...allowed.map((name) => `^packages/${name}/`)],
  },
});

const OF_A_PARTICIPANT = [
  'service-kit',
  'auth',
  'database',
  'messaging',
  'coalesce',
  'shared-types',
];
const participant = (service, more = []) =>
  importRule(
    `apps/${service}`,
    [...OF_A_PARTICIPANT, ...more],
    'A participant knows commands, not sagas: it could take part in any.',
  );

const importRules = [
  importRule(
    'packages/shared-types',
    [],
    'The vocabulary imports no other package of ours: all packages import it.',
  ),
  importRule('packages/coalesce', [], 'It is used in three packages and knows none of them.'),
  importRule('packages/database', [], 'Access to PostgreSQL: it knows no tables and no services.'),
  importRule('packages/auth', [], 'Callers and what they may do: every app asks, also tools.'),
  importRule('packages/event-contracts', [], 'Consumers use it, also those of other systems.'),
  importRule('packages/launcher', [], 'Tests of every package start processes by it.'),
  importRule(
    'packages/saga-engine',
    ['coalesce', 'database'],
    'The engine knows no shop and no broker: it can be used elsewhere.',
  ),
  importRule(
    'packages/messaging',
    ['coalesce', 'shared-types'],
    'Messaging knows AMQP and the packets, and none of their senders.',
  ),
  importRule(
    'packages/service-kit',
    ['auth', 'database', 'messaging', 'shared-types'],
    'What every app shares knows no app.',
  ),
  importRule('packages/api-client', [], 'It runs in browsers, and is generated from the API.'),
  importRule('apps/dashboard', ['api-client'], 'The pages know the API, and nothing behind it.'),
  importRule(
    'apps/api-gateway',
    ['service-kit', 'auth', 'shared-types'],
    'The gateway calls the orchestrator over HTTP, and nothing else.',
  ),
  participant('order-service', ['event-contracts']),
  participant('inventory-service'),
  participant('payment-service'),
  importRule(
    'apps/identity-service',
    ['service-kit', 'auth', 'database', 'shared-types'],
    'The issuer knows people and keys, and nothing of the shop.',
  ),
  importRule(
    'apps/orchestrator',
    [...OF_A_PARTICIPANT, 'saga-engine'],
    'The orchestrator joins the engine to the broker and the shop.',
  ),
];

/** Only these packages import this library. */
const only = (library, packages, sentence) => ({
  name: `only-${packages[0].split('/').pop()}-imports-${library}`,
  comment: sentence,
  severity: 'error',
  from: { path: '^(packages|apps)/', pathNot: [TESTS, ...packages.map((one) => `^${one}/`)] },
  to: { path: `node_modules/${library}/` },
});

export default {
  forbidden: [
    ...importRules,
    {
      name: 'no-app-imports-an-app',
      comment: 'Apps communicate over RabbitMQ and HTTP only.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: APPS, pathNot: '^apps/$1/' },
    },
    {
      name: 'no-package-imports-upwards',
      comment: 'Packages are used by apps, tests and tools, and import none of them.',
      severity: 'error',
      from: { path: PACKAGES, pathNot: TESTS },
      to: { path: '^(apps|e2e|bench|drill|tools)/' },
    },
    {
      name: 'no-deep-imports',
      comment: 'A package is imported by its entry points (`exports`), not by its files.',
      severity: 'error',
      from: { path: '^(packages|apps|e2e|bench|drill|tools)/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/', pathNot: '^$1/$2/' },
    },
    {
      name: 'only-participants-of-service-kit-know-the-broker',
      comment: 'An app that serves no queue must not load AMQP: the entry /participant does.',
      severity: 'error',
      from: {
        path: '^packages/service-kit/',
        pathNot: [TESTS, '^packages/service-kit/src/participant/'],
      },
      to: { path: ['^packages/messaging/', '^packages/service-kit/src/participant/'] },
    },
    only(
      'amqplib',
      ['packages/messaging', 'packages/testkit', 'packages/saga-engine/src/amqp'],
      'One package of Backstitch knows AMQP; the engine has a small sender for others.',
    ),
    only('amqp-connection-manager', ['packages/messaging'], 'One package knows AMQP.'),
    {
      name: 'no-test-code-in-the-program',
      comment: 'Tests and test support are not shipped.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: [TESTS, '^packages/testkit/'] },
      to: { path: ['\\.spec\\.ts$', '^packages/testkit/', 'node_modules/(@jest|fast-check)/'] },
    },
    {
      name: 'everything-resolves',
      comment: 'The other rules do not see an import that cannot be resolved.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    // A built package is where its source is: the rules are the same.
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/.*\\.spec\\.', '^bench/peers/', '^examples/trip/'] },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.css', '.svg'],
    },
  },
};
