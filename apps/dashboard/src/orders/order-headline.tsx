import { Check, CircleAlert, LoaderCircle, Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { headlineOf, type Saga, type Tone } from './order-story.js';
import styles from './order-headline.module.css';

const ICONS: Readonly<Record<Tone, typeof Check>> = {
  running: LoaderCircle,
  done: Check,
  undo: Undo2,
  refused: Undo2,
  attention: CircleAlert,
};

interface OrderHeadlineProps {
  saga: Saga;
  /** When what is shown was read, if it cannot be read now. */
  failedSince: number | undefined;
}

/** What happens, on top. It is said to screen readers when it changes. */
export function OrderHeadline({ saga, failedSince }: OrderHeadlineProps) {
  const { title, sentence, tone, isEnded } = headlineOf(saga);
  const Icon = ICONS[tone];
  return (
    <section className={styles.headline} data-tone={tone} data-ended={isEnded || undefined}>
      <span className={styles.icon}>
        <Icon size={24} aria-hidden />
      </span>
      <div role="status" className={styles.text}>
        <h1>{title}</h1>
        <p>
          <bdi>{sentence}</bdi>
        </p>
      </div>
      {isEnded ? null : <Stale since={failedSince} />}
    </section>
  );
}

const SAID_AFTER_MS = 3_000;

/** The connection is said to be lost when that lasts: a single lost answer is no news. */
function Stale({ since }: { since: number | undefined }) {
  const [isSaid, setSaid] = useState(false);
  useEffect(() => {
    setSaid(false);
    if (since === undefined) return undefined;
    const timer = setTimeout(() => setSaid(true), SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [since]);
  if (since === undefined || !isSaid) return null;
  const time = new Date(since).toLocaleTimeString('en-GB');
  return <p className={styles.stale}>{`As of ${time}, reconnecting`}</p>;
}
