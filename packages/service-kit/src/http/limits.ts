/** What one client may cost the HTTP server of an app, however it behaves. */
export interface HttpLimits {
  /** A body is in memory while it arrives. */
  bodyBytesMax: number;
  /** Where it is less, by route. */
  bodyBytesMaxAt: Readonly<Record<string, number>>;
  /** Lists and objects in a body: reading thousands of empty ones takes a millisecond. */
  bodyNestedMax: number;
  /** The request line and the headers together. */
  headerBytesMax: number;
  /** For the request line and the headers to arrive, from the connection or the last answer on. */
  headersMs: number;
  /** For the whole request to arrive. */
  requestMs: number;
  /** How often connections are checked for the two above. */
  checkEveryMs: number;
  /**
   * Longer than the idle time of load balancers and of the gateway's pool, so that they close
   * first.
   */
  keepAliveMs: number;
  /** Without a byte in either direction. Longer than the longest wait for an answer. */
  silentMs: number;
  /** Connections at once; one more is closed unanswered. Above what a few gateways pool. */
  connectionsMax: number;
  /** Not accepted yet while the process is busy. Beyond it the kernel drops them without a word. */
  backlogMax: number;
  /** Requests of one connection that are worked on at once; one more is refused. */
  pipelinedMax: number;
}

export const HTTP_LIMITS: Readonly<HttpLimits> = {
  bodyBytesMax: 131_072,
  bodyBytesMaxAt: {},
  // Of a batch of checkouts there are fewer in that many bytes.
  bodyNestedMax: 8_192,
  headerBytesMax: 16_384,
  headersMs: 10_000,
  requestMs: 30_000,
  checkEveryMs: 1_000,
  keepAliveMs: 72_000,
  silentMs: 150_000,
  connectionsMax: 5_000,
  backlogMax: 4_096,
  pipelinedMax: 64,
};
