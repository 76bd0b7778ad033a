import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startApp } from '@backstitch/testkit';
import { expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const NO_DATABASE = 'postgresql://postgres@127.0.0.1:1/none';
/** The nice value, counted from the end of the name of the program (proc(5)). */
const NICE = 16;

function niceOf(pid: number, thread: string): number {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[NICE]);
}

it('on Linux, passwords are hashed on threads that yield the CPU, requests are not', async () => {
  if (platform() !== 'linux') return;
  const app = await startApp(MAIN, { DB_URL: NO_DATABASE });
  try {
    const threads = readdirSync(`/proc/${app.pid}/task`);
    const own = String(app.pid);
    const others = threads.filter((thread) => thread !== own);
    expect(niceOf(app.pid, own)).toBe(niceOf(process.pid, String(process.pid)));
    expect(others.length).toBeGreaterThanOrEqual(4);
    expect(new Set(others.map((thread) => niceOf(app.pid, thread)))).toEqual(new Set([10]));
  } finally {
    await app.stop();
  }
});
