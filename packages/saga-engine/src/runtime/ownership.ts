import type { SagaDefinition } from '../core/define.js';
import type { Driver, DriverPorts } from './driver.js';
import { traceOf, type OpenSaga } from '../core/instance.js';
import { Loop, pause } from './loop.js';
import { OwnHeartbeat } from './own-heartbeat.js';

const SCAN_LIMIT = 1_000;

/**
 * Writes this instance's heartbeat, and finds sagas that no instance drives: those of silent
 * owners, and its own that are not in memory.
 */
export class OwnershipService {
  private readonly loops: Loop[];
  private readonly pulse: OwnHeartbeat;
  private readonly waiting: readonly SagaDefinition[];
  private heartbeatFailedSince: number | undefined;
  private isLeaving = false;
  private isStopped = false;

  constructor(
    private readonly driver: Driver,
    private readonly ports: DriverPorts,
    private readonly definitions: ReadonlyMap<string, SagaDefinition>,
  ) {
    const { settings, timers } = ports;
    this.pulse = new OwnHeartbeat(settings);
    const loop = (everyMs: number, name: string, work: () => Promise<unknown>) =>
      new Loop(
        timers,
        everyMs,
        async () => void (await work()),
        (err) => ports.logger.warn({ err }, `${name} failed, will be tried again`),
      );
    this.loops = [
      new Loop(
        timers,
        settings.heartbeatEveryMs,
        () => this.beat(),
        (error) => this.beatFailed(error),
      ),
      loop(settings.takeoverEveryMs, 'takeover', () => this.takeOver()),
      loop(settings.scanEveryMs, 'scan for forgotten sagas', () => this.findForgotten()),
    ];
    this.waiting = [...definitions.values()].filter(({ waits }) => waits.size > 0);
    // A process without such sagas asks nothing.
    if (this.waiting.length === 0) return;
    const search = 'search for waits whose time has come';
    this.loops.push(loop(settings.dueEveryMs, search, () => this.takeDue()));
  }

  /** Resolves when the first heartbeat is written; until then it is tried again and again. */
  async start(): Promise<void> {
    while (!this.isStopped) {
      try {
        await this.beat();
        break;
      } catch (error) {
        this.beatFailed(error);
        await pause(this.ports.timers, this.ports.settings.heartbeatEveryMs);
      }
    }
    if (!this.isStopped) for (const loop of this.loops) loop.start();
  }

  /** From now on the other instances take over what is given up. */
  takeNoMore(): void {
    this.isLeaving = true;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private async beat(): Promise<void> {
    const { store, clock, timers } = this.ports;
    await store.heartbeat();
    this.pulse.beat(timers.nowMs(), clock.nowMs());
    if (this.heartbeatFailedSince === undefined) return;
    const awayMs = Math.round(this.ports.timers.nowMs() - this.heartbeatFailedSince);
    this.heartbeatFailedSince = undefined;
    this.ports.logger.info({ awayMs }, 'heartbeat written again');
  }

  private beatFailed(err: unknown): void {
    this.pulse.failed();
    if (this.heartbeatFailedSince !== undefined) return;
    this.heartbeatFailedSince = this.ports.timers.nowMs();
    this.ports.logger.warn({ err }, 'heartbeat failed; other instances may take over');
  }

  private async takeOver(): Promise<void> {
    if (this.isLeaving) return;
    const { store, settings, logger, counters } = this.ports;
    const definitions = [...this.definitions.values()];
    const { takeoverBatch, adoptedMax } = settings;
    const limit = Math.min(takeoverBatch, adoptedMax - this.driver.sagas.adoptedSize);
    if (limit <= 0) return;
    // Released sagas may be taken over at any time; those of silent owners only while the own
    // heartbeat is regular, because the cause may affect all instances.
    const isSteady = this.pulse.isSteady(this.ports.timers.nowMs());
    const silentAfterMs = isSteady ? settings.silentAfterMs : Infinity;
    const rows = await store.takeOver({ limit, silentAfterMs, definitions });
    for (const { formerOwner, ...row } of rows) {
      this.ports.reached('mid-takeover');
      counters.count('taken-over');
      logger.info({ ...traceOf(row), epoch: row.epoch, formerOwner }, 'took over');
      this.adopt(row);
    }
  }

  /** Again and again while more of them have come, as long as they may be driven here. */
  private async takeDue(): Promise<void> {
    const { store, settings, counters } = this.ports;
    for (let isMore = true; isMore && !this.isLeaving && !this.isStopped; ) {
      const { takeoverBatch, adoptedMax } = settings;
      const limit = Math.min(takeoverBatch, adoptedMax - this.driver.sagas.adoptedSize);
      if (limit <= 0) return;
      const rows = await store.takeDue({ limit, definitions: this.waiting });
      for (const row of rows) {
        this.ports.reached('mid-takeover');
        counters.count('timed-out');
        this.adopt(row);
      }
      isMore = rows.length === limit;
    }
  }

  private async findForgotten(): Promise<void> {
    const { store, settings, logger, counters } = this.ports;
    const { overdueByMs } = settings;
    const rows = await store.ownOverdue({ limit: SCAN_LIMIT, overdueByMs });
    for (const row of rows) {
      if (!this.adopt(row)) continue;
      counters.count('found-again');
      logger.warn(traceOf(row), 'found an unfinished saga that was not in memory');
    }
  }

  private adopt(row: OpenSaga): boolean {
    const definition = this.definitions.get(definitionKey(row.definition, row.definitionVersion));
    return definition !== undefined && this.driver.adopt(definition, row);
  }
}

export function definitionKey(name: string, version: number): string {
  return `${name}@${version}`;
}
