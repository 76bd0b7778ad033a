import { performance } from 'node:perf_hooks';
import { Counter, Gauge, register } from 'prom-client';
import { BUILD } from './build.js';
import { logLosses } from './log-writer.js';

/** The share of time in which the event loop was busy, since the last scrape. */
function exposeLoop(): void {
  let last = performance.eventLoopUtilization();
  const loop = new Gauge({
    name: 'backstitch_event_loop_utilization_ratio',
    help: 'Share of the time since the last scrape in which the event loop was busy, 0 to 1',
    registers: [],
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
  register.registerMetric(loop);
}

/** The version, commit and Node.js version as labels of a gauge with the value 1. */
function exposeBuild(): void {
  const build = new Gauge({
    name: 'backstitch_build_info',
    help: 'Always 1; the labels name the running build',
    labelNames: ['version', 'commit', 'node'],
    registers: [],
  });
  build.set({ ...BUILD, node: process.version }, 1);
  register.registerMetric(build);
}

function exposeLogLosses(): void {
  const dropped = new Counter({
    name: 'backstitch_log_lines_dropped_total',
    help: 'Log lines that were dropped because the reader of the log was too slow or gone',
    registers: [],
    collect() {
      this.reset();
      this.inc(logLosses.linesDropped);
    },
  });
  register.registerMetric(dropped);
}

/** Once a process. */
export function exposeProcess(): void {
  if (register.getSingleMetric('backstitch_build_info')) return;
  exposeLoop();
  exposeBuild();
  exposeLogLosses();
}
