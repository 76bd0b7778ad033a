import { Timings } from './timings.js';

const durations = new Timings({
  name: 'backstitch_http_server_request_duration_seconds',
  help: 'Time to answer an HTTP request, without probes and scrapes',
  labels: ['method', 'route', 'status'],
  // Beyond the wait budget, at which an answer is 202: what is later took longer than it should.
  buckets: [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1, 1.5, 2.5, 5, 10, 15, 30,
  ],
});

function isProbe(route: string): boolean {
  return route.startsWith('/health') || route === '/metrics';
}

/** `route` as it is declared: its values are few. */
export function observeServed(
  method: string,
  route: string,
  status: number,
  seconds: number,
): void {
  if (!isProbe(route)) durations.observe(seconds, method, route, String(status));
}
