import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTitle } from '../app/use-title.js';
import { Empty } from '../parts/empty.js';
import { Failure } from '../parts/failure.js';
import { Skeleton } from '../parts/skeleton.js';
import { letterGroups, sagaList } from './operations.client.js';
import ops from './ops.module.css';

/** What needs an operator, first. */
export function OverviewPage() {
  useTitle('Operations');
  const parked = useInfiniteQuery(sagaList({ state: 'parked' }));
  const unfinished = useInfiniteQuery(sagaList({}));
  const letters = useQuery(letterGroups);
  const count = (list: typeof parked) => {
    const [first] = list.data?.pages ?? [];
    return first && first.sagas.length + first.more;
  };
  const groups = letters.data?.groups;
  const dead = groups?.reduce((sum, group) => sum + group.count, 0);
  const [needing, running] = [count(parked), count(unfinished)];
  const isCalm = needing === 0 && dead === 0;
  return (
    <div className={ops.stack}>
      <h1>Operations</h1>
      {isCalm ? <Calm /> : null}
      <ul className={ops.attention}>
        <li>
          <Panel list={parked} what="parked sagas">
            <Link to="/ops/sagas" search={{ state: 'parked' }}>
              <span className={ops.count}>{needing}</span>
              <strong>parked sagas</strong>
              <p>They need a decision, and are retried slowly until then.</p>
            </Link>
          </Panel>
        </li>
        <li>
          <Panel list={letters} what="dead letters">
            <Link to="/ops/dead-letters">
              <span className={ops.count}>{dead}</span>
              <strong>dead letters</strong>
              <p>Messages that no service could read or serve.</p>
            </Link>
          </Panel>
        </li>
        <li>
          <Panel list={unfinished} what="unfinished sagas">
            <Link to="/ops/sagas">
              <span className={ops.count}>{running}</span>
              <strong>unfinished sagas</strong>
              <p>They go on by themselves.</p>
            </Link>
          </Panel>
        </li>
      </ul>
    </div>
  );
}

interface PanelProps {
  list: { data: unknown; error: Error | null; refetch: () => unknown };
  what: string;
  children: ReactNode;
}

/** One that fails says so alone. */
function Panel({ list, what, children }: PanelProps) {
  if (list.data !== undefined) return children;
  const retry = () => void list.refetch();
  if (list.error)
    return <Failure error={list.error} what={`The ${what} were not loaded`} onRetry={retry} />;
  return <Skeleton what={what} heightPx={140} />;
}

function Calm() {
  return (
    <Empty title="Nothing needs you" icon={<Check size={32} aria-hidden />}>
      <p>No saga is parked, and there are no dead letters. Buy something in the shop to see one.</p>
    </Empty>
  );
}
