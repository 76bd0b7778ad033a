import { ApiProblem } from '@backstitch/api-client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTitle } from '../../app/use-title.js';
import { Badge } from '../../parts/badge.js';
import card from '../../parts/card.module.css';
import { Empty } from '../../parts/empty.js';
import { exact } from '../../parts/exact.js';
import { Failure } from '../../parts/failure.js';
import { Skeleton } from '../../parts/skeleton.js';
import type { WholeDeadLetter } from '../answers.js';
import { oneLetter } from '../operations.client.js';
import ops from '../ops.module.css';
import { LetterActions } from './letter-actions.js';
import { titled, toneOf } from './letter-words.js';

const route = getRouteApi('/ops/dead-letters/$letterId');

/** One dead letter: what may be done with it, why, and all of it. */
export function LetterPage() {
  useTitle('Dead letter');
  const { letterId } = route.useParams();
  const letter = useQuery(oneLetter(letterId));
  const [done, setDone] = useState('');
  return (
    <>
      <Link to="/ops/dead-letters" className={card.back}>
        All dead letters
      </Link>
      <p role="status" className={ops.said}>
        {done}
      </p>
      {isGone(letter.error) ? (
        <Empty title="This dead letter is open no more" level={1}>
          <p>It was replayed or discarded.</p>
        </Empty>
      ) : letter.data ? (
        <Whole letter={letter.data} onDone={setDone} />
      ) : letter.error ? (
        <Failure
          error={letter.error}
          what="The dead letter was not loaded"
          onRetry={() => void letter.refetch()}
        />
      ) : (
        <Skeleton what="the dead letter" heightPx={200} count={2} />
      )}
    </>
  );
}

function isGone(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

interface WholeProps {
  letter: WholeDeadLetter;
  onDone: (said: string) => void;
}

function Whole({ letter, onDone }: WholeProps) {
  const { class: name, why, pattern, body, encoding, properties } = letter;
  return (
    <div className={ops.stack}>
      <div>
        <h1 className={ops.title}>
          <bdi>{pattern ?? 'A message without a pattern'}</bdi>
        </h1>
        <Badge tone={toneOf(name)}>{titled(name)}</Badge>
        <p className={ops.why}>{why}</p>
      </div>
      <LetterActions letter={letter} onDone={onDone} />
      <section className={ops.panel} aria-label="Facts">
        <Facts letter={letter} />
      </section>
      <section className={ops.panel} aria-labelledby="body">
        <h2 id="body">{encoding === 'base64' ? 'Body, as base64' : 'Body'}</h2>
        <pre className={ops.raw}>{body}</pre>
      </section>
      <details className={ops.panel}>
        <summary>Properties</summary>
        <pre className={ops.raw}>{JSON.stringify(properties, undefined, 2)}</pre>
      </details>
    </div>
  );
}

function Facts({ letter }: { letter: WholeDeadLetter }) {
  const { queue, reason, detail, sagaId, orderId, diedAt, firstSeenAt, replayed, bytes } = letter;
  const facts = [
    ['Queue', queue],
    ['Reason', reason ?? 'It was published by hand'],
    ['Detail', detail],
    [
      'Saga',
      sagaId && (
        <Link key="saga" to="/ops/sagas/$sagaId" params={{ sagaId }}>
          <code>{sagaId}</code>
        </Link>
      ),
    ],
    ['Order', orderId && <code key="order">{orderId}</code>],
    ['Died', diedAt && exact(diedAt)],
    ['Found', exact(firstSeenAt)],
    ['Replayed', replayed === 0 ? undefined : `${replayed} times`],
    ['Size', `${bytes} bytes`],
    ['Id', <code key="id">{letter.id}</code>],
  ] as const;
  return (
    <dl className={ops.facts}>
      {facts.map(([name, value]) =>
        value ? (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
