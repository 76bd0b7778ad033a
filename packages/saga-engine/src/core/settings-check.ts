import { ENGINE_DEFAULTS, type EngineSettings } from './settings.js';

/** Every problem of an engine's settings at once; thrown when the program starts, never later. */
export class EngineSettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the settings of the saga engine are not valid:\n${problems.map(line).join('\n')}`);
    this.name = 'EngineSettingsError';
  }
}

/** The maximum delay of setTimeout. */
const TIMER_MAX_MS = 2 ** 31 - 1;
const COUNT_MAX = 1_000_000;

type NumberSetting = Exclude<keyof EngineSettings, 'patientCodes'>;

/** The least and the most of each; a new setting does not compile without. */
const RANGES: Readonly<Record<NumberSetting, readonly [min: number, max: number]>> = {
  backoffMinMs: [1, TIMER_MAX_MS],
  backoffMaxMs: [1, TIMER_MAX_MS],
  attentionAfterAttempts: [1, COUNT_MAX],
  commandsPerQueueMax: [1, COUNT_MAX],
  reservedPerQueue: [0, COUNT_MAX],
  heartbeatEveryMs: [1, TIMER_MAX_MS],
  silentAfterMs: [1, TIMER_MAX_MS],
  takeoverEveryMs: [1, TIMER_MAX_MS],
  takeoverBatch: [1, COUNT_MAX],
  adoptedMax: [1, COUNT_MAX],
  dueEveryMs: [1, TIMER_MAX_MS],
  scanEveryMs: [1, TIMER_MAX_MS],
  overdueByMs: [0, TIMER_MAX_MS],
  pollEveryMs: [1, TIMER_MAX_MS],
  rereadMaxMs: [1, TIMER_MAX_MS],
};

/** A bound that Infinity takes away. */
const MAY_BE_INFINITE = new Set(['commandsPerQueueMax', 'adoptedMax', 'attentionAfterAttempts']);

/** The settings given, and the defaults of all others. Throws EngineSettingsError. */
export function engineSettings(given: Partial<EngineSettings> = {}): EngineSettings {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  const settings = { ...ENGINE_DEFAULTS, ...Object.fromEntries(said) } as EngineSettings;
  const problems = settingsProblems(settings);
  if (problems.length > 0) throw new EngineSettingsError(problems);
  return settings;
}

function settingsProblems(settings: EngineSettings): string[] {
  const problems: string[] = [];
  const { patientCodes = [], ...numbers } = settings;
  if (!isCodes(patientCodes)) problems.push('patientCodes must be a list of codes');
  for (const [name, value] of Object.entries(numbers) as [string, unknown][]) {
    const range = RANGES[name as NumberSetting] as (typeof RANGES)['scanEveryMs'] | undefined;
    if (!range) problems.push(`there is no setting ${name}`);
    else if (value === Infinity && MAY_BE_INFINITE.has(name)) continue;
    else if (!isWithin(value, range)) {
      problems.push(
        `${name} must be a whole number from ${range[0]} to ${range[1]} (it is ${told(value)})`,
      );
    }
  }
  return problems.length > 0 ? problems : relationProblems(settings);
}

/** Combinations that are not valid, although each value alone is. */
function relationProblems(settings: EngineSettings): string[] {
  const { commandsPerQueueMax, reservedPerQueue, backoffMinMs, backoffMaxMs } = settings;
  const { heartbeatEveryMs, silentAfterMs } = settings;
  const problems: string[] = [];
  if (reservedPerQueue >= commandsPerQueueMax) {
    problems.push(
      `reservedPerQueue (${reservedPerQueue}) must be less than commandsPerQueueMax ` +
        `(${commandsPerQueueMax}): else nothing that goes forward is ever sent`,
    );
  }
  if (backoffMinMs > backoffMaxMs) {
    problems.push(`backoffMinMs (${backoffMinMs}) must not be over backoffMaxMs (${backoffMaxMs})`);
  }
  if (silentAfterMs < 2 * heartbeatEveryMs) {
    problems.push(
      `silentAfterMs (${silentAfterMs}) must be at least twice heartbeatEveryMs ` +
        `(${heartbeatEveryMs}): else a living owner counts as silent between two heartbeats`,
    );
  }
  return problems;
}

function isWithin(value: unknown, [min, max]: readonly [number, number]): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isCodes(value: unknown): boolean {
  return Array.isArray(value) && value.every((code) => typeof code === 'string' && code !== '');
}

function told(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function line(problem: string): string {
  return `  - ${problem}`;
}
