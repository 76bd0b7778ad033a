import { Link, useLocation } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { buttonClass } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Failure } from '../parts/failure.js';
import { Skeleton } from '../parts/skeleton.js';
import { type Role, sectionsFor } from './sections.js';
import { useAccount, useProfile, useSessionState } from './session.js';

interface GateProps {
  /** One of these roles is needed; absent: any account. */
  roles?: readonly Role[];
  /** Of the pages behind it, such as "The operations pages". */
  what: string;
  children: ReactNode;
}

/**
 * Shows pages to those who may see them, and says to others why not. It protects nothing: each answer
 * of the API does.
 */
export function Gate({ roles, what, children }: GateProps) {
  const state = useSessionState();
  const account = useAccount();
  const profile = useProfile();
  const { href } = useLocation();
  if (state === 'guest') {
    return (
      <Empty title="Log in to go on" level={1} icon={<Lock size={32} aria-hidden />}>
        <p>{`${what} need an account.`}</p>
        <Link to="/login" search={{ next: href }} className={buttonClass('main')}>
          Log in
        </Link>
      </Empty>
    );
  }
  if (!profile) {
    if (!account.error) return <Skeleton what="your account" heightPx={120} count={3} />;
    const retry = () => void account.refetch();
    return <Failure error={account.error} what="Your account was not loaded" onRetry={retry} />;
  }
  if (!roles || profile.roles.some((role) => roles.includes(role))) return children;
  const [home] = sectionsFor(profile.roles);
  return (
    <Empty title="Your account may not see this" level={1} icon={<Lock size={32} aria-hidden />}>
      <p>{`403: ${what} are for ${among(roles)}. Your account has no such role.`}</p>
      <Link to={home!.to} className={buttonClass()}>
        {`Go to ${home!.name}`}
      </Link>
    </Empty>
  );
}

function among(roles: readonly Role[]): string {
  return roles.map((role) => `${role}s`).join(' and ');
}
