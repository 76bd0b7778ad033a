import { Problem, Shedding } from '@backstitch/service-kit';
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';

/** One budget per client address, whatever it asks for; what is over it is answered 429. */
@Injectable()
export class AddressThrottlerGuard extends ThrottlerGuard {
  @Inject(Shedding) private readonly shedding!: Shedding;

  /** Whoever watches the gateway's health is never turned away. */
  protected override shouldSkip(context: ExecutionContext): Promise<boolean> {
    const { url } = context.switchToHttp().getRequest<FastifyRequest>();
    return Promise.resolve(!url.startsWith('/api/'));
  }

  protected override generateKey(_context: ExecutionContext, address: string): string {
    return address;
  }

  protected override throwThrottlingException(
    _context: ExecutionContext,
    { limit, timeToBlockExpire, tracker }: ThrottlerLimitDetail,
  ): Promise<void> {
    this.shedding.refused('rate limit', { address: tracker });
    const detail = `At most ${limit} requests a minute are served to one address.`;
    const headers = { 'retry-after': String(Math.max(1, timeToBlockExpire)) };
    return Promise.reject(new Problem('RATE_LIMITED', detail, { headers, quiet: true }));
  }
}
