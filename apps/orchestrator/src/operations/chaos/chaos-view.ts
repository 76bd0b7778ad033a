import {
  CHAOS_KNOBS,
  type ChaosAppliedKnob,
  type ChaosKnob,
  type ChaosKnobView,
  type ChaosView,
} from '@backstitch/shared-types';
import type { ChaosSetting } from './chaos-settings.repository.js';
import type { InstanceAnswer } from './instances.client.js';

type Applied = ChaosAppliedKnob & { instanceId: string };

/** What is set, beside what every instance applies and did. Pure. */
export function chaosView(
  settings: readonly ChaosSetting[],
  answers: readonly InstanceAnswer[],
): ChaosView {
  const set = new Map(settings.map((setting) => [setting.knob, setting]));
  // An instance with two addresses answers twice.
  const instances = new Map(
    answers.flatMap((one) => {
      return 'applied' in one ? [[one.applied.instanceId, one.applied] as const] : [];
    }),
  );
  const applied = [...instances.values()].flatMap(({ instanceId, knobs }) =>
    knobs.map((knob) => ({ ...knob, instanceId })),
  );
  return {
    knobs: CHAOS_KNOBS.map((knob) => {
      const own = applied.filter(({ id }) => id === knob.id);
      return knobView(knob, set.get(knob.id), own);
    }),
    silent: answers.flatMap((answer) => ('applied' in answer ? [] : [answer])),
  };
}

function knobView(
  { id, service, unit, min, max, effect, usual }: ChaosKnob,
  setting: ChaosSetting | undefined,
  applied: readonly Applied[],
): ChaosKnobView {
  const samples = applied.reduce((sum, one) => sum + one.samples, 0);
  const total = applied.reduce((sum, one) => sum + one.total, 0);
  return {
    id,
    service,
    unit,
    min,
    max,
    effect,
    value: setting?.value ?? null,
    configured: applied[0]?.configured ?? usual,
    until: setting?.until.toISOString() ?? null,
    setBy: setting?.setBy ?? null,
    reason: setting?.reason ?? null,
    applied: applied.map(({ instanceId, value }) => ({ instanceId, value })),
    observed: { value: samples === 0 ? null : total / samples, samples },
  };
}
