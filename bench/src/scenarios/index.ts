import type { ScenarioName } from './catalogue.js';
import { fiveMillion } from './five-million.js';
import { halfLoad } from './half-load.js';
import { hotSku } from './hot-sku.js';
import { lines } from './lines.js';
import { memory } from './memory.js';
import { retention } from './retention.js';
import { scale } from './scale.js';
import type { Scenario } from './scenario.js';
import { takeover } from './takeover.js';
import { idle, throughput } from './throughput.js';
import { tokens } from './tokens.js';
import { waiting } from './waiting.js';

export const SCENARIO: Record<ScenarioName, Scenario> = {
  throughput,
  idle,
  'half-load': halfLoad,
  'hot-sku': hotSku,
  lines,
  takeover,
  tokens,
  scale,
  memory,
  waiting,
  retention,
  'five-million': fiveMillion,
};
