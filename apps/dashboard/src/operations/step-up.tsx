import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef } from 'react';
import { oneTimeCode } from '../account/one-time-code.js';
import { api, session, useSite } from '../app/api.js';
import { useProfile } from '../app/session.js';
import { Button } from '../parts/button.js';
import { Failure } from '../parts/failure.js';
import { fieldProblems } from '../parts/field-problems.js';
import form from '../parts/form.module.css';
import { TextField, textsOf } from '../parts/text-field.js';

/** Asks for a one-time password, and gets the token that says that it was entered now. */
export function StepUp({ onDone }: { onDone: () => void }) {
  const place = useRef<HTMLFormElement>(null);
  const site = useSite();
  const profile = useProfile();
  const demo = site.data?.demoAccounts.find(({ email }) => email === profile?.email);
  const check = useMutation({
    mutationFn: async (code: string) => {
      const { data } = await api.POST('/api/me/step-up', { body: { code } });
      session.begin(data!);
    },
    onSuccess: onDone,
  });
  useEffect(() => place.current?.querySelector('input')?.focus(), []);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!check.isPending) check.mutate(textsOf(event.currentTarget)('code'));
  };
  const fill = async (secret: string) => {
    place.current!.querySelector('input')!.value = await oneTimeCode(secret, Date.now());
  };
  const problem = fieldProblems(check.error, ['code'])['code'];
  return (
    <form className={`${form.form} ${form.after}`} onSubmit={send} ref={place}>
      <p className={form.note} role="status">
        Your last one-time password is older than 15 minutes. Enter one, and the action is sent.
      </p>
      <TextField
        label="Code of your authenticator"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9]{6}"
        required
        problem={problem}
      />
      {check.error && problem === undefined ? (
        <Failure error={check.error} what="The code was not checked" />
      ) : null}
      <div className={form.buttons}>
        {demo?.totpSecret === undefined ? null : (
          <Button onClick={() => void fill(demo.totpSecret!)}>Use the code of the demo</Button>
        )}
        <Button type="submit" look="main" isBusy={check.isPending}>
          Confirm
        </Button>
      </div>
    </form>
  );
}
