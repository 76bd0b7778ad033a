import { userInfo } from 'node:os';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { runningSystems, type RunningSystem } from '../servers/running-systems.js';
import { askedOfRunning, type Asked } from './asked-system.js';
import { NoAnswer, Orchestrator, Refused } from './orchestrator.js';
import { printable } from './table.js';

const [DONE, REFUSED, NO_RESULT] = [0, 1, 2];
const NAMING = '--url http://…:3004, or ORCHESTRATOR_URL';

export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  out(text: string): void;
  err(text: string): void;
  /** What runs from this folder. */
  systems(): readonly RunningSystem[];
}

export const terminal: Terminal = {
  env: process.env,
  out: (text) => console.log(text),
  err: (text) => console.error(text),
  systems: runningSystems,
};

/** The options of an action; the reason and the name are recorded. */
export interface ActionOptions {
  readonly reason: string;
  readonly operator: string;
}

/** What a subcommand is given: the orchestrator, and how to print what it answered. */
export interface Operating {
  readonly orchestrator: Orchestrator;
  /** The lines for a person, or the answer itself with --json. */
  readonly show: <Answer>(answer: Answer, report: (answer: Answer) => readonly string[]) => void;
}

/** A command line whose subcommands talk to the orchestrator. */
export class CommandLine {
  readonly program: Command;

  constructor(
    name: string,
    description: string,
    private readonly terminal: Terminal,
  ) {
    this.program = new Command(`pnpm ${name}`)
      .description(description)
      .option(
        '--url <url>',
        'the orchestrator, or with OPERATOR_TOKEN the gateway [of this folder]',
        urlOf,
      )
      .option('--json', 'what it answers, as JSON')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => terminal.out(text.trimEnd()),
        writeErr: (text) => terminal.err(text.trimEnd()),
      });
  }

  /** A subcommand that only reads. */
  query(usage: string, description: string): Command {
    return this.program.command(usage).description(description);
  }

  /** A subcommand that changes something: it needs a reason. */
  action(usage: string, description: string): Command {
    return this.query(usage, description)
      .requiredOption('--reason <text>', 'the reason; it is recorded')
      .option('--operator <name>', 'without OPERATOR_TOKEN: who acts; recorded', accountName());
  }

  get operating(): Operating {
    const { json = false } = this.program.opts<{ json?: boolean }>();
    const asked = this.asked();
    if ('wrong' in asked) return this.program.error(`error: ${asked.wrong}`);
    const what = this.token === undefined ? 'orchestrator' : 'gateway';
    this.terminal.err(`asking the ${what} at ${asked.address} (${asked.because})`);
    return {
      orchestrator: new Orchestrator(asked.address, this.token),
      show: (answer, report) => {
        const text = json ? JSON.stringify(answer, null, 2) : report(answer).join('\n');
        this.terminal.out(printable(text));
      },
    };
  }

  /** The access token of the operator: with it, the gateway is asked. */
  private get token(): string | undefined {
    const token = this.terminal.env.OPERATOR_TOKEN?.trim();
    return token === '' ? undefined : token;
  }

  /**
   * The address that is named, else that of the system which runs from this folder: its gateway with
   * a token, else its orchestrator.
   */
  private asked(): Asked<string> {
    const { url } = this.program.opts<{ url?: string }>();
    if (url !== undefined) return { address: url, because: '--url' };
    if (this.token !== undefined) {
      return askedOfRunning(this.terminal.systems(), ({ apiUrl }) => apiUrl, '--url');
    }
    const named = this.terminal.env.ORCHESTRATOR_URL?.split(',')[0]?.trim();
    if (!named) {
      return askedOfRunning(this.terminal.systems(), (one) => one.orchestratorUrl, NAMING);
    }
    if (isAddress(named)) return { address: named, because: 'ORCHESTRATOR_URL' };
    return { wrong: `ORCHESTRATOR_URL "${named}" is not an http address.` };
  }

  /** 0: done; 1: the orchestrator refused; 2: it was not reached, or the arguments are wrong. */
  async run(words: readonly string[]): Promise<number> {
    try {
      const given = words.filter((word, at) => word !== '--' || at > 0);
      await this.program.parseAsync([...given], { from: 'user' });
      return DONE;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : NO_RESULT;
      if (!(error instanceof Refused) && !(error instanceof NoAnswer)) throw error;
      this.printError(error);
      return error instanceof Refused ? REFUSED : NO_RESULT;
    }
  }

  private printError(error: Refused | NoAnswer): void {
    const { json = false } = this.program.opts<{ json?: boolean }>();
    if (json && error instanceof Refused) {
      this.terminal.out(printable(JSON.stringify(error.problem, null, 2)));
    } else {
      this.terminal.err(printable(error.message));
    }
  }
}

function urlOf(text: string): string {
  if (isAddress(text)) return text;
  throw new InvalidArgumentError(`"${text}" is not an http address.`);
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** In a container the account may have a number and no name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}

/** `?a=1&b=2` of what was given. */
export function queryOf(given: Readonly<Record<string, string | undefined>>): string {
  const known = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return known.length === 0 ? '' : `?${new URLSearchParams(known).toString()}`;
}
