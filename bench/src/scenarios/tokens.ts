import { heat, measureInTurn, secondsInTurn, type Subject } from '../in-turn.js';
import { issueAccessTokens, USUAL_USERS } from '../load/access-tokens.js';
import { costs } from '../report/costs.js';
import { tokensReport, type TokenCosts, WITH_TOKEN, WITHOUT } from '../report/tokens-report.js';
import { startSystem } from '../systems/start-system.js';
import { type Scenario, START_SECONDS } from './scenario.js';

const IN_FLIGHT = 64;

/**
 * What a token costs: the same processes serve checkouts with a token and checkouts without one in
 * turn, so that two starts do not differ by what Node.js happened to compile. Each token is verified
 * during the warm-up; from then on the gateway finds it among the verified ones.
 */
export const tokens: Scenario = {
  seconds: (options) => START_SECONDS + secondsInTurn(options, 1, 2) + 15,
  run: async (stage) => {
    const { products, lines, tokens: users = USUAL_USERS } = stage.options;
    const issued = stage.tokens ?? (await issueAccessTokens(users, stage.cleanup));
    const site = { ...stage, products, tokens: issued, guests: 'open' as const };
    const system = await startSystem('backstitch', site);
    const basket = { products, lines };
    const { tokens: _none, ...bare } = system;
    const subjects: Subject[] = [
      { name: WITHOUT, system: bare, basket },
      { name: WITH_TOKEN, system, basket },
    ];
    for (const subject of subjects) await heat(stage, subject, IN_FLIGHT);
    const measurements = await measureInTurn(stage, subjects, [IN_FLIGHT]);
    const ratio = costs(measurements, WITH_TOKEN, WITHOUT);
    const data: TokenCosts = { users: issued.users, measurements, ...ratio };
    return { data, text: tokensReport(data) };
  },
};
