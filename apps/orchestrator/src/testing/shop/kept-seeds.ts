import type { KeptSeed } from '@backstitch/saga-engine/testing';

/** Runs of the checkout that are made again before any other. */
export const keptSeeds: readonly KeptSeed[] = [
  { seed: 4663, why: 'two undos go every way an engine counts' },
  { seed: 16194, why: 'two orders done after takeovers, lost commits and failed guards' },
  { seed: 576, why: 'one done and one undone, each parked and asked for by its operator' },
  { seed: 2100, why: 'forgotten by memory while its neighbour is undone' },
  { seed: 8306, why: 'found again twice, and undone' },
  { seed: 904, why: 'fifteen takeovers, and five failed guards' },
  { seed: 2781, why: 'three times in need of attention' },
  { seed: 5556, why: 'four commits of unknown outcome' },
  { seed: 329_252_379, why: 'a queue that nobody reads for 100 s: an end that comes late is one' },
  { seed: 1080, why: 'five commands that reach no queue' },
];
