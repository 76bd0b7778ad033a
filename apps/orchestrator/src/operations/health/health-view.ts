import {
  type AppHealthView,
  type AppState,
  appStateFrom,
  type DatabaseHealthView,
} from '@backstitch/shared-types';
import type { InstanceReply } from '../instances/instances.client.js';

const DATABASE = 'database';

/** What each address answered, or why there is nothing. Pure. */
export function appsOf(replies: readonly InstanceReply[]): AppHealthView[] {
  return replies.map((reply) => {
    const { url } = reply;
    if ('why' in reply) return away(url, reply.why);
    const state = reply.status === 200 ? stateOf(reply.text) : undefined;
    if (!state) return away(url, `it answered ${reply.status}, which is no state of an app`);
    const { app, instanceId, startedAt, checks } = state;
    return { url, app, instanceId, startedAt, state: state.state, why: null, checks };
  });
}

/** The database of each instance that has one, as that instance sees it. Pure. */
export function databasesOf(replies: readonly InstanceReply[]): DatabaseHealthView[] {
  return replies.flatMap((reply): DatabaseHealthView[] => {
    const state = 'why' in reply ? undefined : stateOf(reply.text);
    const check = state?.checks.find(({ name }) => name === DATABASE);
    if (!state || !check) return [];
    const { app: name, instanceId, pools } = state;
    const { state: isUp, why, ms } = check;
    const pool = pools.find((one) => one.name === name) ?? pools[0] ?? null;
    return [{ name, instanceId, state: isUp, why, ms, pool }];
  });
}

function away(url: string, why: string): AppHealthView {
  const unknown = { app: null, instanceId: null, startedAt: null };
  return { url, ...unknown, state: 'away', why, checks: [] };
}

function stateOf(text: string): AppState | undefined {
  try {
    return appStateFrom(JSON.parse(text));
  } catch {
    return undefined;
  }
}
