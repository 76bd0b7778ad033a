import { Button } from '../../parts/button.js';
import { countdown } from '../../parts/ago.js';
import rows from '../../parts/rows.module.css';
import { useNow } from '../../parts/use-now.js';
import type { ChaosKnob } from '../answers.js';
import styles from './chaos.module.css';
import { appliedOf, observedOf, valueOf } from './chaos-words.js';

interface KnobRowProps {
  knob: ChaosKnob;
  /** Absent for those who may only look. */
  onSet: ((knob: ChaosKnob) => void) | undefined;
}

/** A knob: what is set, what is applied, what was observed, and who ends when. */
export function KnobRow({ knob, onSet }: KnobRowProps) {
  const { id, effect, unit, value, configured } = knob;
  const isSet = value !== null;
  return (
    <li className={`${rows.row} ${styles.knob}`} data-set={isSet || undefined}>
      <div className={rows.cell}>
        <p className={styles.effect}>{effect}</p>
        <p className={rows.muted}>
          <code>{id}</code>
        </p>
      </div>
      <div className={styles.value}>
        <strong>{valueOf(unit, value ?? configured)}</strong>
        <p className={rows.muted}>
          {isSet ? `instead of ${valueOf(unit, configured)}` : 'as configured'}
        </p>
      </div>
      <div className={rows.cell}>
        <p className={rows.muted}>{observedOf(knob)}</p>
        <p className={rows.muted}>{`Applied by ${appliedOf(knob)}`}</p>
        {isSet ? <Until knob={knob} /> : null}
      </div>
      {onSet ? (
        <Button aria-label={`Set ${id}`} onClick={() => onSet(knob)}>
          Set
        </Button>
      ) : null}
    </li>
  );
}

function Until({ knob: { until, setBy, reason } }: { knob: ChaosKnob }) {
  const nowMs = useNow();
  return (
    <p className={styles.until}>
      {`Ends in ${countdown(Date.parse(until!), nowMs)} · `}
      <bdi>{setBy}</bdi>: <bdi>{reason}</bdi>
    </p>
  );
}
