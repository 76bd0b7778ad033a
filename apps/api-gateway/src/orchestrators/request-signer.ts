import {
  CALLER_HEADER,
  encodeCaller,
  type InternalKeys,
  SIGNATURE_HEADER,
  signRequest,
} from '@backstitch/auth';
import type { ForwardedRequest } from './exchange.js';

/** Adds the caller and the signature of the gateway to requests for an app behind it. */
export class RequestSigner {
  constructor(private readonly keys: InternalKeys) {}

  /**
   * `basePath` is the prefix of the path that a proxy in front of the app takes away: the app does
   * not see it, so the signature does not cover it.
   */
  sign(request: ForwardedRequest, basePath: string): ForwardedRequest {
    const { method, headers, body = '' } = request;
    const caller = request.caller && encodeCaller(request.caller);
    const path = request.path.slice(basePath.length);
    const covered = { method, path, body, caller, headers };
    const signed = signRequest(this.keys, covered, Date.now() / 1000);
    const sent = { ...headers, [SIGNATURE_HEADER]: signed };
    return {
      ...request,
      headers: caller === undefined ? sent : { ...sent, [CALLER_HEADER]: caller },
    };
  }
}
