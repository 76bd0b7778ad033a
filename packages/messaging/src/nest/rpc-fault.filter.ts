import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';

/**
 * Passes the error of a command handler to the strategy unchanged; the default filter of Nest would
 * replace it by "Internal server error". Nest asks only one catch-all filter. So in an app that
 * also serves HTTP, give it the HTTP filter: `new RpcFaultFilter(new ProblemFilter())`. Or use it
 * on command controllers only, as `@CommandController()` does.
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
