import {
  CHAOS_LIVE_MS,
  type ChaosApplied,
  type ChaosPush,
  type ChaosService,
  knobsOf,
} from '@backstitch/shared-types';
import { INSTANCE_ID } from '../instance-id.js';
import { LiveKnob } from './live-knob.js';

/**
 * The chaos knobs of this process. Each value that is pushed ends after CHAOS_LIVE_MS unless it is
 * pushed again, and never later than its setting ends. So a value cannot stay by mistake.
 */
export class ChaosSettings {
  private readonly knobs: ReadonlyMap<string, LiveKnob>;
  private readAtMs = -Infinity;
  private silence: NodeJS.Timeout | undefined;

  constructor(
    private readonly service: ChaosService,
    /** By the id of the knob [the usual value of the table]. */
    configured: Readonly<Record<string, number>> = {},
  ) {
    this.knobs = new Map(
      knobsOf(service).map(({ id, usual }) => [id, new LiveKnob(id, configured[id] ?? usual)]),
    );
  }

  /** Throws when this service has no such knob. */
  knob(id: string): LiveKnob {
    const knob = this.knobs.get(id);
    if (!knob) throw new Error(`${this.service} has no chaos knob ${id}`);
    return knob;
  }

  /** Applies what is set. What was read before another push is older than what is applied. */
  take({ readAtMs, settings }: ChaosPush): void {
    if (readAtMs < this.readAtMs) return;
    this.readAtMs = readAtMs;
    this.forgetTimeAfterSilence();
    const set = new Map(settings.map((setting) => [setting.id, setting]));
    for (const [id, knob] of this.knobs) {
      const setting = set.get(id);
      if (setting) knob.hold(setting.value, Math.min(setting.msLeft, CHAOS_LIVE_MS));
      else knob.release();
    }
  }

  applied(): ChaosApplied {
    const knobs = [...this.knobs.values()].map((knob) => knob.applied());
    return { service: this.service, instanceId: INSTANCE_ID, knobs };
  }

  /** The clock of another database, or one that was set back, may be behind. */
  private forgetTimeAfterSilence(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => (this.readAtMs = -Infinity), CHAOS_LIVE_MS).unref();
  }
}
