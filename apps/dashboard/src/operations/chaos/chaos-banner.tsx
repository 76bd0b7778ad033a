import { Link } from '@tanstack/react-router';
import { Zap } from 'lucide-react';
import { countdown } from '../../parts/ago.js';
import { useNow } from '../../parts/use-now.js';
import type { ChaosView } from '../answers.js';
import styles from './chaos.module.css';

/** On every page of the operations, while something is set to fail: nobody can overlook it. */
export function ChaosBanner({ chaos }: { chaos: ChaosView }) {
  const nowMs = useNow();
  const set = chaos.knobs.filter(({ value }) => value !== null);
  if (set.length === 0) return null;
  const last = Math.max(...set.map(({ until }) => Date.parse(until!)));
  const what = set.length === 1 ? '1 failure is set' : `${set.length} failures are set`;
  return (
    <p className={styles.banner}>
      <Zap size={18} aria-hidden />
      <span>
        <strong>{`Chaos is on: ${what} on purpose.`}</strong> Ends in {countdown(last, nowMs)}.{' '}
        <Link to="/ops/chaos">See them</Link>
      </span>
    </p>
  );
}
