import { Link } from '@tanstack/react-router';
import { Badge } from '../../parts/badge.js';
import rows from '../../parts/rows.module.css';
import { When } from '../../parts/when.js';
import type { OperatedSaga } from '../answers.js';
import { standingOf } from './saga-words.js';
import styles from './saga-rows.module.css';

/** One row for each saga. */
export function SagaRows({ sagas }: { sagas: readonly OperatedSaga[] }) {
  return (
    <ul className={rows.rows} aria-label="Sagas">
      {sagas.map((saga) => (
        <SagaRow key={saga.sagaId} saga={saga} />
      ))}
    </ul>
  );
}

function SagaRow({ saga }: { saga: OperatedSaga }) {
  const { word, tone } = standingOf(saga);
  const { sagaId, currentStep, attempt, lastError, createdAt } = saga;
  return (
    <li>
      <Link
        to="/ops/sagas/$sagaId"
        params={{ sagaId }}
        className={`${rows.row} ${styles.row}`}
        data-row
      >
        <Badge tone={tone}>{word}</Badge>
        <code className={styles.id}>{sagaId}</code>
        <span className={rows.cell}>
          {currentStep}
          {(attempt ?? 1) > 1 ? `, attempt ${attempt}` : ''}
          {lastError ? <span className={styles.error}>{lastError.code}</span> : null}
        </span>
        <span className={`${rows.muted} ${styles.when}`}>
          <When at={createdAt} />
        </span>
      </Link>
    </li>
  );
}
