import { ApiProblem } from '@backstitch/api-client';
import { TriangleAlert } from 'lucide-react';
import { Button } from './button.js';
import styles from './failure.module.css';

interface FailureProps {
  error: unknown;
  /** What was not done, for errors that say nothing themselves. */
  what: string;
  onRetry?: () => void;
  retryText?: string;
}

/** In place of one panel that failed: what, why, the id to quote, and another try. */
export function Failure({ error, what, onRetry, retryText = 'Try again' }: FailureProps) {
  const problem = error instanceof ApiProblem ? error : undefined;
  const title = problem?.title ?? what;
  const detail = problem?.detail ?? 'The page has an error. Reload it, please.';
  return (
    <div className={styles.failure} role="alert">
      <TriangleAlert size={20} aria-hidden className={styles.icon} />
      <div className={styles.text}>
        <p className={styles.title}>{title}</p>
        {detail === title ? null : <p>{detail}</p>}
        <Fields problem={problem} />
        {problem?.requestId ? (
          <p className={styles.id}>
            Request <code>{problem.requestId}</code>
          </p>
        ) : null}
        {onRetry ? <Button onClick={onRetry}>{retryText}</Button> : null}
      </div>
    </div>
  );
}

function Fields({ problem }: { problem: ApiProblem | undefined }) {
  const errors = problem?.errors.filter(({ message }) => !problem.detail.includes(message)) ?? [];
  if (errors.length === 0) return null;
  return (
    <ul className={styles.fields}>
      {errors.map(({ field, message }) => (
        <li key={`${field} ${message}`}>
          <bdi>{message}</bdi>
        </li>
      ))}
    </ul>
  );
}
