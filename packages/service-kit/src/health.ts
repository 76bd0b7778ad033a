import type { CheckView } from '@backstitch/shared-types';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SharedCheck, type HealthCheck, type HealthState } from './health-check.js';
import type { Logger } from './logger.js';

/** The database answers on a connection of the check's own, however busy the others are. */
const READY_MS_MAX = 5_000;
const DEPENDENCY_MS_MAX = 2_500;
/** Operators who look at every app wait no longer for one of them. */
const CHECKS_MS_MAX = 1_500;

export type HealthStatus = 'ok' | 'error' | 'shutting_down';

/** An app's health: its status, and the status of each thing that it needs. */
export interface HealthReport {
  status: HealthStatus;
  dependencies: Record<string, HealthState>;
}

/** Whether this process can serve, and whether its dependencies are up. */
export class Readiness {
  /** Set once and for all. */
  shuttingDown = false;
  private needed: readonly SharedCheck[] = [];
  private all: readonly SharedCheck[] = [];
  private logged = '';

  constructor(private readonly logger?: Pick<Logger, 'info' | 'warn'>) {}

  /** `needed` are those without which the process can serve nothing; `others` are only reported. */
  watch(needed: readonly HealthCheck[], others: readonly HealthCheck[]): void {
    this.needed = needed.map((check) => new SharedCheck(check, READY_MS_MAX));
    this.all = [
      ...this.needed,
      ...others.map((check) => new SharedCheck(check, DEPENDENCY_MS_MAX)),
    ];
  }

  async readiness(): Promise<HealthReport> {
    const report = await reportOn(this.needed);
    this.logChange(report);
    return this.shuttingDown ? { ...report, status: 'shutting_down' } : report;
  }

  dependencies(): Promise<HealthReport> {
    return reportOn(this.all);
  }

  /** Every check, with the time that it took. One that takes long is down. */
  async checks(): Promise<CheckView[]> {
    return Promise.all(
      this.all.map(async (check): Promise<CheckView> => {
        const state = await check.stateWithin(CHECKS_MS_MAX);
        const why = state.status === 'down' ? state.why : null;
        return { name: check.name, state: state.status, why, ms: Math.round(check.tookMs) };
      }),
    );
  }

  /** Each reason once: probes come every few seconds, and METRICS_PORT may be off. */
  private logChange({ status, dependencies }: HealthReport): void {
    const why = status === 'ok' ? '' : JSON.stringify(dependencies);
    if (why === this.logged || this.shuttingDown) return;
    this.logged = why;
    if (why === '') this.logger?.info('ready again');
    else this.logger?.warn({ dependencies }, 'not ready');
  }
}

async function reportOn(checks: readonly SharedCheck[]): Promise<HealthReport> {
  const states = await Promise.all(checks.map((check) => check.state()));
  const isUp = states.every(({ status }) => status === 'up');
  const entries = checks.map(({ name }, index) => [name, states[index]!] as const);
  return { status: isUp ? 'ok' : 'error', dependencies: Object.fromEntries(entries) };
}

export function httpStatusOfHealth(status: HealthStatus): 200 | 503 {
  return status === 'ok' ? 200 : 503;
}

@Controller('health')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  /** The process runs; says nothing about what it depends on. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200 while this process can serve, else 503; the reason is shown on METRICS_PORT only. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: HealthStatus }> {
    const { status } = await this.readiness.readiness();
    reply.status(httpStatusOfHealth(status));
    return { status };
  }
}
