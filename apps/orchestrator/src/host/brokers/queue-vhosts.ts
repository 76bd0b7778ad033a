import { commaList } from '@backstitch/service-kit/variables';

const ENTRY = /^([\w.-]{1,200})=([^\s,=]{1,200})$/;

/** Why RABBITMQ_VHOSTS cannot be used; undefined when it can. Pure. */
export function queueVhostsProblem(text: string): string | undefined {
  const queues = commaList(text).map((entry) => ENTRY.exec(entry)?.[1]);
  if (queues.includes(undefined)) {
    return 'must be a comma-separated list of a queue and its virtual host: order_commands=orders';
  }
  return new Set(queues).size < queues.length ? 'names a queue twice' : undefined;
}

/** The virtual host of each queue that the setting names. Pure. */
export function queueVhosts(text: string): ReadonlyMap<string, string> {
  const entries = commaList(text).map((entry) => ENTRY.exec(entry)!);
  return new Map(entries.map(([, queue, vhost]) => [queue!, vhost!]));
}

/** The same addresses with another virtual host. Pure. */
export function urlsOfVhost(urls: readonly string[], vhost: string): string[] {
  return urls.map((each) => {
    const url = new URL(each);
    url.pathname = `/${encodeURIComponent(vhost)}`;
    return url.href;
  });
}

/** Queues of one virtual host; undefined: the one of RABBITMQ_URL. */
export interface VhostQueues {
  vhost: string | undefined;
  queues: readonly string[];
}

/** The queues by virtual host, in order. Pure. */
export function byVhost(
  queues: readonly string[],
  vhosts: ReadonlyMap<string, string>,
): VhostQueues[] {
  const used = new Set(queues.map((queue) => vhosts.get(queue)));
  return [...used].map((vhost) => ({
    vhost,
    queues: queues.filter((queue) => vhosts.get(queue) === vhost),
  }));
}
