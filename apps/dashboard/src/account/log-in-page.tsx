import { ApiProblem } from '@backstitch/api-client';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, type Schemas, session, useSite } from '../app/api.js';
import { ownPath } from '../app/text-member.js';
import { useTitle } from '../app/use-title.js';
import { Button } from '../parts/button.js';
import card from '../parts/card.module.css';
import { Failure } from '../parts/failure.js';
import { TextField, textsOf } from '../parts/text-field.js';
import styles from './account.module.css';
import { DemoAccounts } from './demo-accounts.js';

type LogIn = Omit<Schemas['LogInRequest'], 'cookie'>;

/** The refresh token comes as a cookie that no script can read. */
export async function logIn(body: LogIn): Promise<void> {
  const { data } = await api.POST('/api/auth/login', { body: { ...body, cookie: true } });
  session.begin(data!);
}

const route = getRouteApi('/login');

export function LogInPage() {
  useTitle('Log in');
  const { next } = route.useSearch();
  const router = useRouter();
  const site = useSite();
  const attempt = useMutation({
    mutationFn: logIn,
    onSuccess: () => router.history.push(ownPath(next)),
  });
  const { isPending, error, mutate } = attempt;
  return (
    <div className={styles.page}>
      <section className={card.card}>
        <h1 className={styles.title}>Log in</h1>
        <LogInForm isBusy={isPending} error={error} onSend={(body) => mutate(body)} />
        <p className={styles.other}>
          No account yet?{' '}
          <Link to="/signup" search={next === undefined ? {} : { next }}>
            Sign up
          </Link>
        </p>
      </section>
      {site.data && site.data.demoAccounts.length > 0 ? (
        <DemoAccounts
          accounts={site.data.demoAccounts}
          isBusy={isPending}
          onChoose={(account) => mutate(account)}
        />
      ) : null}
    </div>
  );
}

interface LogInFormProps {
  isBusy: boolean;
  error: unknown;
  onSend: (body: LogIn) => void;
}

/** An account with an authenticator is asked for its code, once the password was right. */
function LogInForm({ isBusy, error, onSend }: LogInFormProps) {
  const isAskedForCode = error instanceof ApiProblem && error.code === 'OTP_REQUIRED';
  const [needsCode, setNeedsCode] = useState(false);
  if (isAskedForCode && !needsCode) setNeedsCode(true);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const text = textsOf(event.currentTarget);
    const otp = text('otp');
    onSend({ email: text('email'), password: text('password'), ...(otp !== '' && { otp }) });
  };
  return (
    <form className={styles.form} onSubmit={send}>
      <TextField label="E-mail" name="email" type="email" autoComplete="username" required />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      {needsCode ? (
        <TextField
          label="Code of your authenticator"
          name="otp"
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]{6}"
          required
        />
      ) : null}
      {error && !isAskedForCode ? <Failure error={error} what="The log-in failed" /> : null}
      <Button type="submit" look="main" isBusy={isBusy}>
        {isBusy ? 'Logging in…' : 'Log in'}
      </Button>
    </form>
  );
}
