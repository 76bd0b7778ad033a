import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { logLosses, LogWriter } from './log-writer.js';
import { metricsRegistry, startMetrics } from './metrics.js';

const LINE = `${'x'.repeat(1_023)}\n`;
const MEGABYTE = 1_024;

describe('lines of the log that are lost', () => {
  it('are counted while the reader is behind by more than is kept for it', async () => {
    const deaf = spawn('sleep', ['60'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const { fd } = (deaf.stdin as unknown as { _handle: { fd: number } })._handle;
    const writer = new LogWriter(fd);
    const before = logLosses.linesDropped;
    for (let line = 0; line < 16 * MEGABYTE; line += 1) writer.write(LINE);
    expect(logLosses.linesDropped).toBe(before);
    for (let line = 0; line < 2 * MEGABYTE; line += 1) writer.write(LINE);
    expect(logLosses.linesDropped).toBeGreaterThan(before + MEGABYTE);
    deaf.kill();
    await once(deaf, 'exit');
  });

  it('are counted when the reader is gone, those that waited for it too', async () => {
    const file = join(tmpdir(), `log-${process.pid}`);
    const fd = openSync(file, 'w');
    closeSync(fd);
    const writer = new LogWriter(openSync(file, 'r'));
    const before = logLosses.linesDropped;
    for (let line = 0; line < 12; line += 1) writer.write(LINE);
    await waitFor('the writer to notice', () => {
      writer.write(LINE);
      return logLosses.linesDropped > before + 8;
    });
    startMetrics('test');
    const told = await metricsRegistry.metrics();
    expect(told).toContain(
      `backstitch_log_lines_dropped_total{app="test"} ${logLosses.linesDropped}`,
    );
  });
});
