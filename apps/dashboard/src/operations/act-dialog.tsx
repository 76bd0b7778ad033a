import { ApiProblem } from '@backstitch/api-client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Failure } from '../parts/failure.js';
import { fieldProblems } from '../parts/field-problems.js';
import form from '../parts/form.module.css';
import { TextField, textsOf } from '../parts/text-field.js';
import { refreshOperations } from './operations.client.js';
import { StepUp } from './step-up.js';

interface ActDialogProps {
  title: string;
  /** What the action does, and what it costs. */
  about: ReactNode;
  /** Of the button. */
  verb: string;
  act: (reason: string, text: (name: string) => string) => Promise<unknown>;
  onClose: (done?: string) => void;
  /** Further fields. */
  children?: ReactNode;
}

/**
 * An action of an operator: with a reason, which is recorded with the name of the account. Where the
 * server wants a one-time password of now, it is asked for, and the action is sent again.
 */
export function ActDialog({ title, about, verb, act, onClose, children }: ActDialogProps) {
  const [needsCode, setNeedsCode] = useState(false);
  const action = useMutation({
    mutationFn: (texts: (name: string) => string) => act(texts('reason').trim(), texts),
    onSuccess: async () => {
      await refreshOperations();
      onClose(`${verb}: recorded.`);
    },
    onError: (error) => setNeedsCode(isStepUp(error)),
  });
  const problems = fieldProblems(action.error, ['reason']);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!action.isPending) action.mutate(textsOf(event.currentTarget));
  };
  return (
    <Dialog title={title} about={about} onClose={() => onClose()}>
      <form className={form.form} onSubmit={send} id="act">
        {children}
        <TextField
          label="Reason"
          name="reason"
          hint="It is recorded, with your name."
          maxLength={500}
          required
          problem={problems['reason']}
        />
      </form>
      {needsCode ? (
        <StepUp
          onDone={() => {
            setNeedsCode(false);
            action.mutate(textsOf(document.querySelector<HTMLFormElement>('#act')!));
          }}
        />
      ) : (
        <Sending error={action.error} verb={verb} isPending={action.isPending} />
      )}
    </Dialog>
  );
}

function Sending({ error, verb, isPending }: { error: unknown; verb: string; isPending: boolean }) {
  return (
    <div className={form.after}>
      {error && !isStepUp(error) ? <Failure error={error} what="Nothing was done" /> : null}
      <div className={form.buttons}>
        <Button type="submit" form="act" look="main" isBusy={isPending}>
          {isPending ? 'Sending…' : verb}
        </Button>
      </div>
    </div>
  );
}

function isStepUp(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'STEP_UP_REQUIRED';
}
