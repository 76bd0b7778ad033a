import type { PrivateRabbit } from './private-rabbit.js';

/** A node as the management API shows it to the one that was asked. */
export interface NodeSeen {
  name: string;
  running: boolean;
  mem_alarm?: boolean;
  disk_free_alarm?: boolean;
  partitions?: readonly string[];
}

type Asked = Pick<PrivateRabbit, 'managementUrl' | 'url'>;

const ANSWER_WITHIN_MS = 3_000;

/** What a node thinks of its cluster; undefined when it does not answer. */
export function readNodes(node: Asked): Promise<NodeSeen[] | undefined> {
  return askManagement<NodeSeen[]>(node.managementUrl, node.url, '/api/nodes');
}

/** The name of the node that leads a quorum queue, as far as this node knows. */
export async function readQueueLeader(
  node: Asked,
  vhost: string,
  queue: string,
): Promise<string | undefined> {
  const path = `/api/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(queue)}`;
  return (await askManagement<{ leader?: string }>(node.managementUrl, node.url, path))?.leader;
}

/** Why these nodes are not one healthy cluster of that size; undefined when they are. Pure. */
export function formationObstacle(
  seen: readonly (readonly NodeSeen[] | undefined)[],
  size: number,
): string | undefined {
  for (const nodes of seen) {
    if (!nodes) return 'a node does not answer';
    const running = nodes.filter((node) => node.running);
    if (running.length !== size) return `${running.length} of ${size} nodes run`;
    for (const { name, mem_alarm, disk_free_alarm, partitions } of running) {
      // Numbers arrive a moment after the node: without them nobody knows of an alarm.
      if (mem_alarm === undefined || disk_free_alarm === undefined) return `${name} tells nothing`;
      if (mem_alarm) return `${name} is short of memory`;
      if (disk_free_alarm) return `${name} is short of disk`;
      if (partitions && partitions.length > 0) return `${name} does not see ${partitions.join()}`;
    }
  }
  return undefined;
}

/** GET of a path of the management API, with the credentials of the broker's address. */
export async function askManagement<Answer>(
  managementUrl: string,
  amqpUrl: string,
  path: string,
): Promise<Answer | undefined> {
  const text = await exchange(new URL(path, managementUrl), amqpUrl, { method: 'GET' });
  return text === undefined ? undefined : (JSON.parse(text) as Answer);
}

/** PUT of a path of the management API; says whether it was taken. */
export async function putManagement(
  managementUrl: string,
  amqpUrl: string,
  path: string,
  body: object,
): Promise<boolean> {
  const request = { method: 'PUT', body: JSON.stringify(body) };
  return (await exchange(new URL(path, managementUrl), amqpUrl, request)) !== undefined;
}

async function exchange(url: URL, amqpUrl: string, request: RequestInit) {
  const { username, password } = new URL(amqpUrl);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  try {
    const response = await fetch(url, {
      ...request,
      headers: {
        authorization: `Basic ${btoa(credentials)}`,
        ...(request.body && { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await response.text();
    return response.ok ? text : undefined;
  } catch {
    return undefined;
  }
}
