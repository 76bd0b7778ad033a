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
import { TextField } from '../parts/text-field.js';
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
  const [needsCode, setNeedsCode] = useState(false);
  const attempt = useMutation({
    mutationFn: logIn,
    onSuccess: () => router.history.push(ownPath(next)),
    onError: (error) => {
      if (error instanceof ApiProblem && error.code === 'OTP_REQUIRED') setNeedsCode(true);
    },
  });
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { email, password, otp } = Object.fromEntries(new FormData(event.currentTarget));
    if (attempt.isPending) return;
    attempt.mutate({ email: text(email), password: text(password), ...(otp && { otp: text(otp) }) });
  };
  const isAskedForCode = attempt.error instanceof ApiProblem && attempt.error.code === 'OTP_REQUIRED';
  return (
    <div className={styles.page}>
      <section className={card.card}>
        <h1 className={styles.title}>Log in</h1>
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
          {attempt.error && !isAskedForCode ? (
            <Failure error={attempt.error} what="The log-in failed" />
          ) : null}
          <Button type="submit" look="main" isBusy={attempt.isPending}>
            {attempt.isPending ? 'Logging in…' : 'Log in'}
          </Button>
        </form>
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
          isBusy={attempt.isPending}
          onChoose={(account) => attempt.mutate(account)}
        />
      ) : null}
    </div>
  );
}

function text(value: FormDataEntryValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
