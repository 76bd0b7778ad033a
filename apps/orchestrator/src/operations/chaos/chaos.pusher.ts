import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import { CHAOS_PUSH_EVERY_MS, type ChaosView } from '@backstitch/shared-types';
import type { ChaosSettingsRepository } from './chaos-settings.repository.js';
import { chaosView } from './chaos-view.js';
import type { InstancesClient } from './instances.client.js';

export interface ChaosPusherParts {
  settings: ChaosSettingsRepository;
  instances: InstancesClient;
  logger: Logger;
}

/**
 * Pushes what is set to every instance, every two seconds. Each orchestrator does so: all read the
 * same rows, and an instance ignores what was read earlier. While nothing is set, nothing is sent.
 */
export class ChaosPusher {
  readonly job: PeriodicJob;
  private wasSet = false;

  constructor(private readonly parts: ChaosPusherParts) {
    const { logger } = parts;
    this.job = new PeriodicJob({
      name: 'chaos-push',
      logger,
      intervalMs: CHAOS_PUSH_EVERY_MS,
      jitter: 0,
      run: () => this.repeat(),
    });
  }

  /** Reads what is set, pushes it now, and shows what the instances answer. */
  async push(): Promise<ChaosView> {
    const { readAtMs, settings } = await this.parts.settings.current();
    this.wasSet = settings.length > 0;
    const pushed = settings.map(({ knob: id, value, msLeft }) => ({ id, value, msLeft }));
    const answers = await this.parts.instances.push({ readAtMs, settings: pushed });
    return chaosView(settings, answers);
  }

  /** Once more after the last setting has ended: an instance need not wait for it to end. */
  private async repeat(): Promise<void> {
    if (this.wasSet) return void (await this.push());
    const { settings } = await this.parts.settings.current();
    if (settings.length > 0) await this.push();
  }

  async stop(): Promise<void> {
    await this.job.stop();
    this.parts.instances.close();
  }
}
