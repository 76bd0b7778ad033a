import { Controller, Get, Header } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client';

export { Counter, Gauge, Histogram, register as metricsRegistry } from 'prom-client';

const requestSeconds = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time to answer an HTTP request',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** prom-client hashes the labels at every observation unless the labelled child is kept. */
const children = new Map<string, ReturnType<typeof requestSeconds.labels>>();

export function observeRequest(
  method: string,
  route: string,
  status: number,
  seconds: number,
): void {
  const key = `${method} ${route} ${status}`;
  let child = children.get(key);
  if (!child) {
    child = requestSeconds.labels(method, route, String(status));
    children.set(key, child);
  }
  child.observe(seconds);
}

/** Node's own metrics (heap, event loop, handles); labels say which app. */
export function startMetrics(app: string): void {
  register.setDefaultLabels({ app });
  if (!register.getSingleMetric('process_cpu_user_seconds_total')) collectDefaultMetrics();
}

/**
 * Plain numbers that only grow, counted by a room that knows no metrics, as `<prefix>_<name>_total`.
 * They are read when somebody asks.
 */
export function exposeCounters(prefix: string, counters: Readonly<Record<string, number>>): void {
  for (const counter of Object.keys(counters)) {
    const words = counter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    // A gauge, because only a gauge can be set to what somebody else has counted.
    const gauge = new Gauge({
      name: `${prefix}_${words}_total`,
      registers: [],
      help: `${prefix}: ${words.replaceAll('_', ' ')}`,
      collect() {
        this.set(counters[counter] ?? 0);
      },
    });
    register.registerMetric(gauge);
  }
}

@Controller('metrics')
export class MetricsController {
  @Get()
  @Header('content-type', register.contentType)
  read(): Promise<string> {
    return register.metrics();
  }
}
