export { everyFailure, traceReport, type FailureCase } from './every-failure.js';
export { expectGolden } from './golden.js';
export { MemoryDatabase, MemorySagaStore } from './memory-store.js';
export { DONE, Participants, type Answer } from './participants.js';
export {
  Scenario,
  SCENARIO_SAGA_ID,
  SCENARIO_SUBJECT_ID,
  type ScenarioOptions,
  type SentCommand,
} from './scenario.js';
export { given, Story } from './story.js';
export { Witness } from './witness.js';
