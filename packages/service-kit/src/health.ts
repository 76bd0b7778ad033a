import { Controller, Get, Inject, Res, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';

/** One thing without which the app cannot work. */
export interface ReadinessCheck {
  /** database, broker, consumers … */
  name: string;
  /** Resolves when it is there; throws or rejects with why it is not. */
  check: () => Promise<void> | void;
}

/** What the readiness of one app consists of; `shuttingDown` is set once and for all. */
export class Readiness {
  shuttingDown = false;
  checks: readonly ReadinessCheck[] = [];
}

const CHECK_MS_MAX = 2_500;

@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  /** The process runs; says nothing about what it depends on. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200 when every check passes, else 503 with why, check by check. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    if (this.readiness.shuttingDown) {
      reply.status(503);
      return { status: 'shutting_down', info: {}, error: {}, details: {} };
    }
    const checks = this.readiness.checks.map((check) => () => this.indicate(check));
    try {
      return await this.health.check(checks);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      reply.status(503);
      return error.getResponse();
    }
  }

  private async indicate({ name, check }: ReadinessCheck) {
    const indicator = this.indicators.check(name);
    try {
      await within(CHECK_MS_MAX, Promise.resolve(check()));
      return indicator.up();
    } catch (error) {
      return indicator.down({ why: error instanceof Error ? error.message : String(error) });
    }
  }
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
