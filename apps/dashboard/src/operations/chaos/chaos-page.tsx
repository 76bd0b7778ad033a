import { ApiProblem } from '@backstitch/api-client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../app/api.js';
import { LostPage } from '../../app/shell.js';
import { useTitle } from '../../app/use-title.js';
import { Button } from '../../parts/button.js';
import { Failure } from '../../parts/failure.js';
import rows from '../../parts/rows.module.css';
import { Skeleton } from '../../parts/skeleton.js';
import { ActDialog } from '../act-dialog.js';
import type { ChaosKnob, ChaosView } from '../answers.js';
import { useMayAct } from '../may-act.js';
import { chaosNow } from '../operations.client.js';
import ops from '../ops.module.css';
import styles from './chaos.module.css';
import { KnobRow } from './knob-row.js';
import { SetKnob } from './set-knob.js';

/** What is set to fail, beside what was observed. */
export function ChaosPage() {
  useTitle('Chaos');
  const { data, error, refetch } = useQuery(chaosNow);
  if (data) return <Panel chaos={data} />;
  if (error instanceof ApiProblem && error.status === 404) return <LostPage />;
  if (error)
    return <Failure error={error} what="Chaos was not loaded" onRetry={() => void refetch()} />;
  return <Skeleton what="what is set" heightPx={72} count={6} />;
}

function Panel({ chaos }: { chaos: ChaosView }) {
  const [setting, setSetting] = useState<ChaosKnob>();
  const [isCalming, setCalming] = useState(false);
  const [done, setDone] = useState('');
  const mayAct = useMayAct();
  const isOn = chaos.knobs.some(({ value }) => value !== null);
  const close = (said = '') => {
    setSetting(undefined);
    setCalming(false);
    setDone(said);
  };
  const services = [...new Set(chaos.knobs.map(({ id }) => id.split('.')[0]!))];
  return (
    <>
      <div className={rows.head}>
        <div>
          <h1>Chaos</h1>
          <p className={rows.muted}>
            Failures on purpose, for a time. Then the configured values are back by themselves.
          </p>
        </div>
        {mayAct && isOn ? <Button onClick={() => setCalming(true)}>Calm everything</Button> : null}
      </div>
      <p role="status" className={ops.said}>
        {done}
      </p>
      <Silent silent={chaos.silent} />
      <div className={ops.stack}>
        {services.map((service) => (
          <section key={service} aria-labelledby={service}>
            <h2 id={service} className={styles.service}>
              {service === 'bank' ? 'The bank' : service}
            </h2>
            <ul className={rows.rows}>
              {chaos.knobs
                .filter(({ id }) => id.startsWith(`${service}.`))
                .map((knob) => (
                  <KnobRow key={knob.id} knob={knob} onSet={mayAct ? setSetting : undefined} />
                ))}
            </ul>
          </section>
        ))}
      </div>
      {setting ? <SetKnob knob={setting} onClose={close} /> : null}
      {isCalming ? <CalmDown onClose={close} /> : null}
    </>
  );
}

function CalmDown({ onClose }: { onClose: (done?: string) => void }) {
  return (
    <ActDialog
      title="Calm everything?"
      about="Everything that is set ends now. The configured values are back in a few seconds."
      verb="Calm"
      act={(reason) =>
        api.DELETE('/api/operations/chaos', { params: { query: { reason } as never } })
      }
      onClose={onClose}
    />
  );
}

function Silent({ silent }: Pick<ChaosView, 'silent'>) {
  if (silent.length === 0) return null;
  return (
    <div className={styles.silent} role="status">
      <p>Instances that did not answer. They apply their configured values after a few seconds.</p>
      <ul>
        {silent.map(({ url, why }) => (
          <li key={url}>
            <code>{url}</code> <bdi>{why}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}
