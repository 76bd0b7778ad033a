import { heat, measureInTurn, secondsInTurn } from '../in-turn.js';
import { costs } from '../report/costs.js';
import { costsReport, type Costly } from '../report/costs-report.js';
import { startSystem } from '../systems/start-system.js';
import { type Scenario, START_SECONDS } from './scenario.js';

const IN_FLIGHT = 64;
const LINES = [1, 5, 20];

/** What a longer order costs. */
export const lines: Scenario = {
  seconds: (options) => START_SECONDS + secondsInTurn(options, 1, LINES.length),
  run: async (stage) => {
    const products = Math.max(stage.options.products, ...LINES);
    const system = await startSystem('backstitch', { ...stage, products });
    const subjects = LINES.map((count) => ({
      name: count === 1 ? '1 line' : `${count} lines`,
      system,
      basket: { products, lines: count },
    }));
    await heat(stage, subjects[0]!, IN_FLIGHT);
    const measurements = await measureInTurn(stage, subjects, [IN_FLIGHT]);
    const [shortest, ...longer] = subjects.map(({ name }) => name) as [string, ...string[]];
    const data: Costly = {
      measurements,
      costs: longer.map((name) => ({ name, of: shortest, ...costs(measurements, name, shortest) })),
    };
    return { data, text: costsReport(data) };
  },
};
