import { useState } from 'react';
import { api } from '../../app/api.js';
import { Button } from '../../parts/button.js';
import form from '../../parts/form.module.css';
import { ActDialog } from '../act-dialog.js';
import type { DeadLetter } from '../answers.js';
import { useMayAct } from '../may-act.js';
import ops from '../ops.module.css';

const ACTIONS = ['replay', 'discard'] as const;
type LetterAction = (typeof ACTIONS)[number];

const WORDS: Readonly<Record<LetterAction, readonly [verb: string, about: string]>> = {
  replay: ['Replay', 'Its command is sent again to its queue. It has the same effect once.'],
  discard: ['Discard', 'It is never sent again. Its body and this record are kept.'],
};

interface LetterActionsProps {
  letter: DeadLetter;
  onDone: (said: string) => void;
}

/** The verdict of the server decides what is legal. What is refused can be focused, and says why. */
export function LetterActions({ letter, onDone }: LetterActionsProps) {
  const [action, setAction] = useState<LetterAction>();
  const [isAsked, setAsked] = useState(false);
  const mayAct = useMayAct();
  if (!mayAct) return null;
  const close = (done?: string) => {
    setAction(undefined);
    if (done !== undefined) onDone(done);
  };
  return (
    <section className={ops.panel} aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <div className={ops.actions}>
        {ACTIONS.map((each) => {
          const isRefused = letter[each] === 'refused';
          return (
            <Button
              key={each}
              aria-disabled={isRefused}
              title={isRefused ? letter.why : undefined}
              onClick={() => (isRefused ? setAsked(true) : setAction(each))}
            >
              {WORDS[each][0]}
            </Button>
          );
        })}
      </div>
      <p role="status" className={isAsked ? ops.why : 'hidden'}>
        {isAsked ? `This is refused. ${letter.why}` : ''}
      </p>
      {action ? <Acting action={action} letter={letter} onClose={close} /> : null}
    </section>
  );
}

interface ActingProps {
  action: LetterAction;
  letter: DeadLetter;
  onClose: (done?: string) => void;
}

function Acting({ action, letter: { id, why, replay }, onClose }: ActingProps) {
  const [verb, effect] = WORDS[action];
  const needsRepair = action === 'replay' && replay === 'once repaired';
  const act = (reason: string, text: (name: string) => string) => {
    const params = { path: { id } };
    if (action === 'discard') {
      return api.POST('/api/operations/dead-letters/{id}/discard', { params, body: { reason } });
    }
    const body = { reason, ...(needsRepair && { repaired: text('repaired') !== '' }) };
    return api.POST('/api/operations/dead-letters/{id}/replay', { params, body });
  };
  return (
    <ActDialog
      title={`${verb} this dead letter?`}
      about={`${effect} ${why}`}
      verb={verb}
      act={act}
      onClose={onClose}
    >
      {needsRepair ? (
        <label className={form.check}>
          <input type="checkbox" name="repaired" required />
          What made it fail was repaired
        </label>
      ) : null}
    </ActDialog>
  );
}
