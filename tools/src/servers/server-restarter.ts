import { RestartBackoff } from './restart-backoff.js';

export type StopServer = (options?: { hurry?: boolean }) => Promise<void>;

interface Restartable {
  start(): Promise<void>;
  stop: StopServer;
}

/** Restarts a private server that ended unexpectedly, with growing pauses, and reports it. */
export class ServerRestarter {
  private readonly backoff = new RestartBackoff();
  private server: Restartable | undefined;
  private upSinceMs = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly say: (line: string) => void,
  ) {}

  /** An end before `watch` is a failed start, and the start reports it. */
  readonly onDeath = (how: string): void => {
    if (!this.server) return;
    const delayMs = this.backoff.delayMs(performance.now() - this.upSinceMs);
    this.say(`${this.name} ${how}; restarting it in ${delayMs / 1000} s`);
    this.timer = setTimeout(() => {
      this.starting = this.restart();
    }, delayMs);
  };

  /** Takes care of a server that is up; returns how to stop it for good. */
  watch(server: Restartable): StopServer {
    this.server = server;
    return async (options) => {
      this.server = undefined;
      clearTimeout(this.timer);
      if (options?.hurry !== true) await this.starting;
      await server.stop(options);
    };
  }

  private async restart(): Promise<void> {
    this.upSinceMs = performance.now();
    try {
      await this.server?.start();
      this.say(`${this.name} is back`);
    } catch (error) {
      this.onDeath((error as Error).message);
    }
  }
}
