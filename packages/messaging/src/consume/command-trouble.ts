/** Trouble on purpose in the service of commands. It is asked for each command, so it is cheap. */
export interface CommandTrouble {
  /** What runs in place of the handler: the handler itself when there is no trouble. */
  around(handler: () => Promise<unknown>): () => Promise<unknown>;
  /** Whether the reply to a command that was served is not sent. */
  dropsReply(): boolean;
}
