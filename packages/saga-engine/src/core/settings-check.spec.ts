import { describe, expect, it } from '@jest/globals';
import { ENGINE_DEFAULTS, type EngineSettings } from './settings.js';
import { engineSettings, EngineSettingsError } from './settings-check.js';

function problemsOf(given: object): readonly string[] {
  try {
    engineSettings(given);
    return [];
  } catch (error) {
    return (error as EngineSettingsError).problems;
  }
}

describe('the settings of an engine', () => {
  it('are the defaults where nothing is said', () => {
    expect(engineSettings({})).toEqual(ENGINE_DEFAULTS);
    const given = { adoptedMax: 7, backoffMaxMs: undefined } as Partial<EngineSettings>;
    expect(engineSettings(given)).toEqual({ ...ENGINE_DEFAULTS, adoptedMax: 7 });
  });

  it.each(Object.keys(ENGINE_DEFAULTS))(
    'refuse a %s that is no whole number in its range',
    (name) => {
      for (const value of [NaN, -Infinity, -1, 0.5, '5', null, 2 ** 31, {}]) {
        expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} must be`)]);
      }
    },
  );

  it('may be without a bound where a bound may be missing, and nowhere else', () => {
    expect(problemsOf({ commandsPerQueueMax: Infinity, adoptedMax: Infinity })).toEqual([]);
    expect(problemsOf({ scanEveryMs: Infinity, reservedPerQueue: Infinity })).toHaveLength(2);
  });

  it.each([
    [
      'commands of which all are reserved',
      { commandsPerQueueMax: 32 },
      'nothing that goes forward',
    ],
    ['a first pause over the longest', { backoffMinMs: 20_000 }, 'must not be over'],
    ['a silence shorter than two heartbeats', { silentAfterMs: 1_999 }, 'must be at least twice'],
    ['a name that is none', { comandsPerQueueMax: 64 }, 'there is no setting comandsPerQueueMax'],
  ])('refuse %s', (_name, given, told) => {
    expect(problemsOf(given)).toEqual([expect.stringContaining(told)]);
  });

  it('are told all their problems at once, in words', () => {
    const wrong = { commandsPerQueueMax: 0, scanEveryMs: NaN, x: 1 };
    expect(() => engineSettings(wrong)).toThrow(EngineSettingsError);
    expect(problemsOf(wrong)).toHaveLength(3);
    expect(problemsOf({ backoffMinMs: 20_000, commandsPerQueueMax: 8 })).toHaveLength(2);
  });
});
