import { createLoggerTo } from '@backstitch/service-kit';
import { expect, it } from '@jest/globals';
import { sagaLogger } from './saga-logger.js';

it('names the order of a saga on every line, as all apps do', () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const logger = sagaLogger(createLoggerTo({ write }, 'orchestrator', 'debug'));
  const about = { sagaId: 's', subjectId: 'o', requestId: 'r' };
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](about, level);
  logger.info({ count: 3 }, 'took over');
  const named = { sagaId: 's', orderId: 'o', requestId: 'r' };
  expect(lines).toMatchObject([named, named, named, named, { count: 3 }]);
  for (const line of lines) expect(line).not.toHaveProperty('subjectId');
});
