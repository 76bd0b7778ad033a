import { ManagedProcess } from '@backstitch/launcher';

export interface AppProcess {
  pid: number;
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
 * A built app as a process of its own, on a free port of 127.0.0.1, with no environment but PATH,
 * NODE_ENV=test and the one given. It runs without source maps, as by `npm start`: reading them takes
 * a tenth of the start. Resolves when it listens; rejects, with what it wrote, when it ends before
 * that.
 */
export async function startApp(
  main: string,
  environment: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const log: Record<string, unknown>[] = [];
  const others: string[] = [];
  let app: ManagedProcess | undefined;
  const urls = await new Promise<Pick<AppProcess, 'url' | 'metricsUrl'>>((resolve, reject) => {
    const onLine = (text: string): void => {
      if (!text.startsWith('{')) return void others.push(text);
      const line = JSON.parse(text) as Record<string, unknown>;
      log.push(line);
      if (typeof line.msg !== 'string' || !line.msg.endsWith(' is listening')) return;
      resolve({ url: String(line.url), metricsUrl: String(line.metricsUrl) });
    };
    app = new ManagedProcess({
      name: main,
      parameters: [main],
      env: { PORT: '0', NODE_ENV: 'test', ...environment, PATH: process.env.PATH },
      output: { onLine },
    });
    app.start();
    void app.ended.then((exit) => reject(new Error(`ended with ${exit}: ${others.join('\n')}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    app?.signal(signal);
    const exit = await app?.ended;
    return typeof exit === 'number' ? exit : null;
  };
  return {
    pid: app!.pid,
    ...urls,
    log,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}
