import { figure, table } from './table.js';

export interface NewCheckouts {
  /** By status. */
  answered: Record<string, number>;
  latencyMs: { p50: number; p99: number; max: number };
}

/** Times are since the heartbeat of the dead orchestrator stopped. */
export interface Takeover {
  sagas: number;
  claimedSeconds: number;
  servedSeconds: number;
  endedSeconds: number;
  /** Sagas whose first command was served; any other was undone before. */
  served: number;
  /** Sagas that ended well; the others were undone. */
  done: number;
  before: NewCheckouts;
  meanwhile: NewCheckouts;
}

export function takeoverReport(found: Takeover): string {
  const { sagas, served, done, claimedSeconds, servedSeconds, endedSeconds, before, meanwhile } =
    found;
  const row = (name: string, { answered, latencyMs }: NewCheckouts) => [
    `  ${name}`,
    figure(latencyMs.p50),
    figure(latencyMs.p99),
    figure(latencyMs.max),
    Object.entries(answered)
      .map(([status, count]) => `${count} × ${status}`)
      .join(', '),
  ];
  return [
    table([
      [`${sagas} sagas of a dead orchestrator`, 'seconds after its last heartbeat'],
      ['  all claimed by another', figure(claimedSeconds)],
      [
        `  all commands sent again and served (${served}, ${sagas - served} undone before)`,
        figure(servedSeconds),
      ],
      [`  all ended (${done} done, ${sagas - done} undone)`, figure(endedSeconds)],
    ]),
    table([
      ['new checkouts', 'p50 ms', 'p99 ms', 'slowest', 'answers'],
      row('before', before),
      row('meanwhile', meanwhile),
    ]),
  ].join('\n\n');
}
