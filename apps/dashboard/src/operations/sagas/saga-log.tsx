import { Badge, type BadgeTone } from '../../parts/badge.js';
import { exact } from '../../parts/exact.js';
import type { OperatedSagaLog } from '../answers.js';
import styles from './saga-log.module.css';

const WORDS: Readonly<Record<OperatedSagaLog['status'], readonly [word: string, tone: BadgeTone]>> =
  {
    STARTED: ['Sent', 'running'],
    COMPLETED: ['Done', 'done'],
    FAILED: ['Failed', 'refused'],
  };

/** The log of a saga, oldest first. */
export function SagaLog({ log }: { log: readonly OperatedSagaLog[] }) {
  return (
    <ol className={styles.log}>
      {log.map(({ step, status, data, createdAt }) => {
        const [word, tone] = WORDS[status];
        return (
          <li key={`${step} ${status} ${createdAt}`}>
            <time dateTime={createdAt}>{exact(createdAt)}</time>
            <span className={styles.step}>{step}</span>
            <Badge tone={tone}>{word}</Badge>
            {data === null ? null : <code className={styles.data}>{JSON.stringify(data)}</code>}
          </li>
        );
      })}
    </ol>
  );
}
