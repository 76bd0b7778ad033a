import type { Database } from '@backstitch/service-kit';
import { CURRENT, END, SET } from './chaos-settings.sql.js';

/** A knob that an operator has set, until a time by the clock of the database. */
export interface ChaosSetting {
  readonly knob: string;
  readonly value: number;
  readonly until: Date;
  readonly msLeft: number;
  readonly setBy: string;
  readonly reason: string;
}

export interface CurrentSettings {
  /** By the clock of the database. */
  readonly readAtMs: number;
  readonly settings: readonly ChaosSetting[];
}

interface CurrentRow {
  read_at_ms: string;
  knob: string | null;
  value: number;
  until: Date;
  set_by: string;
  reason: string;
  ms_left: string;
}

/** The settings that all orchestrators share. One that is over is not read any more. */
export class ChaosSettingsRepository {
  constructor(private readonly database: Database) {}

  async current(): Promise<CurrentSettings> {
    const statement = { name: 'chaos_current', text: CURRENT, values: [] };
    const rows = await this.database.query<CurrentRow>(statement);
    const settings = rows.flatMap((row) => (row.knob === null ? [] : [settingOf(row, row.knob)]));
    return { readAtMs: Number(rows[0]!.read_at_ms), settings };
  }

  async set(one: {
    knob: string;
    value: number;
    seconds: number;
    setBy: string;
    reason: string;
  }): Promise<void> {
    const values = [one.knob, one.value, one.seconds, one.setBy, one.reason];
    await this.database.query({ name: 'chaos_set', text: SET, values });
  }

  /** Ends one setting, or all of them; says which. */
  async end(knob: string | undefined): Promise<string[]> {
    const statement = { name: 'chaos_end', text: END, values: [knob ?? null] };
    const rows = await this.database.query<{ knob: string }>(statement);
    return rows.map((row) => row.knob).sort();
  }
}

function settingOf(row: CurrentRow, knob: string): ChaosSetting {
  const { value, until, set_by: setBy, reason } = row;
  return { knob, value, until, setBy, reason, msLeft: Number(row.ms_left) };
}
