import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { logLosses, LogWriter } from './log-writer.js';
import { metricsRegistry, startMetrics } from './metrics.js';

const LINE = `${'x'.repeat(1_023)}\n`;
const MEGABYTE = 1_024;

describe('lines of the log that are lost', () => {
  it('are counted while the reader is behind by more than is kept for it', () => {
    const pipe = join(tmpdir(), `log-pipe-${process.pid}`);
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    // Open for both, so that it has a reader, who never reads.
    const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = new LogWriter(fd);
    const before = logLosses.linesDropped;
    for (let line = 0; line < 16 * MEGABYTE; line += 1) writer.write(LINE);
    expect(logLosses.linesDropped).toBe(before);
    for (let line = 0; line < 2 * MEGABYTE; line += 1) writer.write(LINE);
    expect(logLosses.linesDropped).toBeGreaterThan(before + MEGABYTE);
    rmSync(pipe);
    closeSync(fd);
  });

  it('are counted when the reader is gone, those that waited for it too', async () => {
    const file = join(tmpdir(), `log-${process.pid}`);
    writeFileSync(file, '');
    // Nothing can be written to it, as to a pipe whose reader is gone.
    const fd = openSync(file, 'r');
    const writer = new LogWriter(fd);
    const before = logLosses.linesDropped;
    for (let line = 0; line < 12; line += 1) writer.write(LINE);
    await waitFor('the writer to notice', () => {
      writer.write(LINE);
      return logLosses.linesDropped > before + 8;
    });
    closeSync(fd);
    rmSync(file);
    startMetrics('test');
    const told = await metricsRegistry.metrics();
    expect(told).toContain(
      `backstitch_log_lines_dropped_total{app="test"} ${logLosses.linesDropped}`,
    );
  });
});
