import { facts, table } from './table.js';
import type {
  DeadLetterGroups,
  DeadLetterList,
  DeadLetterView,
  WholeDeadLetterView,
} from '@backstitch/shared-types';

/** Dead letters as a table; under each its verdict. */
export function deadLettersReport({ deadLetters, more }: DeadLetterList): string[] {
  const heads = ['CLASS', 'PATTERN', 'REASON', 'DEAD SINCE', 'ID'];
  const rows = deadLetters.map(({ class: ofClass, pattern, reason, diedAt, id }) => [
    ofClass,
    pattern ?? '-',
    reason ?? '-',
    diedAt ?? '-',
    id,
  ]);
  const [head, ...lines] = table(heads, rows);
  const told = deadLetters.flatMap((each, at) => [lines[at]!, `    ${verdictOf(each)}`]);
  const left = Object.entries(more).filter(([, count]) => count > 0);
  return [
    ...(deadLetters.length === 0 ? ['No dead letters.'] : [head!, ...told]),
    ...left.map(([queue, count]) => `${count} more of ${queue}`),
  ];
}

/** Groups of dead letters as a table, the largest first. */
export function groupsReport({ groups, more }: DeadLetterGroups): string[] {
  if (groups.length === 0) return ['No dead letters.'];
  const heads = ['COUNT', 'QUEUE', 'PATTERN', 'REASON', 'CLASS', 'OLDEST'];
  const rows = groups.map(({ count, queue, pattern, reason, class: ofClass, oldestAt }) => [
    String(count),
    queue,
    pattern ?? '-',
    reason ?? '-',
    ofClass,
    oldestAt,
  ]);
  return [...table(heads, rows), ...(more > 0 ? [`${more} more groups`] : [])];
}

/** All of one dead letter. */
export function deadLetterReport(deadLetter: WholeDeadLetterView): string[] {
  const { step, direction, attempt, properties } = deadLetter;
  const command = step === null ? null : `${step} ${direction}, attempt ${attempt}`;
  return [
    ...facts([
      ['dead letter', deadLetter.id],
      ['class', deadLetter.class],
      ['verdict', verdictOf(deadLetter)],
      ['queue', deadLetter.queue],
      ['pattern', deadLetter.pattern],
      ['order', deadLetter.orderId],
      ['saga', deadLetter.sagaId],
      ['command', command],
      ['reason', deadLetter.reason],
      ['detail', deadLetter.detail],
      ['dead since', deadLetter.diedAt],
      ['state', deadLetter.state],
      ['replayed before', deadLetter.replayed],
      ['properties', properties],
    ]),
    '',
    deadLetter.encoding === 'utf8' ? deadLetter.body : `(base64) ${deadLetter.body}`,
  ];
}

function verdictOf({ why, replay, discard }: DeadLetterView): string {
  const may = [
    ...(replay === 'legal' ? ['replay'] : []),
    ...(replay === 'once repaired' ? ['replay --repaired'] : []),
    ...(discard === 'legal' ? ['discard'] : []),
  ];
  return `${why} [${may.length > 0 ? may.join(', ') : 'no action is allowed now'}]`;
}
