import { createHash } from 'node:crypto';

/** What tells one dead letter from another. */
export interface Identified {
  readonly body: Buffer;
  readonly messageId: unknown;
  /** How and when it died. */
  readonly died: readonly (string | undefined)[];
}

const ID = /^([a-z_]+)\.([0-9a-f]{20})(?:\.(\d{1,4}))?$/;

/**
 * The ids of the letters of one queue, in their order: the same at every look, whatever lies before
 * them. Letters that are equal in everything are numbered; which one of them is taken is the same.
 */
export function letterIds(queue: string, letters: readonly Identified[]): string[] {
  const seen = new Map<string, number>();
  return letters.map(({ body, messageId, died }) => {
    const hash = createHash('sha256').update(JSON.stringify([queue, messageId ?? null, died]));
    const id = `${queue}.${hash.update(body).digest('hex').slice(0, 20)}`;
    const nth = (seen.get(id) ?? 0) + 1;
    seen.set(id, nth);
    return nth === 1 ? id : `${id}.${nth}`;
  });
}

/** The queue that an id names; undefined for what is no id. */
export function queueOfId(id: string): string | undefined {
  return ID.exec(id)?.[1];
}
