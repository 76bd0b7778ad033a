import type { ScenarioName } from './catalogue.js';
import { halfLoad } from './half-load.js';
import type { Scenario } from './scenario.js';
import { idle, throughput } from './throughput.js';

export const SCENARIO: Record<ScenarioName, Scenario> = {
  throughput,
  idle,
  'half-load': halfLoad,
};
