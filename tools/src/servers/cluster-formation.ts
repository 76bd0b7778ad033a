import type { ClusterNode } from '@backstitch/launcher';

/** Why these nodes are not one healthy cluster of that size; undefined when they are. Pure. */
export function formationObstacle(
  seen: readonly (readonly ClusterNode[] | undefined)[],
  size: number,
): string | undefined {
  for (const nodes of seen) {
    if (!nodes) return 'a node does not answer';
    const running = nodes.filter((node) => node.running);
    if (running.length !== size) return `${running.length} of ${size} nodes run`;
    for (const { name, mem_alarm, disk_free_alarm, partitions } of running) {
      // Numbers arrive a moment after the node: without them an alarm is not known.
      if (mem_alarm === undefined || disk_free_alarm === undefined) return `${name} tells nothing`;
      if (mem_alarm) return `${name} is short of memory`;
      if (disk_free_alarm) return `${name} is short of disk`;
      if (partitions && partitions.length > 0) return `${name} does not see ${partitions.join()}`;
    }
  }
  return undefined;
}
