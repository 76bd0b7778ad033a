export { canFinish, type Handover } from './can-finish.js';
export { everyFailure, traceReport, type FailureCase } from './every-failure.js';
export { failureReport } from './failure-report.js';
export { expectGolden } from './golden.js';
export { MemoryDatabase } from './memory-database.js';
export { MemorySagaStore } from './memory-store.js';
export { DONE, Participants, type Answer } from './participants.js';
export {
  Scenario,
  SCENARIO_SAGA_ID,
  SCENARIO_SUBJECT_ID,
  type ScenarioOptions,
  type SentCommand,
} from './scenario.js';
export { given, GivenSaga } from './given.js';
export { Witness } from './witness.js';
export {
  simulate,
  simulationBudget,
  simulationReport,
  type SimulationBudget,
  type SimulationFailure,
  type SimulationReport,
} from './simulation/simulate.js';
export { simulateInWorkers, type InWorkersOptions } from './simulation/simulate-in-workers.js';
export { replayKept, type KeptSeed } from './simulation/kept-seeds.js';
export type { BrokenParts, Schedule, SimulationOptions, Stage } from './simulation/simulation.js';
export { unwritableRows } from './simulation/unwritable-rows.js';
export { AnyParticipants } from './simulation/any-participants.js';
export type { Mishap, SimulatedParticipants, World } from './simulation/world.js';
