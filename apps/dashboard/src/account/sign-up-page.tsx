import { ApiProblem } from '@backstitch/api-client';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { api, type Schemas } from '../app/api.js';
import { ownPath } from '../app/text-member.js';
import { useTitle } from '../app/use-title.js';
import { Button } from '../parts/button.js';
import card from '../parts/card.module.css';
import { Failure } from '../parts/failure.js';
import { TextField, textsOf } from '../parts/text-field.js';
import styles from './account.module.css';
import { logIn } from './log-in-page.js';

const route = getRouteApi('/signup');

/** Logs in at once, unless the address must be verified first. */
async function signUp(body: Schemas['SignUpRequest']): Promise<'ready' | 'verify'> {
  const { response } = await api.POST('/api/auth/signup', { body });
  if (response.status === 202) return 'verify';
  await logIn({ email: body.email, password: body.password });
  return 'ready';
}

export function SignUpPage() {
  useTitle('Sign up');
  const { next } = route.useSearch();
  const router = useRouter();
  const attempt = useMutation({
    mutationFn: signUp,
    onSuccess: (outcome) => {
      if (outcome === 'ready') router.history.push(ownPath(next));
    },
  });
  const problemOf = (name: string) =>
    attempt.error instanceof ApiProblem
      ? attempt.error.errors.find(({ field }) => field === name)?.message
      : undefined;
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (attempt.isPending) return;
    const text = textsOf(event.currentTarget);
    attempt.mutate({ email: text('email'), password: text('password'), name: text('name') });
  };
  const isOfField = ['name', 'email', 'password'].some((name) => problemOf(name) !== undefined);
  if (attempt.data === 'verify') return <Verify />;
  return (
    <div className={styles.page}>
      <section className={card.card}>
        <h1 className={styles.title}>Sign up</h1>
        <form className={styles.form} onSubmit={send}>
          <TextField
            label="Name"
            name="name"
            autoComplete="name"
            maxLength={100}
            required
            problem={problemOf('name')}
          />
          <TextField
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            required
            problem={problemOf('email')}
          />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={15}
            required
            hint="At least 15 characters. Several words are good."
            problem={problemOf('password')}
          />
          {attempt.error && !isOfField ? (
            <Failure error={attempt.error} what="The account was not created" />
          ) : null}
          <Button type="submit" look="main" isBusy={attempt.isPending}>
            {attempt.isPending ? 'Creating the account…' : 'Create account'}
          </Button>
        </form>
        <p className={styles.other}>
          You have an account?{' '}
          <Link to="/login" search={next === undefined ? {} : { next }}>
            Log in
          </Link>
        </p>
      </section>
    </div>
  );
}

function Verify() {
  return (
    <section className={`${card.card} ${card.narrow}`} role="status">
      <h1 className={styles.title}>Look into your e-mails</h1>
      <p>Open the link that we have sent you. Then log in.</p>
    </section>
  );
}
