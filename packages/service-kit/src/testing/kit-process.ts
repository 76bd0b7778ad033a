import { waitFor } from '@backstitch/testkit';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * A whole app of nothing but the kit; `%` is what the test adds to its boot options, `@` its
 * configuration.
 */
const APP = `
import 'reflect-metadata';
import { AppConfig, BrokerConfig, bootApp, createLogger, loadConfig, reachedFaultPoint } from '@backstitch/service-kit';
const config = loadConfig(@);
const logger = createLogger({ app: 'test', level: config.LOG_LEVEL });
class Empty {}
await bootApp({ name: 'test', module: { module: Empty }, config, logger, % });
reachedFaultPoint('test.booted');
reachedFaultPoint('test.booted');
`;

/** An app of nothing but the kit, as a process. */
export class App {
  output = '';
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown[]>;

  constructor(env: Record<string, string>, options = '', configClass = 'AppConfig') {
    const program = APP.replace('%', options).replace('@)', `${configClass})`);
    const args = ['--input-type=module', '-e', program];
    const { PATH = '' } = process.env;
    this.child = spawn(process.execPath, args, { cwd: PACKAGE, env: { PATH, PORT: '0', ...env } });
    this.exited = once(this.child, 'close');
    const collect = (chunk: Buffer) => (this.output += String(chunk));
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  closeOutput(): void {
    this.child.stdout?.destroy();
  }

  says(text: string): Promise<unknown> {
    const said = () => this.output.includes(text);
    return waitFor(`"${text}" in the output`, said, { timeoutMs: 60_000 });
  }

  /** A member of the line that says that it listens, such as "url" or "metricsUrl". */
  async listening(member = 'url'): Promise<string> {
    await this.says('test is listening');
    const line = this.lines().find(({ msg }) => msg === 'test is listening');
    return String(line?.[member]);
  }

  /** The lines of its log. */
  lines(): Record<string, unknown>[] {
    const whole = this.output.split('\n').filter((line) => line.startsWith('{'));
    return whole.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The exit code, or the signal that ended it. */
  async end(): Promise<unknown> {
    const [code, signal] = await this.exited;
    return code ?? signal;
  }
}
