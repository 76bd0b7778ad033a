import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTitle } from '../../app/use-title.js';
import { useSaga } from '../../orders/use-order.js';
import { Badge } from '../../parts/badge.js';
import card from '../../parts/card.module.css';
import { exact } from '../../parts/exact.js';
import { Failure } from '../../parts/failure.js';
import { Skeleton } from '../../parts/skeleton.js';
import type { OperatedSaga, OperatedSagaLog } from '../answers.js';
import ops from '../ops.module.css';
import { SagaActions } from './saga-actions.js';
import { SagaLog } from './saga-log.js';
import { standingOf } from './saga-words.js';

const route = getRouteApi('/ops/sagas/$sagaId');

/** A saga as it is stored, what may be done with it, and its log. */
export function SagaPage() {
  const { sagaId } = route.useParams();
  useTitle(`Saga ${sagaId.slice(-8)}`);
  const saga = useSaga(sagaId);
  return (
    <>
      <Link to="/ops/sagas" className={card.back}>
        All sagas
      </Link>
      {saga.data ? (
        <Whole
          saga={saga.data as unknown as OperatedSaga & { log: OperatedSagaLog[] }}
          onDone={() => void saga.refetch()}
        />
      ) : saga.error ? (
        <Failure
          error={saga.error}
          what="The saga was not loaded"
          onRetry={() => void saga.refetch()}
        />
      ) : (
        <Skeleton what="the saga" heightPx={160} count={2} />
      )}
    </>
  );
}

interface WholeProps {
  saga: OperatedSaga & { log: OperatedSagaLog[] };
  onDone: () => void;
}

function Whole({ saga, onDone }: WholeProps) {
  const { word, tone } = standingOf(saga);
  // What an action has done shows in the next change of the saga, and not in its answer.
  const [acted, setActed] = useState<{ verb: string; before: string }>();
  const isSeen = acted !== undefined && acted.before !== saga.updatedAt;
  return (
    <div className={ops.stack}>
      <div>
        <h1 className={ops.title}>Saga {saga.sagaId.slice(-8)}</h1>
        <Badge tone={tone}>{word}</Badge>
      </div>
      <section className={ops.panel} aria-label="State">
        <Facts saga={saga} />
      </section>
      <SagaActions
        saga={saga}
        onDone={(verb) => {
          setActed({ verb, before: saga.updatedAt });
          onDone();
        }}
      />
      <p role="status" className={ops.said}>
        {acted === undefined
          ? ''
          : isSeen
            ? `${acted.verb} is done: the saga went on at ${exact(saga.updatedAt)}.`
            : `${acted.verb} was recorded. The next row of the saga shows its effect.`}
      </p>
      <section className={ops.panel} aria-labelledby="log">
        <h2 id="log">Log</h2>
        <SagaLog log={saga.log} />
      </section>
      <details className={ops.panel}>
        <summary>Raw</summary>
        <pre className={ops.raw}>{JSON.stringify(saga, undefined, 2)}</pre>
      </details>
    </div>
  );
}

function Facts({ saga }: { saga: OperatedSaga }) {
  const { sagaId, orderId, definition, definitionVersion, currentStep, attempt, nextTryAt } = saga;
  const facts = [
    ['Saga', <code key="saga">{sagaId}</code>],
    [
      'Order',
      <Link key="order" to="/orders/$orderId" params={{ orderId }} search={{ saga: sagaId }}>
        <code>{orderId}</code>
      </Link>,
    ],
    ['Definition', `${definition}, version ${definitionVersion}`],
    ['Step', attempt === null ? currentStep : `${currentStep}, attempt ${attempt}`],
    ['Next try', nextTryAt === null ? undefined : exact(nextTryAt)],
    ['Last error', saga.lastError && `${saga.lastError.code}: ${saga.lastError.message}`],
    ['Told to the shopper', saga.reason?.detail],
    ['Request', saga.requestId === null ? undefined : <code key="id">{saga.requestId}</code>],
    ['Started', exact(saga.createdAt)],
    ['Changed', exact(saga.updatedAt)],
  ] as const;
  return (
    <dl className={ops.facts}>
      {facts.map(([name, value]) =>
        value === undefined || value === null ? null : (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
