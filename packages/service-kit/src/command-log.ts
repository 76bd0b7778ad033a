import { Fault, Rejection, type SagaTag } from '@backstitch/shared-types';
import type { Logger } from './logger.js';
import { logRoutine } from './routine-lines.js';
import { commandTrace } from './trace-fields.js';

export interface ServedCommand {
  pattern: string;
  orderId: string;
  saga: SagaTag | undefined;
}

/** Serves a command and logs one line about it, however it ends. */
export async function logged<Answer>(
  logger: Logger,
  { pattern, orderId, saga }: ServedCommand,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const trace = commandTrace(orderId, saga);
  const line = (outcome: string) => ({ command: pattern, outcome, ...trace });
  try {
    const answer = await work();
    if (answer instanceof Rejection) {
      const { code, message } = answer;
      logger.info({ code, why: message, ...line('rejected') }, pattern);
    } else {
      logRoutine(logger, line('done'), pattern);
    }
    return answer;
  } catch (error) {
    const code = error instanceof Fault ? error.code : 'INTERNAL';
    const why = error instanceof Error ? error.message : String(error);
    logger.warn({ code, why, ...line('fault') }, pattern);
    throw error;
  }
}
