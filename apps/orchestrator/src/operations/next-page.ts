import { nextLink } from '@backstitch/service-kit';
import type { FastifyReply } from 'fastify';

/** Sets the `Link` header of a list that goes on after the cursor `next`. */
export function linkNext(
  reply: FastifyReply,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  next: string | null,
): void {
  if (next === null) return;
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  void reply.header('link', nextLink(path, { ...Object.fromEntries(given), after: next }));
}
