import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import type { FormEvent } from 'react';
import { useTitle } from '../../app/use-title.js';
import { Button } from '../../parts/button.js';
import { Empty } from '../../parts/empty.js';
import { Failure } from '../../parts/failure.js';
import { Choice } from '../../parts/filter.js';
import rows from '../../parts/rows.module.css';
import { Skeleton } from '../../parts/skeleton.js';
import { textsOf } from '../../parts/text-field.js';
import { sagaList } from '../operations.client.js';
import { useFoundSagas } from './find-sagas.js';
import { SagaRows } from './saga-rows.js';
import styles from './sagas-page.module.css';

const route = getRouteApi('/ops/sagas');
const STATES = [
  ['', 'Unfinished'],
  ['parked', 'Parked'],
] as const;

/** The sagas that have not ended, and any saga by an id. What is shown is in the address. */
export function SagasPage() {
  useTitle('Sagas');
  const { q, state } = route.useSearch();
  const navigate = useNavigate();
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const id = textsOf(event.currentTarget)('q').trim();
    void navigate({ to: '/ops/sagas', search: id === '' ? {} : { q: id } });
  };
  return (
    <>
      <div className={rows.head}>
        <h1>Sagas</h1>
      </div>
      <form role="search" className={styles.search} onSubmit={find}>
        <div className={styles.field}>
          <Search size={18} aria-hidden />
          <input
            key={q}
            type="search"
            name="q"
            aria-label="Find by the id of a saga, an order or a user"
            placeholder="Id of a saga, an order or a user"
            defaultValue={q}
            maxLength={100}
          />
        </div>
        <Button type="submit">Find</Button>
      </form>
      {q === undefined ? <Unfinished state={state} /> : <Found id={q} />}
    </>
  );
}

function Found({ id }: { id: string }) {
  const { data, error, refetch } = useFoundSagas(id);
  const navigate = useNavigate();
  if (!data) {
    if (error)
      return (
        <Failure error={error} what="The search did not succeed" onRetry={() => void refetch()} />
      );
    return <Skeleton what="what was found" heightPx={36} count={3} />;
  }
  const back = (
    <Button onClick={() => void navigate({ to: '/ops/sagas' })}>Show unfinished sagas</Button>
  );
  if (data.length === 0) {
    return (
      <Empty title="No saga has this id">
        <p>
          Looked for a saga, an order and a user with the id <bdi>{id}</bdi>.
        </p>
        {back}
      </Empty>
    );
  }
  return (
    <>
      <SagaRows sagas={data} />
      <p className={rows.looked}>Of a user, the newest 20 orders are searched.</p>
      {back}
    </>
  );
}

function Unfinished({ state }: { state: string | undefined }) {
  const list = useInfiniteQuery(sagaList({ ...(state === 'parked' && { state }) }));
  const navigate = useNavigate();
  const sagas = list.data?.pages.flatMap((page) => page.sagas);
  const show = (next: string) =>
    void navigate({ to: '/ops/sagas', search: next === '' ? {} : { state: next } });
  return (
    <>
      <div className={rows.head}>
        <Choice label="State" options={STATES} value={state} onChoose={show} />
      </div>
      {sagas ? (
        <List sagas={sagas} isParked={state === 'parked'} />
      ) : list.error ? (
        <Failure
          error={list.error}
          what="The sagas were not loaded"
          onRetry={() => void list.refetch()}
        />
      ) : (
        <Skeleton what="sagas" heightPx={36} count={8} />
      )}
      {list.hasNextPage ? (
        <div className={rows.more}>
          <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {`Show more of ${list.data?.pages.at(-1)?.more} sagas`}
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface ListProps {
  sagas: Parameters<typeof SagaRows>[0]['sagas'];
  isParked: boolean;
}

function List({ sagas, isParked }: ListProps) {
  if (sagas.length > 0) return <SagaRows sagas={sagas} />;
  return (
    <Empty title={isParked ? 'No saga is parked' : 'Every saga has ended'}>
      <p>Those that have ended are found by an id.</p>
    </Empty>
  );
}
