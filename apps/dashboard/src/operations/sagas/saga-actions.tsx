import { useState } from 'react';
import { api } from '../../app/api.js';
import { Button } from '../../parts/button.js';
import { ActDialog } from '../act-dialog.js';
import type { OperatedSaga } from '../answers.js';
import { useMayAct } from '../may-act.js';
import ops from '../ops.module.css';
import { ACTION_WORDS, SAGA_ACTIONS, type SagaAction, whyNot } from './saga-words.js';

interface SagaActionsProps {
  saga: OperatedSaga;
  onDone: (verb: string) => void;
}

/** What an operator may do. What is refused stays there, can be focused, and says why. */
export function SagaActions({ saga, onDone }: SagaActionsProps) {
  const [action, setAction] = useState<SagaAction>();
  const [asked, setAsked] = useState<SagaAction>();
  const mayAct = useMayAct();
  if (!mayAct) return null;
  const why = asked && whyNot(asked, saga);
  const close = (done?: string) => {
    if (done !== undefined && action) onDone(ACTION_WORDS[action][0]);
    setAction(undefined);
  };
  return (
    <section className={ops.panel} aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <div className={ops.actions}>
        {SAGA_ACTIONS.map((each) => {
          const refusal = whyNot(each, saga);
          return (
            <Button
              key={each}
              aria-disabled={refusal !== undefined}
              title={refusal}
              onClick={() => (refusal === undefined ? setAction(each) : setAsked(each))}
            >
              {ACTION_WORDS[each][0]}
            </Button>
          );
        })}
      </div>
      <p role="status" className={why === undefined ? 'hidden' : ops.why}>
        {asked && why ? `${ACTION_WORDS[asked][0]}: ${why}` : ''}
      </p>
      {action ? <Acting action={action} sagaId={saga.sagaId} onClose={close} /> : null}
    </section>
  );
}

interface ActingProps {
  action: SagaAction;
  sagaId: string;
  onClose: (done?: string) => void;
}

function Acting({ action, sagaId, onClose }: ActingProps) {
  const [verb, about] = ACTION_WORDS[action];
  const act = (reason: string) => {
    const asked = { params: { path: { sagaId } }, body: { reason } };
    if (action === 'retry') return api.POST('/api/operations/sagas/{sagaId}/retry', asked);
    if (action === 'resume') return api.POST('/api/operations/sagas/{sagaId}/resume', asked);
    return api.POST('/api/operations/sagas/{sagaId}/compensate', asked);
  };
  return <ActDialog title={`${verb}?`} about={about} verb={verb} act={act} onClose={onClose} />;
}
