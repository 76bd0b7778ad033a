import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { MailCheck } from 'lucide-react';
import { useTitle } from '../../app/use-title.js';
import { Badge } from '../../parts/badge.js';
import { Button } from '../../parts/button.js';
import { Empty } from '../../parts/empty.js';
import { Failure } from '../../parts/failure.js';
import { Choice } from '../../parts/filter.js';
import rows from '../../parts/rows.module.css';
import { Skeleton } from '../../parts/skeleton.js';
import { When } from '../../parts/when.js';
import type { DeadLetter } from '../answers.js';
import { letterGroups, letterList } from '../operations.client.js';
import type { LetterSearch } from '../ops-search.js';
import { CLASS_CHOICES, titled, toneOf } from './letter-words.js';
import styles from './letters-page.module.css';

const route = getRouteApi('/ops/dead-letters');

/** Messages that no service could read or serve, and what they have in common. */
export function LettersPage() {
  useTitle('Dead letters');
  const search = route.useSearch();
  const list = useInfiniteQuery(letterList(search));
  const navigate = useNavigate();
  const show = (next: LetterSearch) => void navigate({ to: '/ops/dead-letters', search: next });
  const { class: chosen, ...others } = search;
  const letters = list.data?.pages.flatMap((page) => page.deadLetters);
  return (
    <>
      <div className={rows.head}>
        <h1>Dead letters</h1>
      </div>
      <Groups />
      <div className={rows.head}>
        <Choice
          label="Class"
          options={CLASS_CHOICES}
          value={chosen}
          onChoose={(next) => show({ ...others, ...(next && { class: next }) })}
        />
        {Object.keys(others).length > 0 ? (
          <p className={rows.muted}>
            {Object.entries(others)
              .map(([name, value]) => `${name} ${value}`)
              .join(' · ')}{' '}
            <Link to="/ops/dead-letters">Show all</Link>
          </p>
        ) : null}
      </div>
      {letters ? (
        <Letters letters={letters} isFiltered={Object.keys(search).length > 0} />
      ) : list.error ? (
        <Failure
          error={list.error}
          what="The dead letters were not loaded"
          onRetry={() => void list.refetch()}
        />
      ) : (
        <Skeleton what="dead letters" heightPx={36} count={6} />
      )}
      {list.hasNextPage ? (
        <div className={rows.more}>
          <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more dead letters
          </Button>
        </div>
      ) : null}
    </>
  );
}

/** By cause: each leads to its letters. */
function Groups() {
  const { data } = useQuery(letterGroups);
  if (!data || data.groups.length === 0) return null;
  return (
    <ul className={styles.groups} aria-label="Groups">
      {data.groups.map(({ queue, pattern, reason, class: name, count }) => (
        <li key={`${queue} ${pattern} ${reason} ${name}`}>
          <Link
            to="/ops/dead-letters"
            search={{ queue, class: name, ...(pattern && { pattern }), ...(reason && { reason }) }}
          >
            <strong>{count}</strong>
            <span>
              {pattern ?? queue} <span className={rows.muted}>{reason ?? 'published by hand'}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Letters({ letters, isFiltered }: { letters: DeadLetter[]; isFiltered: boolean }) {
  if (letters.length === 0) {
    return (
      <Empty
        title={isFiltered ? 'No such dead letter' : 'No dead letters'}
        icon={<MailCheck size={32} aria-hidden />}
      >
        <p>{isFiltered ? 'None has all of this.' : 'Every message was read and served.'}</p>
      </Empty>
    );
  }
  return (
    <ul className={rows.rows} aria-label="Dead letters">
      {letters.map((letter) => (
        <li key={letter.id}>
          <Link
            to="/ops/dead-letters/$letterId"
            params={{ letterId: letter.id }}
            className={`${rows.row} ${styles.row}`}
            data-row
          >
            <Badge tone={toneOf(letter.class)}>{titled(letter.class)}</Badge>
            <span className={rows.cell}>
              <bdi>{letter.pattern ?? 'no pattern'}</bdi>{' '}
              <span className={rows.muted}>{letter.queue}</span>
            </span>
            <span className={`${rows.cell} ${rows.muted}`}>
              <bdi>{letter.reason ?? 'published by hand'}</bdi>
            </span>
            <span className={`${rows.muted} ${styles.when}`}>
              <When at={letter.firstSeenAt} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
