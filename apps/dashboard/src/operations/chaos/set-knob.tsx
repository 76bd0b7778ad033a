import { useState } from 'react';
import { api } from '../../app/api.js';
import form from '../../parts/form.module.css';
import { Select } from '../../parts/filter.js';
import { ActDialog } from '../act-dialog.js';
import type { ChaosKnob } from '../answers.js';
import styles from './chaos.module.css';
import { valueOf } from './chaos-words.js';

const SPANS = [
  ['60', '1 minute'],
  ['300', '5 minutes'],
  ['600', '10 minutes'],
  ['3600', '1 hour'],
] as const;

interface SetKnobProps {
  knob: ChaosKnob;
  onClose: (done?: string) => void;
}

/** Sets a knob for a time. A slider, because the value need not be exact. */
export function SetKnob({ knob, onClose }: SetKnobProps) {
  const { id, unit, min, max, effect } = knob;
  const [value, setValue] = useState(knob.value ?? (unit === 'rate' ? 0.5 : 1_000));
  const [seconds, setSeconds] = useState('300');
  const act = (reason: string) => {
    const params = { path: { knob: id } } as never;
    const body = { value, seconds: Number(seconds), reason };
    return api.PUT('/api/operations/chaos/{knob}', { params, body });
  };
  return (
    <ActDialog
      title={`Set ${id}`}
      about={effect}
      verb={`Set ${valueOf(unit, value)}`}
      act={act}
      onClose={onClose}
    >
      <label className={styles.slider}>
        <span>Value</span>
        <input
          type="range"
          min={min}
          max={unit === 'ms' ? Math.min(max, 10_000) : max}
          step={unit === 'ms' ? 100 : 0.05}
          value={value}
          aria-valuetext={valueOf(unit, value)}
          onChange={({ target }) => setValue(Number(target.value))}
        />
        <output>{valueOf(unit, value)}</output>
      </label>
      <div className={form.check}>
        <Select label="For" options={SPANS} value={seconds} onChoose={setSeconds} />
      </div>
    </ActDialog>
  );
}
