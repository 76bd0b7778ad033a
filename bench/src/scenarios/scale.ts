import { heat, measureOnce, progress, type Subject } from '../in-turn.js';
import { turns } from '../plan.js';
import { costs } from '../report/costs.js';
import { costsReport, type Costly } from '../report/costs-report.js';
import type { Measurement } from '../report/measurement.js';
import { startSystem } from '../systems/start-system.js';
import { type Scenario, START_SECONDS, withOwnCleanup } from './scenario.js';

const IN_FLIGHT = 64;

/** The same load on more processes; they are started anew for each turn, idle ones use CPU. */
export const scale: Scenario = {
  seconds: ({ instances, rounds, seconds, warmSeconds }) =>
    instances.length * rounds * (START_SECONDS + 5 * warmSeconds + seconds),
  run: async (stage) => {
    const { instances, rounds, products, lines } = stage.options;
    const names = new Map(instances.map((count) => [`${count} of each`, count]));
    const measurements: Measurement[] = [];
    for (const turn of turns(rounds, [IN_FLIGHT], [...names.keys()])) {
      const one = await withOwnCleanup(stage, async (own) => {
        const site = { ...own, products, instances: names.get(turn.system)! };
        const system = await startSystem('backstitch', site);
        const subject: Subject = { name: turn.system, system, basket: { products, lines } };
        await heat(own, subject, IN_FLIGHT);
        return measureOnce(own, subject, turn);
      });
      measurements.push(one);
      stage.say(progress(turn, one));
    }
    const [fewest, ...more] = [...names.keys()] as [string, ...string[]];
    const data: Costly = {
      measurements,
      costs: more.map((name) => ({ name, of: fewest, ...costs(measurements, name, fewest) })),
    };
    return { data, text: costsReport(data) };
  },
};
