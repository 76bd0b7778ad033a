const NAMES = [
  'published',
  'batchesPublished',
  'packetsBatched',
  'batchesSplit',
  'unroutable',
  'confirmLost',
  'connectionsLost',
  'commandsDone',
  'commandsRejected',
  'commandsFaulted',
  'bugs',
  'handlerDeadlines',
  'oneShotRetries',
  'deadLettered',
  'repliesUnroutable',
  'repliesUnreadable',
  'repliesLate',
  'repliesFailed',
] as const;

export type BrokerCounter = (typeof NAMES)[number];

/** Counters that only grow. /metrics reads them on request, so counting costs one addition. */
export type BrokerCounters = Record<BrokerCounter, number>;

export function brokerCounters(): BrokerCounters {
  return Object.fromEntries(NAMES.map((name) => [name, 0])) as BrokerCounters;
}
