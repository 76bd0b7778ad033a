import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';

/**
 * Lets what a command handler threw through to the strategy as it is; Nest's own filter would
 * flatten it to "Internal server error". Nest asks only one catch-all filter, so in an app that
 * also serves HTTP give it the HTTP one: `new RpcFaultFilter(new ProblemFilter())`; or put it on the
 * controllers of commands alone (`@CommandController()` does).
 */
@Catch()
export class RpcFaultFilter implements ExceptionFilter {
  constructor(private readonly http?: ExceptionFilter) {}

  catch(exception: unknown, host: ArgumentsHost): unknown {
    if (host.getType() === 'rpc') return throwError(() => exception);
    if (!this.http) throw exception;
    // oxlint-disable-next-line promise/valid-params -- an exception filter, not a promise
    return this.http.catch(exception, host);
  }
}
