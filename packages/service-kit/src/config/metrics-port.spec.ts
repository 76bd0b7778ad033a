import { describe, expect, it } from '@jest/globals';
import { AppConfig } from './app-config.js';
import { readConfig } from './read-config.js';

function metricsPortOf(environment: Record<string, string>): number | undefined {
  const reading = readConfig(AppConfig, environment);
  if ('problems' in reading) throw new Error(reading.problems.join());
  return reading.config.metricsPort;
}

describe('the port for operators', () => {
  //  the environment                                                the port
  it.each([
    [{ PORT: '3004' }, 4004],
    [{ PORT: '65000' }, 64_000],
    [{ PORT: '0' }, 0],
    [{ PORT: '3004', METRICS_PORT: '9000' }, 9_000],
    [{ PORT: '3004', NODE_ENV: 'production' }, undefined],
    [{ PORT: '3004', NODE_ENV: 'production', METRICS_PORT: '9000' }, 9_000],
  ])('of %j is %s, where undefined tells operators nothing', (environment, port) => {
    expect(metricsPortOf(environment)).toBe(port);
  });
});
