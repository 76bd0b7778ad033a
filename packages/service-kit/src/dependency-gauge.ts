import { Gauge, register } from 'prom-client';
import type { Readiness } from './health.js';

let watched: Readiness | undefined;

const dependencyUp = new Gauge({
  name: 'backstitch_dependency_up',
  help: '1 while the dependency is up, else 0; /health/dependencies has the reason',
  labelNames: ['dependency'],
  registers: [],
  async collect() {
    const report = await watched?.dependencies();
    this.reset();
    for (const [dependency, { status }] of Object.entries(report?.dependencies ?? {})) {
      this.set({ dependency }, Number(status === 'up'));
    }
  },
});
register.registerMetric(dependencyUp);

/** Shows an app's dependencies in its metrics; of several apps, those of the last one. */
export function exposeDependencies(readiness: Readiness): void {
  watched = readiness;
}
