import type { KeptSeed } from '@backstitch/saga-engine/testing';

/** Runs of the checkout that are made again before any other. */
export const keptSeeds: readonly KeptSeed[] = [
  { seed: 2030, why: 'nearly all the ways that an engine counts' },
  { seed: 1232, why: 'an operator asks three times' },
  { seed: 2339, why: 'three owners that fail their guard' },
  { seed: 5170, why: 'six commits of unknown outcome' },
  { seed: 1701, why: 'twenty takeovers' },
  { seed: 1394, why: 'found again three times' },
  { seed: 4805, why: 'six times in need of attention, and eighty-four attempts repeated' },
  { seed: 3060, why: 'fifty-six commands that the broker did not take' },
  { seed: 5548, why: 'eighty-three replies that answer nothing awaited' },
];
