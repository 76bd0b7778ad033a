export { workspaceFolders } from '../bootstrap/workspaces.mjs';
export { type AppPlan, AppProcess, USUAL_NODE_FLAGS } from './apps/app-process.js';
export { AppCommandFailed, migrateAll, runAppCommand } from './apps/app-commands.js';
export {
  type App,
  APP_NAMES,
  appFile,
  appFolder,
  type AppName,
  appNamed,
  APPS,
  BROKER_USERS,
  DATABASE_OWNERS,
  type DatabaseName,
  DATABASES,
  ownerOf,
  type Participant,
  PARTICIPANTS,
  PORT_SPAN,
  SAGA_DATABASES,
  type SagaDatabaseName,
} from './apps/apps.js';
export { DeadOrchestrator, type LeftSaga } from './apps/dead-orchestrator.js';
export { addressVariables, placeApps, type PlacedApp } from './apps/placed-apps.js';
export { type ReconcileRun, runReconcile } from './apps/run-reconcile.js';
export { serverRows, SystemDatabases } from './apps/system-databases.js';
export { installedChromium } from './browser/find-chromium.js';
export { fileToWrite, parseWords, wholeNumber } from './commands/arguments.js';
export { machineLine } from './commands/machine-line.js';
export { exitWith, Interrupted, interruptibly } from './commands/interruptible.js';
export { Cleanup } from './servers/cleanup.js';
export { databaseUrl } from './servers/configured-servers.js';
export { freePort, freePortBlock, freePorts, isPortFree } from './servers/ports.js';
export { type DatabaseRoles, derivedRoles } from './roles/database-roles.js';
export { usersOf } from './roles/database-users.js';
export { makeRoles } from './roles/make-roles.js';
export { type Administrator, dropTopology, makeTopology } from './topology/make-topology.js';
export { brokerTopology, vhostsVariable } from './topology/topology-plan.js';
export { systemPostgres } from './servers/postgres-binaries.js';
export { PrivatePostgres, startPrivatePostgres } from './servers/private-postgres.js';
export { PrivateRabbit, startPrivateRabbit } from './servers/private-rabbit.js';
export { PostgresPair, startPostgresPair } from './servers/postgres-pair.js';
export { identityOf } from './servers/process-identity.js';
export { projectRoot } from './servers/project.js';
export { runCommand } from './servers/run-command.js';
export { endPrograms, runProgram } from './commands/run-program.js';
export { RabbitCluster, startRabbitCluster } from './servers/rabbit-cluster.js';
