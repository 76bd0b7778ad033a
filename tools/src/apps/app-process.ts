import { type Exit, ManagedProcess, type ProcessPlan } from '@backstitch/launcher';
import { appFile, type AppName } from './apps.js';

/** As `npm start` runs the apps: shorter pauses and less memory for processes that mostly wait. */
export const USUAL_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=16'];
const ANSWER_WITHIN_MS = 10_000;
const READY_WITHIN_MS = 60_000;

export interface AppPlan extends Omit<ProcessPlan, 'program' | 'parameters' | 'cwd'> {
  app: AppName;
  nodeFlags: readonly string[];
  /** The addresses of its API, and of its metrics and dependencies. */
  url: string;
  metricsUrl: string;
}

interface HealthAnswer {
  status: number;
  text: string;
}

/** One app as a process. */
export class AppProcess extends ManagedProcess {
  readonly app: AppName;
  readonly url: string;
  readonly metricsUrl: string;

  constructor({ app, nodeFlags, url, metricsUrl, ...plan }: AppPlan) {
    super({ ...plan, parameters: [...nodeFlags, appFile(app)] });
    this.app = app;
    this.url = url;
    this.metricsUrl = metricsUrl;
  }

  /** What every client may ask: whether this process can serve. */
  readiness(): Promise<HealthAnswer> {
    return ask(`${this.url}/health/ready`);
  }

  /** Whether its dependencies are up, and why not; for operators. */
  dependencies(): Promise<HealthAnswer> {
    return ask(`${this.metricsUrl}/health/dependencies`);
  }

  /** Resolves once it serves and everything is there that it works with. */
  untilReady(timeoutMs = READY_WITHIN_MS, signal?: AbortSignal): Promise<void> {
    return this.ready(() => this.missing(), timeoutMs, signal);
  }

  /** SIGTERM; resolves to what ended it. */
  stop(): Promise<Exit> {
    const exit = this.expectEnd();
    this.signal('SIGTERM');
    return exit;
  }

  /** kill -9 unless told otherwise; resolves when it has ended. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    const exit = this.expectEnd();
    this.signal(signal);
    return exit;
  }

  private async missing(): Promise<string | undefined> {
    try {
      const answers = [await this.readiness(), await this.dependencies()];
      const wrong = answers.find(({ status }) => status !== 200);
      return wrong?.text.slice(0, 500);
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      return cause instanceof Error ? cause.message : String(cause);
    }
  }
}

async function ask(url: string): Promise<HealthAnswer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  return { status: response.status, text: await response.text() };
}
