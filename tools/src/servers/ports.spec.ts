import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { listeningSockets, whoHolds } from './port-holder.js';
import { freePortBlock, freePorts, isPortFree, portRange, usualPortOr } from './ports.js';

describe('ports', () => {
  it('are free, all different, and below those that the system hands out', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    for (const port of ports) expect(await isPortFree(port)).toBe(true);
  });

  it('come as neighbours when asked', async () => {
    const first = await freePortBlock(5);
    for (let offset = 0; offset < 5; offset += 1)
      expect(await isPortFree(first + offset)).toBe(true);
  });

  it('of two test workers are never the same ones', () => {
    const ranges = ['1', '2', '3'].map(portRange);
    for (const [index, { from, to }] of ranges.entries()) {
      expect(to - from).toBeGreaterThan(1_000);
      expect(from).toBeGreaterThanOrEqual(ranges[index - 1]?.to ?? 20_000);
      expect(to).toBeLessThanOrEqual(32_768);
    }
  });

  it('of a test are those of its worker', async () => {
    const { from, to } = portRange(process.env['JEST_WORKER_ID']);
    for (const port of [...(await freePorts(20)), await freePortBlock(3)]) {
      expect(port).toBeGreaterThanOrEqual(from);
      expect(port).toBeLessThan(to);
    }
  });

  it('are the usual ones unless they are taken', async () => {
    expect(await usualPortOr(5432, async () => true)).toBe(5432);
    expect(await usualPortOr(5432, async () => false)).not.toBe(5432);
  });

  it('that are taken are reported with the process that holds them', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      expect(await isPortFree(port)).toBe(false);
      expect(await whoHolds(port)).toContain(`process ${process.pid} (`);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await isPortFree(port)).toBe(true);
  });

  it("are found in the kernel's table among listening sockets only", () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1',
      '   1: 0100007F:0BB8 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1',
      '   2: 0100007F:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1',
    ].join('\n');
    expect(listeningSockets(table, 3000)).toEqual(['4711']);
  });
});
