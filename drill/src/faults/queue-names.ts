/** Where commands wait for their participant. */
export function isCommandQueue(name: string): boolean {
  return name.endsWith('_commands');
}

/** Where an orchestrator's replies wait for it. */
export function isReplyQueue(name: string): boolean {
  return name.startsWith('orchestrator_replies.');
}
