import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface AppProcess {
  url: string;
  /** Where it serves its metrics and its dependencies. */
  metricsUrl: string;
  /** Its log, line by line, as it was written so far. */
  log: readonly Record<string, unknown>[];
  /** SIGTERM, and the exit code once it has ended; null when a signal ended it. */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing is flushed, closed or given up. */
  kill(): Promise<void>;
}

/**
 * A built app as a process of its own, on a free port of 127.0.0.1, with no environment but PATH
 * and the one given. Resolves when it listens; rejects, with what it wrote, when it ends before
 * that.
 */
export async function startApp(
  main: string,
  environment: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    env: { PORT: '0', ...environment, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: Record<string, unknown>[] = [];
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const urls = await new Promise<{ url: string; metricsUrl: string }>((resolve, reject) => {
    const endedEarly = (code: number | null) => reject(new Error(`ended with ${code}: ${said}`));
    child.once('exit', endedEarly);
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Record<string, unknown>;
      log.push(line);
      if (typeof line.msg !== 'string' || !line.msg.endsWith(' is listening')) return;
      child.off('exit', endedEarly);
      resolve({ url: String(line.url), metricsUrl: String(line.metricsUrl) });
    });
  });
  return {
    ...urls,
    log,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => void (await end(child, 'SIGKILL')),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}
