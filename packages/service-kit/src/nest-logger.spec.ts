import { describe, expect, it } from '@jest/globals';
import { BUILD } from './build.js';
import { INSTANCE_ID } from './instance-id.js';
import { createLoggerTo } from './logger.js';
import { NestLogger } from './nest-logger.js';
import { commandTrace } from './trace-fields.js';

function logged(write: (logger: NestLogger) => void): unknown[] {
  const lines: unknown[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  write(new NestLogger(createLoggerTo(stream, 'test', 'info')));
  return lines;
}

describe('NestLogger', () => {
  it("writes Nest's lines as the app's, with Nest's context as a field", () => {
    expect(logged((nest) => nest.log('started', 'NestApplication'))).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        app: 'test',
        instance: INSTANCE_ID,
        version: BUILD.version,
        context: 'NestApplication',
        msg: 'started',
      },
    ]);
  });

  it('keeps the stack of an error, as an error or as text', () => {
    const [asError, asText] = logged((nest) => {
      nest.error(new Error('lost'), 'Exceptions');
      nest.error('lost', 'Error: lost\n at x', 'Exceptions');
    });
    expect(asError).toMatchObject({ msg: 'lost', err: { stack: expect.stringMatching(/lost/) } });
    expect(asText).toMatchObject({ msg: 'lost', stack: 'Error: lost\n at x' });
  });

  it('logs Nest’s own lines about its start at debug level', () => {
    expect(
      logged((nest) => nest.log('AppModule dependencies initialized', 'InstanceLoader')),
    ).toEqual([]);
  });
});

describe('commandTrace', () => {
  it('gives every line about a command the same fields, in every app', () => {
    const saga = {
      sagaId: 's',
      step: 'ORDER_CREATED',
      direction: 'do',
      attempt: 2,
      requestId: 'r',
    };
    expect(commandTrace('o', { ...saga, direction: 'do' })).toEqual({ ...saga, orderId: 'o' });
    expect(commandTrace('o')).toEqual({ orderId: 'o' });
  });
});
