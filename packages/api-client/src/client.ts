import createClient, { type Middleware } from 'openapi-fetch';
import { outOfReach, problemOf } from './problem.js';
import type { paths } from './schema.gen.js';
import type { Session } from './session.js';

export interface ClientOptions {
  /** Empty: the origin of the page. */
  baseUrl: string;
  session: Session;
  fetch?: typeof fetch;
  /** The token of a guest, where guests need one. */
  guestToken?: () => Promise<string | undefined>;
}

export type ApiClient = ReturnType<typeof apiClient>;

/** Sends requests of the API with the token of the session. A refusal is thrown as an ApiProblem. */
export function apiClient(options: ClientOptions) {
  const { baseUrl, session, guestToken } = options;
  const send = options.fetch ?? globalThis.fetch;
  const client = createClient<paths>({
    baseUrl,
    fetch: async (request) => {
      const again = request.clone();
      const answer = await reach(send, request);
      if (answer.status !== 401 || !request.headers.has('authorization')) return answer;
      // The token may have been revoked while the session lives on. Asked once.
      const token = await session.renew();
      if (token === undefined) return answer;
      again.headers.set('authorization', `Bearer ${token}`);
      return reach(send, again);
    },
  });
  client.use(withToken(session, guestToken), throwing());
  return client;
}

function withToken(session: Session, guestToken: ClientOptions['guestToken']): Middleware {
  return {
    onRequest: async ({ request }) => {
      if (new URL(request.url).pathname.startsWith('/api/auth/')) return undefined;
      const token = (await session.current()) ?? (await guestToken?.());
      if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
      return request;
    },
  };
}

function throwing(): Middleware {
  return {
    onResponse: async ({ response }) => {
      if (response.ok || response.status === 304) return undefined;
      throw problemOf(response, await response.json().catch(() => undefined));
    },
  };
}

async function reach(send: typeof fetch, request: Request): Promise<Response> {
  try {
    return await send(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw outOfReach();
  }
}
