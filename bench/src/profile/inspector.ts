import { waitFor } from '@backstitch/launcher';
import { WebSocket } from 'undici';
import type { CpuProfile } from './cpu-profile.js';

interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

const SAMPLE_EVERY_US = 500;
const OPEN_WITHIN_MS = 10_000;

/** A CPU profile of another Node.js process, taken through its inspector (started with --inspect=…). */
export class Inspector {
  private readonly asked = new Map<number, (answer: Answer) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      this.asked.get(answer.id ?? 0)?.(answer);
    });
  }

  static async open(port: number): Promise<Inspector> {
    const socket = new WebSocket(await debuggerUrl(port));
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return new Inspector(socket);
  }

  async start(): Promise<void> {
    await this.call('Profiler.enable');
    await this.call('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
    await this.call('Profiler.start');
  }

  async stop(): Promise<CpuProfile> {
    const { profile } = await this.call('Profiler.stop');
    this.socket.close();
    return profile as CpuProfile;
  }

  private call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = this.asked.size + 1;
    return new Promise((resolve, reject) => {
      this.asked.set(id, ({ result, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

function debuggerUrl(port: number): Promise<string> {
  return waitFor(
    'the inspector',
    async () => {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`);
      const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
      return target?.webSocketDebuggerUrl;
    },
    { timeoutMs: OPEN_WITHIN_MS, everyMs: 50 },
  );
}
