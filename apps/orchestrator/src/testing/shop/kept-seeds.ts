import type { KeptSeed } from '@backstitch/saga-engine/testing';

/** Runs of the checkout that are made again before any other. */
export const keptSeeds: readonly KeptSeed[] = [
  { seed: 3290, why: 'one done and one undone, and nearly all the ways that an engine counts' },
  { seed: 5095, why: 'two orders, each asked for by its operator, one parked' },
  { seed: 782, why: 'three owners that fail their guard' },
  { seed: 2030, why: 'six commits of unknown outcome' },
  { seed: 3667, why: 'eighteen takeovers of six orders' },
  { seed: 765, why: 'found again twice, and undone' },
  { seed: 3527, why: 'six times in need of attention' },
  { seed: 618, why: 'sixty-three commands that the broker did not take' },
  { seed: 3590, why: 'eighty-eight replies that answer nothing awaited' },
];
