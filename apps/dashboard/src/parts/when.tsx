import { ago } from './ago.js';
import { useNow } from './use-now.js';

const EVERY_MS = 10_000;

/** A time in a list: how long ago, and exactly when somebody points at it. */
export function When({ at }: { at: string }) {
  const nowMs = useNow(EVERY_MS);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString('en-GB', { timeZoneName: 'short' })}>
      {ago(at, nowMs)}
    </time>
  );
}
