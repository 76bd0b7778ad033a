import { facts, table } from './table.js';
import type { DeadLetterView, DeadLetterList, WholeDeadLetterView } from '@backstitch/shared-types';

/** Dead letters as a table; under each its verdict. */
export function lettersReport({ letters, more }: DeadLetterList): string[] {
  const heads = ['CLASS', 'PATTERN', 'DIED OF', 'AT', 'ID'];
  const rows = letters.map(({ class: letterClass, pattern, reason, diedAt, id }) => [
    letterClass,
    pattern ?? '-',
    reason ?? '-',
    diedAt ?? '-',
    id,
  ]);
  const [head, ...lines] = table(heads, rows);
  const told = letters.flatMap((letter, at) => [lines[at]!, `    ${verdictOf(letter)}`]);
  const left = Object.entries(more).filter(([, count]) => count > 0);
  return [
    ...(letters.length === 0 ? ['No dead letters.'] : [head!, ...told]),
    ...left.map(([queue, count]) => `${count} more in ${queue}.dead`),
  ];
}

export function letterReport(letter: WholeDeadLetterView): string[] {
  const { step, direction, attempt, properties } = letter;
  const command = step === null ? null : `${step} ${direction}, attempt ${attempt}`;
  return [
    ...facts([
      ['letter', letter.id],
      ['class', letter.class],
      ['verdict', verdictOf(letter)],
      ['queue', letter.queue],
      ['pattern', letter.pattern],
      ['order', letter.orderId],
      ['saga', letter.sagaId],
      ['command', command],
      ['died of', letter.reason],
      ['because', letter.detail],
      ['at', letter.diedAt],
      ['properties', properties],
    ]),
    '',
    letter.encoding === 'utf8' ? letter.body : `(base64) ${letter.body}`,
  ];
}

function verdictOf({ why, replay, discard }: DeadLetterView): string {
  const may = [
    ...(replay === 'legal' ? ['replay'] : []),
    ...(replay === 'once repaired' ? ['replay --repaired'] : []),
    ...(discard === 'legal' ? ['discard'] : []),
  ];
  return `${why} [${may.length > 0 ? may.join(', ') : 'nothing to be done now'}]`;
}
